"""Whatever stands in the registers, there is a value that can be true, or none and a reason."""

from collections.abc import Iterator, Sequence
from functools import partial
from math import isfinite
from random import Random
from typing import Final

from rtu_agent.domain.quality import Reason
from rtu_agent.driver_api import Derived, Point, Signal
from rtu_agent.driver_api.codec import BitCodec, FloatCodec
from rtu_agent.testing.breach import Breach, first_of_each
from rtu_agent.testing.decoding import Bench, Fill
from rtu_agent.testing.subject import Subject

_NO_VALUE: Final = (Reason.SENTINEL, Reason.NOT_FINITE)
_RUNS: Final = 40
_ODD: Final = ("00", "ff", "7fff", "8000", "7fc00000", "ff800000", "00010000", "3939", "9999", "0d0a1b00")
"""Patterns that devices like: no value in either sign, NaN, infinity, digits that are none, control characters."""


def sentinels(subject: Subject) -> Iterator[Breach]:
    """Each pattern by which the device says "no value", and NaN of every float, gives a quality and no number."""
    for signal in subject.driver.signals:
        bench = Bench([signal])
        for point in signal.needs:
            for raw, pattern in _patterns(point):
                decoded = bench.decode_with(point, _payload(point, raw))
                reason = decoded.reasons.get(signal.field.name)
                if decoded.values != (None,) or reason not in _NO_VALUE:
                    said = decoded.values[0] if reason is None else str(reason)
                    yield Breach(f"{pattern} of '{point.name}' is no value, but is read as {said!r}", signal.name)


def _patterns(point: Point) -> Iterator[tuple[object, str]]:
    if isinstance(point.codec, BitCodec):
        return
    for pattern in point.invalid:
        yield point.codec.from_pattern(pattern), f"{pattern:#x}"
    if isinstance(point.codec, FloatCodec):
        yield float("nan"), "NaN"


def _payload(point: Point, raw: object) -> bytes:
    """Return the registers of the span of a point that holds `raw`."""
    assert not isinstance(point.codec, BitCodec), "a bit has no sentinel"  # noqa: S101
    wire = point.codec.to_wire(raw)
    words = bytearray(2 * point.count)
    for number, place in enumerate(point.offsets or range(point.codec.items)):
        words[2 * place : 2 * place + 2] = wire[2 * number : 2 * number + 2]
    return bytes(words)


def random_contents(subject: Subject) -> Iterator[Breach]:
    """Random registers, and odd ones, raise nothing; each value is finite and valid, or is missing for a reason."""
    signals = _with_inputs(subject.driver.signals)
    if not signals:
        return
    bench = Bench(signals)
    fillings = _fillings(subject.random())
    yield from first_of_each(breach for fill, what in fillings for breach in _of_values(bench, fill, what))


def _with_inputs(signals: Sequence[Signal]) -> list[Signal]:
    """Return signals and all that they are computed from."""
    found: dict[Signal, None] = {}
    for signal in signals:
        found |= dict.fromkeys(_with_inputs(signal.inputs) if isinstance(signal, Derived) else ())
        found[signal] = None
    return [*found]


def _fillings(random: Random) -> Iterator[tuple[Fill, str]]:
    for pattern in map(bytes.fromhex, _ODD):
        yield partial(_repeated, pattern), f"registers hold {pattern.hex()}"
    for _ in range(_RUNS):
        yield random.randbytes, "registers hold anything"


def _repeated(pattern: bytes, size: int) -> bytes:
    return (pattern * size)[:size]


def _of_values(bench: Bench, fill: Fill, what: str) -> Iterator[Breach]:
    try:
        decoded = bench.decode(fill)
    except Exception as error:  # noqa: BLE001 - this is what must not happen, whatever it is
        yield Breach(f"raises {type(error).__name__}: {error} while {what}")
        return
    for signal, value in zip(bench.signals, decoded.values, strict=True):
        reason = decoded.reasons.get(signal.field.name)
        if (value is None) != (reason is not None):
            yield Breach(f"has the value {value!r} and the reason {reason} while {what}", signal.name)
        elif isinstance(value, float) and not isfinite(value):
            yield Breach(f"is {value} while {what}", signal.name)
        elif signal.field.name in decoded.mistakes:
            yield Breach(f"{decoded.mistakes[signal.field.name]} while {what}", signal.name)
