"""From the payloads of a poll to canonical values, by a program that is compiled once per plan.

All values of a block of registers are unpacked by one `struct` format. Where they are not big-endian, leave gaps or
overlap, the bytes that the format wants are first picked out of the payload, also in one step.

What a poll brings is written into slots: one for each signal of the record, then one for each thing that these only
need, such as factors and hidden points. What depends on other slots is finished when all blocks are read: first the
points with factors, then derived points, inputs before what is computed of them.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from struct import Struct
from typing import Any

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Field, Value
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api.codec import BitCodec, WordCodec
from rtu_agent.driver_api.derived import Derived, Signal
from rtu_agent.driver_api.factor import Factor
from rtu_agent.driver_api.planned import Block
from rtu_agent.driver_api.point import Page, Point
from rtu_agent.normalize.canonical import reader
from rtu_agent.normalize.derive import deriver
from rtu_agent.normalize.factors import Scaler, ratio_reader, scaler

Step = Callable[[list[Any]], None]
"""Finishes one slot."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The values of one poll in the order of the points; a value that is not there is None and has a reason."""

    values: tuple[Value | None, ...]
    quality: RecordQuality
    reasons: Mapping[str, Reason]
    """By field name."""
    mistakes: Mapping[str, str]
    """What derived points have raised that is the author's mistake, by field name."""


class Decoder:
    """Decodes the blocks of one plan.

    Args:
        signals: what the record holds.
        blocks: what is read; it holds all that the signals need.
        refused: those of the signals that are not read because the device refuses something that they need.
        pages: what is selected while each block is read; nothing, if it is not said.

    Raises:
        ValueError: a point that is not refused is in none of the blocks.
    """

    def __init__(
        self,
        signals: Sequence[Signal],
        blocks: Sequence[Span],
        refused: Container[Signal] = (),
        pages: Sequence[Page | None] | None = None,
    ) -> None:
        self.fields: tuple[Field, ...] = tuple(signal.field for signal in signals)
        pages = [None] * len(blocks) if pages is None else pages
        slots = _Slots(signals, [*zip(blocks, pages, strict=True)], refused)
        self._without = [Reason.EXCEPTION if signal in refused else Reason.NOT_READ for signal in signals]
        self._without += [Reason.NOT_READ] * (slots.count - len(signals))
        self._blocks = tuple(
            (_BitBlock if span.table.of_bits else _WordBlock)(span, slots.of_block[number])
            for number, span in enumerate(blocks)
        )
        self._steps = tuple(slots.steps)
        self._mistakes = slots.mistakes

    def __call__(self, payloads: Sequence[bytes | None]) -> Decoded:
        """Return the values of one poll, from the payload of each block; None stands for a block that was not read.

        Raises:
            ValueError: a payload has not the size of its block.
        """
        values: list[Any] = [*self._without]
        for block, payload in zip(self._blocks, payloads, strict=True):
            if payload is not None:
                for index, value in zip(block.indices, block.read(payload), strict=True):
                    values[index] = value
        for finish in self._steps:
            finish(values)
        del values[len(self.fields) :]
        return self._decoded(values, answered=any(payload is not None for payload in payloads))

    def _decoded(self, values: Sequence[Value | Reason], *, answered: bool) -> Decoded:
        reasons = {
            field.name: value for field, value in zip(self.fields, values, strict=True) if isinstance(value, Reason)
        }
        if not reasons:
            return Decoded(tuple(values), RecordQuality.GOOD, reasons, {})
        quality = RecordQuality.PARTIAL if answered else RecordQuality.NO_ANSWER
        said = tuple(None if isinstance(value, Reason) else value for value in values)
        return Decoded(said, quality, reasons, self._made())

    def _made(self) -> Mapping[str, str]:
        """Return the mistakes of this poll. There is none without a reason: what was to be computed has no value."""
        mistakes = {**self._mistakes}
        self._mistakes.clear()
        return mistakes


