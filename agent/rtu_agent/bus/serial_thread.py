"""A serial port of the operating system, served by two threads: one reads, one writes.

Theory of operation
-------------------
The event loop of Windows cannot wait for a serial port. So a thread blocks in the port's `read`, puts what came into
`_arrived` and has the loop fetch it; another one blocks in `write`, so that the loop never does.

* Only the reader reads, and it puts bytes down in the order in which it got them. Whoever fetches takes all there is.
  So nothing is lost and nothing is reordered, whether the loop fetches when it is called or `read_pending` does before.
* A byte may have arrived and not be in `_arrived`: the driver may hold it, or a reader that waits for the interpreter.
  `read_pending` therefore wakes the reader and waits until it has been round once; that round takes in both.
* A close ends both threads before the port itself is closed, so that no thread ever uses a file descriptor that has
  become somebody else's. What they wanted to tell the loop by then is not heard any more.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Final

import serial

from rtu_agent.bus.port_error import PORT_ERRORS
from rtu_agent.bus.serial_port import SerialPort

ROUND_S: Final = 0.020
"""How long `read_pending` waits for the reader at most, seconds; a round takes microseconds."""
_JOIN_S: Final = 0.05
_JOINS: Final = 40


class ThreadSerialPort(SerialPort):
    """The same as `SerialPort` to whoever uses it, and without need for an event loop that can wait for ports."""

    _blocking = True  # the reader waits until something comes or it is woken
    _threads: "_Threads | None" = None

    def _start(self, port: serial.Serial) -> None:
        self._threads = _Threads(port, self._loop, self._heard, self._fail)

    def _stop(self) -> None:
        if self._threads is not None:
            self._threads.end()
            self._threads = None

    def read_pending(self) -> bytes:
        """Return what has arrived and was not yet given to `heard`."""
        return b"" if self._threads is None else self._threads.fetch()

    def write(self, data: bytes) -> None:
        """Send `data` soon; what goes wrong is told later."""
        if self._threads is not None:
            self._threads.send(data)


class _Threads:
    """The two threads of a port that is open. `heard` and `failed` are called in the loop's thread."""

    def __init__(
        self,
        port: serial.Serial,
        loop: asyncio.AbstractEventLoop,
        heard: Callable[[bytes], None],
        failed: Callable[[str], None],
    ) -> None:
        self._port = port
        self._loop = loop
        self._heard = heard
        self._failed = failed
        self._ended = False
        self._been_round = threading.Condition()
        self._rounds = 0
        self._arrived = bytearray()
        self._frames: SimpleQueue[bytes | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=f"read {port.name}", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"write {port.name}", daemon=True)
        self._reader.start()
        self._writer.start()

    # -- in the loop's thread ------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Give the writer something to do."""
        self._frames.put(data)

    def fetch(self) -> bytes:
        """Return all that has arrived until now."""
        with self._been_round:
            before = self._rounds
            if self._reader.is_alive():
                self._port.cancel_read()
                self._been_round.wait_for(lambda: self._rounds != before, ROUND_S)
            return self._take()

    def end(self) -> None:
        """Wait until both threads have ended."""
        self._ended = True
        self._frames.put(None)
        # On Windows a thread that is just about to block does not notice that it was woken, hence again and again.
        for _ in range(_JOINS):
            with suppress(*PORT_ERRORS):
                self._port.cancel_read()
                self._port.cancel_write()
            self._reader.join(_JOIN_S)
            self._writer.join(_JOIN_S)
            if not (self._reader.is_alive() or self._writer.is_alive()):
                return

    def _take(self) -> bytes:
        data = bytes(self._arrived)
        self._arrived.clear()
        return data

    def _deliver(self) -> None:
        with self._been_round:
            data = self._take()
        if data and not self._ended:
            self._heard(data)

    def _give_up(self, cause: str) -> None:
        """Bytes that came before the end count."""
        self._deliver()
        if not self._ended:
            self._failed(cause)

    # -- in the threads ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            while not self._ended:
                self._go_round(self._port.read(1))
        except PORT_ERRORS as error:
            self._tell(self._give_up, str(error))
        finally:
            with self._been_round:
                self._rounds += 1
                self._been_round.notify_all()

    def _go_round(self, first: bytes) -> None:
        with self._been_round:
            self._arrived += first
            self._arrived += self._rest()
            self._rounds += 1
            self._been_round.notify_all()
        if self._arrived:
            self._tell(self._deliver)

    def _rest(self) -> bytes:
        """Return what the driver holds; being woken may cut one read short."""
        data = b""
        while not data and (waiting := self._port.in_waiting):
            data = self._port.read(waiting)
        return data

    def _write(self) -> None:
        try:
            while (frame := self._frames.get()) is not None:
                self._port.write(frame)
        except PORT_ERRORS as error:
            self._tell(self._give_up, str(error))

    def _tell(self, what: Callable[..., None], *args: str) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody is left to tell
            self._loop.call_soon_threadsafe(what, *args)
