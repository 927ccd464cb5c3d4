"""The registers and bits of one simulated device, made from its driver."""

import struct

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api.driver import Driver
from rtu_agent.driver_api.point import Point
from rtu_agent.simulator.ear import ExceptionCode
from rtu_agent.simulator.values import sources


class Refused(Exception):
    """The device does not answer a read with values; `code` is what it answers instead."""

    def __init__(self, span: Span, code: ExceptionCode) -> None:
        self.code = code
        super().__init__(f"{span}: {code.name.lower().replace('_', ' ')}")


class Image:
    """What one device answers.

    It has the addresses of its driver's points, and those between them, all zero, if the driver says that gaps can be
    read. It answers as many items at once as the driver says.

    Args:
        driver: describes the device.
        seed: makes its values different from those of another device.
    """

    def __init__(self, driver: type[Driver], seed: str) -> None:
        self._points = [(point.span, point) for point in driver.points]
        self._limits = driver.limits
        self._sources = sources(driver.points, seed)
        self._reach = {table: self._between(table) for table in Table} if driver.limits.gaps_readable else {}

    def read(self, span: Span, time_s: float) -> list[int]:
        """Return the words (0 to 0xFFFF) or bits (0 or 1) of `span` at a time, seconds since 1970.

        Raises:
            Refused: the device does not have all of the addresses, or never answers so many at once.
        """
        if span.count > self._limits.max_block:
            raise Refused(span, ExceptionCode.ILLEGAL_VALUE)
        items: dict[int, int] = {}
        for place, point in self._points:
            if _overlap(place, span):
                items.update(enumerate(self._items(point, time_s), start=place.address))
        addresses = range(span.address, span.end)
        if not all(address in items or self._is_gap(span.table, address) for address in addresses):
            raise Refused(span, ExceptionCode.ILLEGAL_ADDRESS)
        return [items.get(address, 0) for address in addresses]

    def _items(self, point: Point, time_s: float) -> tuple[int, ...]:
        payload = point.encode(self._sources[point.name](time_s))
        return struct.unpack(f">{point.count}{'B' if point.table.of_bits else 'H'}", payload)

    def _between(self, table: Table) -> range:
        """Return the addresses from the first to the last point of `table`."""
        places = [place for place, _ in self._points if place.table is table]
        return range(
            min((place.address for place in places), default=0), max((place.end for place in places), default=0)
        )

    def _is_gap(self, table: Table, address: int) -> bool:
        """Return whether an address that no point has may be read along."""
        item = Span(table, address, 1)
        return address in self._reach.get(table, ()) and not any(_overlap(item, no) for no in self._limits.unreadable)


def _overlap(one: Span, other: Span) -> bool:
    return one.table is other.table and one.address < other.end and other.address < one.end
