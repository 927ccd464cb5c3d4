"""The rules of a driver's points, one by one and among each other, and of its limits and intervals."""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Final

from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span
from rtu_agent.driver_api import rules
from rtu_agent.driver_api.codec import BitCodec
from rtu_agent.driver_api.derived import Derived
from rtu_agent.driver_api.errors import Flaw
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.wire import Limits

_WIDEST_READ: Final = 125
_LONGEST_TIMEOUT_S: Final = 60.0
_LARGEST_STRIDE: Final = 8
_CODES: Final = ("bits", "enum")


def objections(
    points: Sequence[Point], derived: Sequence[Derived], limits: Limits, intervals: Mapping[str, float]
) -> Iterator[Flaw]:
    """Yield the rules that points, derived points, limits and intervals break."""
    yield from _limits(limits)
    for group, seconds in intervals.items():
        if not (seconds == 0 if group == "once" else 0 < seconds < inf):
            yield Flaw(f"the interval of group {group} cannot be {seconds:g} s", path=("intervals", group))
    for point in points:
        for path, message in rules.objections(point, limits):
            yield Flaw(message, point.name, path, at_name=not path)
    for computed in derived:
        for path, message in rules.derived_objections(computed):
            yield Flaw(message, computed.name, path, at_name=not path)
    yield from _overlaps(points)
    yield from _lone(points)
    yield from _unreadable(points, limits)


def _limits(limits: Limits) -> Iterator[Flaw]:
    if not 1 <= limits.max_block <= _WIDEST_READ:
        yield Flaw(f"max_block must be 1 to {_WIDEST_READ}, not {limits.max_block}", path=("max_block",))
    for key in ("pause_s", "min_interval_s"):
        if not 0 <= getattr(limits, key) < inf:
            yield Flaw(f"{key} cannot be {getattr(limits, key):g}", path=(key,))
    if limits.timeout_s is not None and not 0 < limits.timeout_s <= _LONGEST_TIMEOUT_S:
        message = f"timeout_s must be above 0 and at most {_LONGEST_TIMEOUT_S:g}, not {limits.timeout_s:g}"
        yield Flaw(message, path=("timeout_s",))
    if not 1 <= limits.stride <= _LARGEST_STRIDE:
        yield Flaw(f"stride must be 1 to {_LARGEST_STRIDE}, not {limits.stride}", path=("stride",))
    for index, boundary in enumerate(limits.boundaries):
        if not 0 <= boundary.address <= HIGHEST_ADDRESS:
            yield Flaw(f"{boundary.address:#06x} is not an address", path=("boundaries", index))
    for index, span in enumerate(limits.unreadable):
        if span.count < 1 or span.address < 0 or span.end > HIGHEST_ADDRESS + 1:
            message = f"{span.address:#06x} to {span.end - 1:#06x} is not a range of addresses: first, last"
            yield Flaw(message, path=("unreadable", index))


def _overlaps(points: Sequence[Point]) -> Iterator[Flaw]:
    """Yield the points of which a bit belongs to another as well; pages and lone reads are places of their own."""
    owners: dict[tuple[object, ...], list[tuple[int, Point]]] = {}
    for point in sorted(points, key=lambda point: point.span):
        other = None
        for address, bits in zip(point.addresses, _occupied(point), strict=True):
            there = owners.setdefault((point.table, point.page, point.alone, address), [])
            other = other or next((owner for mask, owner in there if mask & bits and not _agree(owner, point)), None)
            there.append((bits, point))
        if other:
            message = f"{point.span} overlaps '{other.name}' at {other.span}, which has another meaning"
            yield Flaw(message, point.name, ("at",))


def _occupied(point: Point) -> tuple[int, ...]:
    """Return which bits of each of its items are of the point; of an item that is a bit, this one."""
    return (1,) if isinstance(point.codec, BitCodec) else point.codec.occupied


def _overlap(one: Span, other: Span) -> bool:
    return one.table == other.table and one.address < other.end and other.address < one.end


def _agree(first: Point, second: Point) -> bool:
    """Return True for two views of one code, such as flags and names, and for what is stored and used by others."""
    if first.codec.type in _CODES and second.codec.type in _CODES:
        return first.addresses == second.addresses
    return (first.is_hidden or second.is_hidden) and first.addresses == second.addresses


def _lone(points: Sequence[Point]) -> Iterator[Flaw]:
    """A read of just these items is the one of the lone point; nothing else may be meant by it."""
    lone = [point for point in points if point.alone]
    for point in points:
        for other in lone:
            inside = point.span.table == other.span.table and _inside(point.span, other.span)
            if inside and not point.alone:
                message = f"{point.span} is what '{other.name}' is read from, which must be read alone"
                yield Flaw(message, point.name, ("at",))


def _inside(one: Span, other: Span) -> bool:
    return other.address <= one.address and one.end <= other.end


def _unreadable(points: Sequence[Point], limits: Limits) -> Iterator[Flaw]:
    for point in points:
        for span in limits.unreadable:
            if _overlap(point.span, span):
                yield Flaw(f"{point.span} is in {span}, which the driver says must not be read", point.name, ("at",))
