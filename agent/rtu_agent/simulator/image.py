"""The registers and bits of one simulated device, made from its driver."""

import struct
from collections.abc import Iterable, Iterator
from typing import Protocol

from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api.codec import BitCodec
from rtu_agent.driver_api.driver import Driver
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.steps import Step, Write
from rtu_agent.simulator.ear import ExceptionCode
from rtu_agent.simulator.introduction import texts_of
from rtu_agent.simulator.scripted import chosen, places, steps_of
from rtu_agent.simulator.values import Source, settled, sources


class Refused(Exception):
    """The device does not answer a read with values; `code` is what it answers instead."""

    def __init__(self, span: Span, code: ExceptionCode) -> None:
        self.code = code
        super().__init__(f"{span}: {code.name.lower().replace('_', ' ')}")


class Registers(Protocol):
    """The registers and bits of one unit."""

    @property
    def writable(self) -> bool:
        """True for a unit that takes writes at all."""

    def write(self, address: int, word: int, table: Table = Table.HOLDING) -> None:
        """Take one item.

        Raises:
            Refused: the unit does not take it.
        """

    def read(self, span: Span, time_s: float) -> list[int]:
        """Return the words (0 to 0xFFFF) or bits (0 or 1) of `span` at a time, seconds since 1970.

        Raises:
            Refused: the unit does not answer this.
        """


class Image:
    """What one device answers.

    It has the addresses of its driver's points, and those between them, all zero, if the driver says that gaps can be
    read. It answers as many items at once as the driver says. It has what the scripts of the driver ask for, and is
    written where they write. Of a driver that has to be found out it is one of the devices that may be found.

    Args:
        driver: describes the device.
        seed: makes its values different from those of another device.
    """

    def __init__(self, driver: type[Driver], seed: str) -> None:
        found, says, finding = chosen(driver)
        self.texts = texts_of(driver, found)
        """What it says about itself in words."""
        proving = [point for point in driver.registers if point.name in {*says, *_identifying(driver)}]
        points = settled([*dict.fromkeys((*found.registers, *proving))])
        self._points = [point for point, _ in points]
        self._limits = found.limits
        self._sources = sources(self._points, seed)
        self._sources |= {point.name: _always(said) for point, said in points if said is not None}
        self._sources |= _identifying(found) | _identifying(driver)
        self._sources |= {name: _always(said) for name, said in says.items()}
        self._pages = {point.page.register: 0 for point in self._points if point.page}
        self._reach = {table: self._between(table) for table in Table} if self._limits.gaps_readable else {}
        self._remember(finding, steps_of(found))

    @property
    def writable(self) -> bool:
        """True when there is anything that can be written."""
        return bool(self._pages or self._written)

    def read(self, span: Span, time_s: float) -> list[int]:
        """Return the words (0 to 0xFFFF) or bits (0 or 1) of `span`, as a request names it, at a time since 1970, s.

        Raises:
            Refused: the device does not have all of the addresses, or never answers so many at once.
        """
        if span.count > self._limits.max_block:
            raise Refused(span, ExceptionCode.ILLEGAL_VALUE)
        addresses = range(span.address, span.address + span.count * self._limits.stride, self._limits.stride)
        items = self._items(span.table, addresses, time_s)
        if not all(address in items or self._is_gap(span.table, address) for address in addresses):
            raise Refused(span, ExceptionCode.ILLEGAL_ADDRESS)
        return [items.get(address, 0) for address in addresses]

    def write(self, address: int, word: int, table: Table = Table.HOLDING) -> None:
        """Select a page, or write what a script writes.

        Raises:
            Refused: nothing can be written there.
        """
        if table is Table.HOLDING and address in self._pages:
            self._pages[address] = word
        elif (table, address) in self._written:
            self._memory[table, address] = word
        else:
            raise Refused(Span(table, address, 1), ExceptionCode.ILLEGAL_ADDRESS)

    def say(self, name: str, value: Value) -> None:
        """Let a point say this from now on, in the unit of the schema; what it scales by stays as it is.

        Raises:
            KeyError: the device has no such point in its registers.
            ValueError: its registers cannot hold the value.
        """
        {point.name: point for point in self._points}[name].encode(value)
        self._sources[name] = _always(value)

    def _items(self, table: Table, addresses: range, time_s: float) -> dict[int, int]:
        """Return what stands at those of the addresses that are of a point, or select a page."""
        items = dict(self._pages) if table is Table.HOLDING else {}
        for point in self._read_by(table, addresses):
            masks = (1,) if isinstance(point.codec, BitCodec) else point.codec.occupied
            for address, mask, word in zip(point.addresses, masks, self._words(point, time_s), strict=True):
                items[address] = items.get(address, 0) & ~mask | word
        remembered = ((address, self._memory.get((table, address))) for address in addresses)
        return items | {address: word for address, word in remembered if word is not None}

    def _remember(self, finding: Iterable[Step], reading: Iterable[Step]) -> None:
        """Have what scripts ask for: to be found out again, a device must always say the same."""
        of_points = {(point.table, address) for point in self._points for address in point.addresses}
        pages = {(Table.HOLDING, register) for register in self._pages}
        self._written = {place for step in (*finding, *reading) if isinstance(step, Write) for place in places(step)}
        asked = [place for step in reading for place in places(step) if place not in of_points]
        asked += [place for step in finding for place in places(step)]
        self._memory = dict.fromkeys((place for place in asked if place not in pages), 0)

    def _read_by(self, table: Table, addresses: range) -> Iterator[Point]:
        """Yield the points that a read of the addresses shows: what must be read alone, to no other read."""
        lone = [point for point in self._points if point.alone and point.addresses == (*addresses,)]
        for point in lone or (point for point in self._points if not point.alone):
            selected = not point.page or self._pages[point.page.register] == point.page.value
            if point.table is table and selected and not {*addresses}.isdisjoint(point.addresses):
                yield point

    def _words(self, point: Point, time_s: float) -> tuple[int, ...]:
        payload = point.encode(self._sources[point.name](time_s))
        return struct.unpack(f">{len(point.addresses)}{'B' if point.table.of_bits else 'H'}", payload)

    def _between(self, table: Table) -> range:
        """Return the addresses from the first to the last item of a point of `table`."""
        places = [address for point in self._points if point.table is table for address in point.addresses]
        stride = self._limits.stride
        return range(min(places), max(places) + stride, stride) if places else range(0)

    def _is_gap(self, table: Table, address: int) -> bool:
        """Return whether an address that no point has may be read along."""
        item = Span(table, address // self._limits.stride, 1)
        return address in self._reach.get(table, ()) and not any(_overlap(item, no) for no in self._limits.unreadable)


def _identifying(driver: type[Driver]) -> dict[str, Source]:
    """Return what the device says to prove that it is the one that its driver is for."""
    return {proof.source.name: _always(proof.expected[0]) for proof in driver.proofs if isinstance(proof.source, Point)}


def _always(value: Value) -> Source:
    return lambda _time_s: value


def _overlap(one: Span, other: Span) -> bool:
    return one.table is other.table and one.address < other.end and other.address < one.end