class _Slots:
    """Gives everything that a record needs a place in the list of values, and says in what order to finish it."""

    def __init__(self, signals: Sequence[Signal], blocks: Sequence[Block], refused: Container[Signal]) -> None:
        self._blocks = blocks
        self.of_block: list[list[tuple[int, Point | Factor]]] = [[] for _ in blocks]
        self.steps: list[Step] = []
        self.count = len(signals)
        self.mistakes: dict[str, str] = {}
        """What derived points raise while a poll is decoded."""
        self._known: dict[object, int] = {signal: slot for slot, signal in enumerate(signals)}
        self._derived: dict[Derived, Step] = {}
        for slot, signal in enumerate(signals):
            if isinstance(signal, Point) and signal not in refused:
                self._place(signal, slot)
        for signal in signals:
            if isinstance(signal, Derived) and signal not in refused:
                self._derive(signal)
        self.steps += self._derived.values()

    def _place(self, point: Point, slot: int) -> None:
        home = _home(point, self._blocks)
        self.of_block[home].append((slot, point))
        if point.factors:
            places = tuple(self._factor(factor, home) for factor in point.factors)
            if len(places) == 1:
                self.steps.append(partial(_scale_by_one, scaler(point), slot, places[0]))
            else:
                self.steps.append(partial(_scale_by_all, scaler(point), slot, places))

    def _factor(self, factor: Factor, home: int) -> int:
        """Return the slot of a factor, read in the same block as what it scales if it is in there."""
        if not _holds(self._blocks[home], factor.point):
            home = _home(factor.point, self._blocks)
        slot = self._known.get((factor, home))
        if slot is None:
            slot = self._known[factor, home] = self._new()
            self.of_block[home].append((slot, factor))
        return slot

    def _derive(self, signal: Derived) -> int:
        """Return the slot of a derived point, which is finished after its inputs."""
        slot = self._slot(signal)
        if signal not in self._derived:
            places = tuple(self._derive(one) if isinstance(one, Derived) else self._input(one) for one in signal.inputs)
            self._derived[signal] = partial(_compute, deriver(signal, self.mistakes), slot, places)
        return slot

    def _input(self, point: Point) -> int:
        """Return the slot of a point that is stored, or only needed here."""
        is_new = point not in self._known
        slot = self._slot(point)
        if is_new:
            self._place(point, slot)
        return slot

    def _slot(self, needed: object) -> int:
        if needed not in self._known:
            self._known[needed] = self._new()
        return self._known[needed]

    def _new(self) -> int:
        self.count += 1
        return self.count - 1


def _scale_by_one(scale: Scaler, slot: int, place: int, values: list[Any]) -> None:
    """Make a value of the number in `slot` and of the factor in `place`."""
    raw, ratio = values[slot], values[place]
    values[slot] = raw if isinstance(raw, Reason) else ratio if isinstance(ratio, Reason) else scale(raw, ratio)


def _scale_by_all(scale: Scaler, slot: int, places: Sequence[int], values: list[Any]) -> None:
    """Make a value of the number in `slot` and of the factors in all places."""
    said = [values[slot], *(values[place] for place in places)]
    values[slot] = next((one for one in said if isinstance(one, Reason)), None) or scale(*said)


def _compute(derive: Callable[[Sequence[Any]], Any], slot: int, places: Sequence[int], values: list[Any]) -> None:
    values[slot] = derive([values[place] for place in places])


def _holds(read: Block, point: Point) -> bool:
    """Return whether all of `point` can be read from a block; of one that must be read alone, whether it is."""
    (block, page), span = read, point.span
    if page != point.page:
        return False
    if point.alone:
        return block == span
    return block.table == span.table and block.address <= span.address and span.end <= block.end


def _home(point: Point, blocks: Sequence[Block]) -> int:
    """Return the number of the first block that holds all of `point`."""
    for number, block in enumerate(blocks):
        if _holds(block, point):
            return number
    read = ", ".join(str(block) for block, _ in blocks)
    raise ValueError(f"{point.name} at {point.span} is in none of the blocks {read}")


class _WordBlock:
    """A block of registers and what is in it, by slot."""

    def __init__(self, span: Span, found: Sequence[tuple[int, Point | Factor]]) -> None:
        self.indices = tuple(index for index, _ in found)
        self._span = span
        placed = [(_point(one), *_form(one)) for _, one in found]
        self._readers = tuple(read for _, _, read in placed)
        self._form = Struct(">" + "".join(codec.struct_code for _, codec, _ in placed))
        wanted = [2 * (point.span.address - span.address) + place for point, _, _ in placed for place in point.places]
        self._pick = None if wanted == [*range(2 * span.count)] else itemgetter(*wanted) if wanted else _nothing

    def read(self, payload: bytes) -> list[Value | Reason]:
        """Return the value of every point, or the reason why it has none; the ratio of every factor."""
        _check_size(payload, 2 * self._span.count, self._span)
        form = payload if self._pick is None else bytes(self._pick(payload))
        return [read(raw) for read, raw in zip(self._readers, self._form.unpack(form), strict=True)]


def _point(one: Point | Factor) -> Point:
    return one.point if isinstance(one, Factor) else one


def _form(one: Point | Factor) -> tuple[WordCodec, Callable[[Any], Any]]:
    """Return how something lies in its registers, and how it is read from there."""
    codec = _point(one).codec
    assert not isinstance(codec, BitCodec), "tables of registers hold no single bits"  # noqa: S101
    return codec, ratio_reader(one) if isinstance(one, Factor) else reader(one, codec)


class _BitBlock:
    """A block of coils or discrete inputs and the points in it, by slot."""

    def __init__(self, span: Span, found: Sequence[tuple[int, Point | Factor]]) -> None:
        self.indices = tuple(index for index, _ in found)
        self._span = span
        self._places = tuple(divmod(_point(one).span.address - span.address, 8) for _, one in found)

    def read(self, payload: bytes) -> list[Value | Reason]:
        """Return the value of every point."""
        _check_size(payload, (self._span.count + 7) // 8, self._span)
        return [bool(payload[byte] >> bit & 1) for byte, bit in self._places]


def _check_size(payload: bytes, size: int, span: Span) -> None:
    if len(payload) != size:
        raise ValueError(f"{span} is {size} bytes, not {len(payload)}")


def _nothing(_: bytes) -> bytes:
    return b""
