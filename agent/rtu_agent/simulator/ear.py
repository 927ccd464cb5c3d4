"""What the slaves of one bus make of a frame before any of them computes an answer.

Source: MODBUS over Serial Line Specification V1.02, section 2.4.1 (a frame with a bad checksum, or for another unit, is
not answered) and MODBUS Application Protocol Specification V1.1b3, sections 6.1 to 6.4 (limits of a read) and 7
(exception codes).
"""

import struct
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from rtu_agent.protocol.crc import crc_bytes, crc_is_good
from rtu_agent.simulator.introduction import Texts, introduction

READ_LIMITS: Final = {1: 2000, 2: 2000, 3: 125, 4: 125}
"""How many items one read may ask for, by function code."""

WRITES: Final = frozenset({5, 6, 16})
"""Write one coil, one register, several registers."""

_SHORTEST: Final = 4
_SEVERAL: Final = 16
_OVERHEAD_OF_SEVERAL: Final = 9
_READ_LENGTH: Final = 8


class ExceptionCode(IntEnum):
    """Why a slave refuses."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3


@dataclass(frozen=True, slots=True)
class Ear:
    """Knows which units are on the bus.

    They can be read, some of them written, and some say who they are; anything else is refused.
    """

    units: Container[int]
    writable: Container[int] = ()
    texts: Mapping[int, Texts] = field(default_factory=dict)
    """What units say about themselves."""

    def concerns(self, frame: bytes) -> bool:
        """Return whether `frame` is whole and one of the units must answer it; a broadcast is never answered."""
        return len(frame) >= _SHORTEST and crc_is_good(frame) and frame[0] in self.units

    def introduce(self, frame: bytes) -> bytes | None:
        """Return the reply to a frame that asks a unit who it is, None if it asks for something else."""
        said = introduction(self.texts.get(frame[0], {}), frame[1:-2])
        return None if said is None else _with_crc(frame[:1] + said)

    def refuse(self, frame: bytes) -> bytes | None:
        """Return the exception reply to a frame that asks for what no unit can do, None if it can be answered."""
        unit, function = frame[:2]
        if function in WRITES and unit in self.writable:
            return None if _is_whole_write(frame) else _exception(unit, function, ExceptionCode.ILLEGAL_VALUE)
        if function not in READ_LIMITS:
            return _exception(unit, function, ExceptionCode.ILLEGAL_FUNCTION)
        if len(frame) != _READ_LENGTH or not 1 <= struct.unpack_from(">H", frame, 4)[0] <= READ_LIMITS[function]:
            return _exception(unit, function, ExceptionCode.ILLEGAL_VALUE)
        return None


def _is_whole_write(frame: bytes) -> bool:
    if frame[1] != _SEVERAL:
        return len(frame) == _READ_LENGTH
    if len(frame) < _OVERHEAD_OF_SEVERAL:
        return False
    size = 2 * int(struct.unpack_from(">H", frame, 4)[0])
    return len(frame) == _OVERHEAD_OF_SEVERAL + size and frame[6] == size


def _exception(unit: int, function: int, code: ExceptionCode) -> bytes:
    return _with_crc(bytes([unit, function | 0x80, code]))


def _with_crc(frame: bytes) -> bytes:
    return frame + crc_bytes(frame)
