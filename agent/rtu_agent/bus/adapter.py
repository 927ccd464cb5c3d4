"""The serial adapter of a bus, opened the way a bus needs it; whoever serves the port then only moves bytes."""

from typing import Final

import serial

from rtu_agent.bus.exclusive import ExclusiveSerial
from rtu_agent.bus.port_error import OPEN_ERRORS, PortError, explain
from rtu_agent.protocol.timing import LineSettings

_PARITIES: Final = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


class Adapter:
    """One serial adapter, or built-in port.

    Args:
        name: device path, or COMn.
        line: baud rate, parity, stop bits.
    """

    def __init__(self, name: str, line: LineSettings) -> None:
        self._name = name
        self._line = line

    def open(self) -> serial.Serial:
        """Open it exclusively; reading from it does not wait.

        Raises:
            PortError: it is missing, not permitted, used by another process, or refuses its settings.
        """
        try:
            return ExclusiveSerial(
                self._name,
                baudrate=self._line.baudrate,
                bytesize=self._line.data_bits,
                parity=_PARITIES[self._line.parity],
                stopbits=self._line.stop_bits,
                timeout=0,
                exclusive=True,
            )
        except OPEN_ERRORS as error:
            raise PortError(explain(self._name, error)) from error
