"""The rules of a driver's points, one by one and among each other, and of its limits and intervals."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Final

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span
from rtu_agent.driver_api import rules
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.wire import Limits

_WIDEST_READ: Final = 125
_CODES: Final = ("bits", "enum")


def objections(points: Sequence[Point], limits: Limits, intervals: Mapping[str, float]) -> Iterator[Flaw]:
    """Yield the rules that points, limits and intervals break."""
    yield from _limits(limits)
    for group, seconds in intervals.items():
        if not (seconds == 0 if group == "once" else 0 < seconds < inf):
            yield Flaw(f"the interval of group {group} cannot be {seconds:g} s", path=("intervals", group))
    for point in points:
        for path, message in rules.objections(point, limits):
            yield Flaw(message, point.name, path, at_name=not path)
    yield from _overlaps(points)
    yield from _unreadable(points, limits)


def _limits(limits: Limits) -> Iterator[Flaw]:
    if not 1 <= limits.max_block <= _WIDEST_READ:
        yield Flaw(f"max_block must be 1 to {_WIDEST_READ}, not {limits.max_block}", path=("max_block",))
    for key in ("pause_s", "min_interval_s"):
        if not 0 <= getattr(limits, key) < inf:
            yield Flaw(f"{key} cannot be {getattr(limits, key):g}", path=(key,))
    for index, span in enumerate(limits.unreadable):
        if span.count < 1 or span.address < 0 or span.end > HIGHEST_ADDRESS + 1:
            message = f"{span.address:#06x} to {span.end - 1:#06x} is not a range of addresses: first, last"
            yield Flaw(message, path=("unreadable", index))


def _overlaps(points: Sequence[Point]) -> Iterator[Flaw]:
    furthest: Point | None = None
    for point in sorted(points, key=lambda point: point.span):
        if furthest and _overlap(furthest.span, point.span) and not _is_one_code(furthest, point):
            message = f"{point.span} overlaps '{furthest.name}' at {furthest.span}, which has another meaning"
            yield Flaw(message, point.name, ("at",))
        if not furthest or point.table != furthest.table or point.span.end > furthest.span.end:
            furthest = point


def _overlap(one: Span, other: Span) -> bool:
    return one.table == other.table and one.address < other.end and other.address < one.end


def _is_one_code(first: Point, second: Point) -> bool:
    """Return True for two views of one code, such as flags and names for the same register."""
    return first.span == second.span and first.codec.type in _CODES and second.codec.type in _CODES


def _unreadable(points: Sequence[Point], limits: Limits) -> Iterator[Flaw]:
    for point in points:
        for span in limits.unreadable:
            if _overlap(point.span, span):
                yield Flaw(f"{point.span} is in {span}, which the driver says must not be read", point.name, ("at",))
