"""The serial adapter of a bus, opened the way a bus needs it; whoever serves the port then only moves bytes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import serial

from rtu_agent.bus.exclusive import ExclusiveSerial
from rtu_agent.bus.holder import PROC
from rtu_agent.bus.latency import SYS, ask_for_low_latency, read_latency_s
from rtu_agent.bus.port_error import OPEN_ERRORS, PortError, explain
from rtu_agent.bus.port_facts import PortFacts
from rtu_agent.bus.rs485 import Rs485, set_rs485
from rtu_agent.bus.whereabouts import DEV, Whereabouts
from rtu_agent.protocol.adu import MAX_SIZE
from rtu_agent.protocol.timing import LineSettings

WRITE_MARGIN_S: Final = 1.0
_PARITIES: Final = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the system tells about its devices and processes."""

    dev: Path = DEV
    sys: Path = SYS
    proc: Path = PROC


SYSTEM: Final = Roots()


@dataclass(frozen=True, slots=True)
class OpenAdapter:
    """A serial port that is open and ready."""

    serial: serial.Serial
    facts: PortFacts


class Adapter:
    """One serial adapter, or built-in port.

    Args:
        name: device path, or COMn.
        line: baud rate, parity, stop bits.
        rs485: how the kernel switches the direction; None where the hardware does it.
        roots: where to look things up.
        blocking: whether reading waits for a byte; writing then waits as well, but not for ever.
    """

    def __init__(
        self,
        name: str,
        line: LineSettings,
        *,
        rs485: Rs485 | None = None,
        roots: Roots = SYSTEM,
        blocking: bool = False,
    ) -> None:
        self._whereabouts = Whereabouts(name, roots.dev, roots.sys)
        self._name = name
        self._line = line
        self._rs485 = rs485
        self._roots = roots
        self._read_timeout_s = None if blocking else 0.0
        # Longer than the longest frame can take, so that only a port that has stopped exceeds it.
        self._write_timeout_s = line.wire_s(MAX_SIZE) + WRITE_MARGIN_S if blocking else None

    def open(self) -> OpenAdapter:
        """Open it exclusively and as quick as it can be.

        Raises:
            PortError: it is missing, not permitted, used by another process, replaced by another adapter, or refuses
                its settings.
        """
        path = self._whereabouts.find()
        port = self._opened(path)
        try:
            return OpenAdapter(port, self._prepared(port, path))
        except PortError:
            port.close()
            raise

    def _prepared(self, port: serial.Serial, path: str) -> PortFacts:
        self._whereabouts.confirm(port)
        if self._rs485 is not None:
            set_rs485(port, path, self._rs485)
        ask_for_low_latency(port)
        # Read afterwards: the driver shows what it does, not what was set before.
        return PortFacts(read_latency_s(path, self._roots.sys), path if path != self._name else None)

    def _opened(self, path: str) -> serial.Serial:
        try:
            return ExclusiveSerial(
                path,
                baudrate=self._line.baudrate,
                bytesize=self._line.data_bits,
                parity=_PARITIES[self._line.parity],
                stopbits=self._line.stop_bits,
                timeout=self._read_timeout_s,
                write_timeout=self._write_timeout_s,
                exclusive=True,
            )
        except OPEN_ERRORS as error:
            raise PortError(explain(path, error, self._roots.proc)) from error
