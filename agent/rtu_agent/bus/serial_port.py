"""A serial port of the operating system, served by the event loop."""

import asyncio
import os
import select
from collections.abc import Callable
from typing import Final

import serial

from rtu_agent.bus.adapter import SYSTEM, Adapter, Roots
from rtu_agent.bus.arrivals import Arrivals, watch_arrivals
from rtu_agent.bus.port_error import PORT_ERRORS
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.bus.pseudo_terminal import is_pseudo_terminal
from rtu_agent.bus.rs485 import Rs485
from rtu_agent.protocol.timing import LineSettings

_READ_SIZE: Final = 4096


class SerialPort:
    """A serial port of the operating system, served by the event loop.

    Another way to serve it is a class of its own (`ThreadSerialPort`) that replaces `_start`, `_stop`, `read_pending`
    and `write`; how a port is opened and what goes wrong with it stands here once.

    Args:
        name: device path; `/dev/serial/by-id/…` keeps its meaning when adapters are plugged in another order.
        line: baud rate, parity, stop bits.
        paced: whether bytes take their time; by default all but pseudo terminals do.
        rs485: how the kernel switches the direction; None where the hardware does it.
        roots: where to look things up.
    """

    keeps_replies = False
    _blocking = False

    def __init__(
        self,
        name: str,
        line: LineSettings,
        *,
        paced: bool | None = None,
        rs485: Rs485 | None = None,
        roots: Roots = SYSTEM,
    ) -> None:
        self.name = name
        self.paced = not is_pseudo_terminal(name) if paced is None else paced
        self._adapter = Adapter(name, line, rs485=rs485, roots=roots, blocking=self._blocking)
        self._serial: serial.Serial | None = None
        self._fd = -1
        self._arrivals: Arrivals | None = None
        self._loop = asyncio.get_running_loop()
        self._heard: Callable[[bytes], None] = _ignore
        self._lost: Callable[[str], None] = _ignore

    async def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> PortFacts:
        """Open it exclusively and return what was found out.

        Raises:
            PortError: it is missing, not permitted, used by another process, or refuses its settings.
        """
        opened = await self._loop.run_in_executor(None, self._adapter.open)
        self._serial = opened.serial
        self._heard, self._lost = heard, lost
        self._start(self._serial)
        return opened.facts

    def _start(self, port: serial.Serial) -> None:
        self._fd = port.fileno()
        self._arrivals = watch_arrivals(self._loop, self._fd, self._readable)

    def _stop(self) -> None:
        if self._arrivals is not None:
            self._arrivals.close()
            self._arrivals = None
        self._fd = -1

    def pause(self) -> None:
        """Leave what arrives to `read_pending`, as far as that saves work; its end is told all the same."""
        if self._arrivals is not None:
            self._arrivals.pause()

    def resume(self) -> None:
        """Give everything to `heard` again."""
        if self._arrivals is not None:
            self._arrivals.resume()

    def _readable(self) -> None:
        data = self._read()
        if data == b"" and self._still_readable():
            # Nothing, because `read_pending` was quicker, and then something came; nothing twice is the end.
            data = self._read()
            if data == b"":
                self._fail("hung up")
        if data:
            self._heard(data)

    def _still_readable(self) -> bool:
        readable, _, _ = select.select([self._fd], [], [], 0)
        return bool(readable)

    def read_pending(self) -> bytes:
        """Return what has arrived and was not yet given to `heard`."""
        return b"" if self._serial is None else self._read() or b""

    def _read(self) -> bytes | None:
        """Return what is there, nothing at the end or while there is nothing, and None after a failure."""
        try:
            return os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return b""
        except PORT_ERRORS as error:
            self._fail(str(error))
            return None

    def write(self, data: bytes) -> None:
        """Send `data`; a port that does not take a whole frame at once is not usable."""
        if self._serial is None:
            return  # its end has been told
        try:
            if os.write(self._fd, data) != len(data):
                self._fail("it does not take what is sent")
        except PORT_ERRORS as error:
            self._fail(str(error))

    def _fail(self, cause: str) -> None:
        self.close()
        self._lost(cause)

    def close(self) -> None:
        """Close it; harmless when it is not open."""
        if self._serial is None:
            return
        self._stop()
        try:
            self._serial.close()
        except PORT_ERRORS:
            pass  # an adapter that was pulled out cannot be closed politely
        finally:
            self._serial = None


def _ignore(_: bytes | str) -> None:
    """Nobody listens before the port is open."""
