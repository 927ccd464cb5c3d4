"""From the payloads of a poll to canonical values, by a program that is compiled once per plan.

All values of a block of registers are unpacked by one `struct` format. Where they are not big-endian, leave gaps or
overlap, the bytes that the format wants are first picked out of the payload, also in one step.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from struct import Struct

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Field, Value
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api.codec import BitCodec
from rtu_agent.driver_api.point import Point
from rtu_agent.normalize.canonical import reader


@dataclass(frozen=True, slots=True)
class Decoded:
    """The values of one poll in the order of the points; a value that is not there is None and has a reason."""

    values: tuple[Value | None, ...]
    quality: RecordQuality
    reasons: Mapping[str, Reason]
    """By field name."""


class Decoder:
    """Decodes the blocks of one plan.

    Args:
        points: whose values are wanted, in the order of the values.
        blocks: what is read.
        refused: those of the points that are not read because the device refuses them.

    Raises:
        ValueError: a point that is not refused is in none of the blocks.
    """

    def __init__(self, points: Sequence[Point], blocks: Sequence[Span], refused: Container[Point] = ()) -> None:
        self.fields: tuple[Field, ...] = tuple(point.field for point in points)
        self._without = [Reason.EXCEPTION if point in refused else Reason.NOT_READ for point in points]
        homes = [None if point in refused else _home(point, blocks) for point in points]
        self._blocks = tuple(
            (_BitBlock if span.table.of_bits else _WordBlock)(
                span, [(index, points[index]) for index, home in enumerate(homes) if home == number]
            )
            for number, span in enumerate(blocks)
        )

    def __call__(self, payloads: Sequence[bytes | None]) -> Decoded:
        """Return the values of one poll, from the payload of each block; None stands for a block that was not read.

        Raises:
            ValueError: a payload has not the size of its block.
        """
        values: list[Value | Reason] = [*self._without]
        for block, payload in zip(self._blocks, payloads, strict=True):
            if payload is not None:
                for index, value in zip(block.indices, block.read(payload), strict=True):
                    values[index] = value
        return self._decoded(values, answered=any(payload is not None for payload in payloads))

    def _decoded(self, values: Sequence[Value | Reason], *, answered: bool) -> Decoded:
        reasons = {
            field.name: value for field, value in zip(self.fields, values, strict=True) if isinstance(value, Reason)
        }
        if not reasons:
            return Decoded(tuple(values), RecordQuality.GOOD, reasons)
        quality = RecordQuality.PARTIAL if answered else RecordQuality.NO_ANSWER
        return Decoded(tuple(None if isinstance(value, Reason) else value for value in values), quality, reasons)


def _home(point: Point, blocks: Sequence[Span]) -> int:
    """Return the number of the first block that holds all of `point`."""
    span = point.span
    for number, block in enumerate(blocks):
        if block.table == span.table and block.address <= span.address and span.end <= block.end:
            return number
    raise ValueError(f"{point.name} at {span} is in none of the blocks {', '.join(map(str, blocks))}")


class _WordBlock:
    """A block of registers and the points in it, by index."""

    def __init__(self, span: Span, points: Sequence[tuple[int, Point]]) -> None:
        self.indices = tuple(index for index, _ in points)
        self._span = span
        placed = [(point, point.codec) for _, point in points if not isinstance(point.codec, BitCodec)]
        self._readers = tuple(reader(point, codec) for point, codec in placed)
        self._form = Struct(">" + "".join(codec.struct_code for _, codec in placed))
        wanted = [2 * (point.address - span.address) + place for point, codec in placed for place in codec.order]
        self._pick = None if wanted == [*range(2 * span.count)] else itemgetter(*wanted) if wanted else _nothing

    def read(self, payload: bytes) -> list[Value | Reason]:
        """Return the value of every point, or the reason why it has none."""
        _check_size(payload, 2 * self._span.count, self._span)
        form = payload if self._pick is None else bytes(self._pick(payload))
        return [read(raw) for read, raw in zip(self._readers, self._form.unpack(form), strict=True)]


class _BitBlock:
    """A block of coils or discrete inputs and the points in it, by index."""

    def __init__(self, span: Span, points: Sequence[tuple[int, Point]]) -> None:
        self.indices = tuple(index for index, _ in points)
        self._span = span
        self._places = tuple(divmod(point.address - span.address, 8) for _, point in points)

    def read(self, payload: bytes) -> list[Value | Reason]:
        """Return the value of every point."""
        _check_size(payload, (self._span.count + 7) // 8, self._span)
        return [bool(payload[byte] >> bit & 1) for byte, bit in self._places]


def _check_size(payload: bytes, size: int, span: Span) -> None:
    if len(payload) != size:
        raise ValueError(f"{span} is {size} bytes, not {len(payload)}")


def _nothing(_: bytes) -> bytes:
    return b""
