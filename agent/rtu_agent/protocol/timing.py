"""How long characters and silences take on the wire.

Source: MODBUS over Serial Line Specification V1.02, section 2.5.1.1: a frame ends with a silence of at least 3.5
characters (t3.5); above 19200 baud a fixed 1.750 ms is used instead.
"""

from dataclasses import dataclass
from typing import Final, Literal

Parity = Literal["none", "even", "odd"]

FIXED_ABOVE_BAUD: Final = 19_200
FIXED_T35_S: Final = 0.001_75
T35_CHARACTERS: Final = 3.5


@dataclass(frozen=True, slots=True)
class LineSettings:
    """The serial settings of a bus.

    Attributes:
        baudrate: bits per second.
        parity: none, even or odd.
        stop_bits: 1 or 2.
        data_bits: 8 in RTU; 7 exists only in ASCII mode.
    """

    baudrate: int = 9600
    parity: Parity = "none"
    stop_bits: int = 1
    data_bits: int = 8

    @property
    def bits_per_character(self) -> int:
        """Start bit, data, parity and stop bits: 10 for 8N1, 11 for 8E1 and 8N2."""
        return 1 + self.data_bits + (self.parity != "none") + self.stop_bits

    @property
    def character_s(self) -> float:
        """Seconds one character takes."""
        return self.bits_per_character / self.baudrate

    @property
    def t35_s(self) -> float:
        """Seconds of silence that part two frames."""
        return FIXED_T35_S if self.baudrate > FIXED_ABOVE_BAUD else T35_CHARACTERS * self.character_s

    def wire_s(self, characters: int) -> float:
        """Return the seconds that `characters` take on the wire."""
        return characters * self.character_s
