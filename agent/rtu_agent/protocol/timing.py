"""How long characters and silences take on the wire.

Source: MODBUS over Serial Line Specification V1.02, section 2.5.1.1: a frame ends with a silence of at least 3.5
characters (t3.5); above 19200 baud a fixed 1.750 ms is used instead.
"""

from dataclasses import dataclass, field
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
        character_s: seconds one character takes.
        t35_s: seconds of silence that part two frames.
    """

    baudrate: int = 9600
    parity: Parity = "none"
    stop_bits: int = 1
    data_bits: int = 8
    character_s: float = field(init=False, repr=False, compare=False)
    t35_s: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        character_s = self.bits_per_character / self.baudrate
        # Asked several times in every transaction, so worked out once.
        object.__setattr__(self, "character_s", character_s)
        fixed = self.baudrate > FIXED_ABOVE_BAUD
        object.__setattr__(self, "t35_s", FIXED_T35_S if fixed else T35_CHARACTERS * character_s)

    @property
    def bits_per_character(self) -> int:
        """Start bit, data, parity and stop bits: 10 for 8N1, 11 for 8E1 and 8N2."""
        return 1 + self.data_bits + (self.parity != "none") + self.stop_bits

    def wire_s(self, characters: int) -> float:
        """Return the seconds that `characters` take on the wire."""
        return characters * self.character_s
