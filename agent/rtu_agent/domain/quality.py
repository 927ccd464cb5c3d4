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
    COUNTER_FELL = "counter_fell"
    """A counter says less than before: a glitch, unless the next readings agree."""
    COUNTER_JUMPED = "counter_jumped"
    """A counter says more than it can have counted: a glitch, unless the next readings agree."""


class Restart(StrEnum):
    """What has become of a counter that goes on from another value, when enough readings have agreed on it."""

    ROLLED_OVER = "rolled_over"
    """It came to the end of its range and began again at zero. What it has counted is known."""
    METER_REPLACED = "meter_replaced"
    """It stands elsewhere: another meter, or a reset. What was counted while nobody looked is not known."""
    STEPPED_BACK = "stepped_back"
    """It has lost a little, as a meter that was without power and remembers an older value."""
    RETURNED = "returned"
    """It is back where it was before it fell: what it counts goes on, and what it said meanwhile was not true."""
