"""What an author may say by keyword, for type checkers. What an option means is written at `Point` and `Limits`."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from rtu_agent.domain.registers import ByteOrder, WordOrder
from rtu_agent.driver_api.wire import Group

TableName = Literal["coil", "discrete_input", "holding", "input"]


class PointOptions(TypedDict, total=False):
    """What any point may say."""

    table: TableName
    group: Group
    vendor_specific: bool


class TextOptions(PointOptions, total=False):
    """What a text may say."""

    byte_order: ByteOrder


class CodeOptions(PointOptions, total=False):
    """What a code or a field of bits may say."""

    words: int
    word_order: WordOrder
    byte_order: ByteOrder
    invalid: Sequence[int]


class NumberOptions(PointOptions, total=False):
    """What a number may say."""

    word_order: WordOrder
    byte_order: ByteOrder
    scale: float
    offset: float
    invalid: Sequence[int]
    valid: tuple[float, float]
    counter: bool


class BcdOptions(NumberOptions, total=False):
    """What a number in BCD may say."""

    words: int


class DriverOptions(TypedDict, total=False):
    """What stands behind the name of the class: what its points have in common, and the limits of the device."""

    table: TableName
    word_order: WordOrder
    byte_order: ByteOrder
    max_block: int
    gaps_readable: bool
    unreadable: Sequence[tuple[int, int]]
    """The first and the last address of each range of `table` that must not be read."""
    pause_s: float
    min_interval_s: float
    intervals: Mapping[Group, float]
    """Seconds between two polls of a group, where the default does not suit."""
