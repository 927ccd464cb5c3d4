"""How far a value, and a whole record, can be trusted, and why not further."""

from enum import IntEnum, StrEnum


class Quality(IntEnum):
    """Trust in one value."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


class RecordQuality(IntEnum):
    """Trust in one record, as it is stored in the field `quality` (design section 9)."""

    GOOD = 0
    PARTIAL = 1
    """Some values are missing or uncertain."""
    STALE = 2
    NO_ANSWER = 3


class Reason(StrEnum):
    """Why a value is not good."""

    SENTINEL = "sentinel"
    """The device says that it has no value."""
    NOT_FINITE = "not_finite"
    """NaN or infinity on the wire."""
    OUT_OF_RANGE = "out_of_range"
    """Outside the valid range that the driver declares."""
    NOT_DECODABLE = "not_decodable"
    """No number can be made of the words, for example a BCD digit above nine."""
    EXCEPTION = "exception"
    """The device refused the block that holds the point."""
    NOT_READ = "not_read"
    """The block that holds the point was not answered."""
