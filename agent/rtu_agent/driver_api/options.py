"""What an author may say by keyword, for type checkers. What an option means is written at `Point` and `Limits`."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from rtu_agent.domain.registers import ByteOrder, WordOrder
from rtu_agent.driver_api.declaration import FactorDeclaration
from rtu_agent.driver_api.wire import Group

TableName = Literal["coil", "discrete_input", "holding", "input"]
At = int | tuple[int, ...]
"""A zero-based address; or one for each word, where they do not follow each other, in the order of the words."""
Scale = float | FactorDeclaration | Sequence[float | FactorDeclaration]
"""A number, a register that says one, or several of both, which are multiplied."""
NumberName = Literal["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64"]


class PointOptions(TypedDict, total=False):
    """What any point may say."""

    table: TableName
    group: Group
    vendor_specific: bool
    alone: bool
    page: tuple[int, int]


class TextOptions(PointOptions, total=False):
    """What a text may say."""

    byte_order: ByteOrder
    one_per_word: bool


class CodeOptions(PointOptions, total=False):
    """What a code or a field of bits may say."""

    words: int
    word_order: WordOrder
    byte_order: ByteOrder
    invalid: Sequence[int]
    mask: int


class NumberOptions(PointOptions, total=False):
    """What a number may say."""

    word_order: WordOrder
    byte_order: ByteOrder
    scale: Scale
    offset: float
    invalid: Sequence[int]
    valid: tuple[float, float]
    counter: bool
    rolls_over_at: float
    most_per_hour: float
    deadband: float
    four_quadrant: bool


class UnsignedOptions(NumberOptions, total=False):
    """What a whole number without a sign may say."""

    mask: int


class SignedOptions(UnsignedOptions, total=False):
    """What a whole number with a sign may say."""

    sign_bit: bool


class BcdOptions(NumberOptions, total=False):
    """What a number in BCD may say."""

    words: int
    sign_bit: bool


class DecimalOptions(NumberOptions, total=False):
    """What a number in decimal words may say."""

    words: int
    digits: int


class FactorOptions(TypedDict, total=False):
    """What a register that scales others may say."""

    number: NumberName
    table: TableName
    word_order: WordOrder
    byte_order: ByteOrder
    mask: int
    invalid: Sequence[int]
    valid: tuple[float, float]


class MultiplierOptions(FactorOptions, total=False):
    """What a register by which others are multiplied may say."""

    scale: float


class DerivedOptions(TypedDict, total=False):
    """What a point that is computed from others may say."""

    group: Group
    valid: tuple[float, float]
    counter: bool
    rolls_over_at: float
    most_per_hour: float
    deadband: float
    vendor_specific: bool


class DriverOptions(TypedDict, total=False):
    """What stands behind the name of the class: what its points have in common, and the limits of the device."""

    table: TableName
    word_order: WordOrder
    byte_order: ByteOrder
    max_block: int
    gaps_readable: bool
    unreadable: Sequence[tuple[int, int]]
    """The first and the last address of each range of `table` that must not be read."""
    boundaries: Sequence[int]
    """Addresses of `table` that no read may cross."""
    stride: int
    pause_s: float
    timeout_s: float
    min_interval_s: float
    intervals: Mapping[Group, float]
    """Seconds between two polls of a group, where the default does not suit."""
    without: Sequence[str]
    """Points of the classes that it is derived from which this device has not got."""
