"""What a device has said is decoded to what it meant."""

from collections.abc import Iterator, Mapping
from typing import Any

from rtu_agent.domain.registers import Span
from rtu_agent.domain.units import unit
from rtu_agent.driver_api import Driver, Point, Signal
from rtu_agent.normalize.decode import Decoder
from rtu_agent.testing.breach import Breach
from rtu_agent.testing.recordings import Expected, Recording
from rtu_agent.testing.subject import Subject


def recordings(subject: Subject) -> Iterator[Breach]:
    """Every signal whose registers a recording holds means what is expected of it, to the last printed digit."""
    if subject.recordings is None:
        return
    mine = [recording for recording in subject.recordings if recording.driver == subject.driver.name]
    if not mine:
        yield Breach("the recordings have nothing that it has said")
    for recording in mine:
        yield from _compared(subject.driver, recording)


def blocks_in(driver: type[Driver], recording: Recording) -> list[Span]:
    """Return what was read, in registers."""
    stride = driver.limits.stride
    return [Span(span.table, span.address // stride, span.count) for span, _ in recording.reads]


def signals_in(driver: type[Driver], recording: Recording) -> list[Signal]:
    """Return the signals of a driver for which all is there."""
    blocks = blocks_in(driver, recording)
    return [
        signal
        for signal in driver.signals
        if all(any(_holds(block, point) for block in blocks) for point in signal.needs)
    ]


def _holds(block: Span, point: Point) -> bool:
    span = point.span
    if point.alone:
        return block == span
    return point.page is None and block.table == span.table and block.address <= span.address and span.end <= block.end


def _compared(driver: type[Driver], recording: Recording) -> Iterator[Breach]:
    signals = signals_in(driver, recording)
    decoded = Decoder(signals, blocks_in(driver, recording))([payload for _, payload in recording.reads])
    said = dict(zip((signal.name for signal in signals), zip(signals, decoded.values, strict=True), strict=True))
    for name, expected in recording.expected.items():
        if name not in said:
            yield Breach(f"'{recording.name}' does not hold it, but expects {_plain(expected)!r}", name)
    for name, (signal, value) in said.items():
        if name not in recording.expected:
            yield Breach(f"'{recording.name}' holds it, but expects nothing of it", name)
            continue
        wanted = recording.expected[name]
        found = (
            {"missing": str(decoded.reasons[signal.field.name])} if value is None else _in_form(signal, value, wanted)
        )
        if found != _plain(wanted):
            yield Breach(f"'{recording.name}' expects {_plain(wanted)!r}, but says {found!r}", name)


def _plain(expected: Expected) -> Any:
    """Return an expectation with the unit as columns spell it."""
    if isinstance(expected, Mapping):
        return dict(expected)
    return expected if isinstance(expected, str | int) else [expected[0], unit(expected[1]).symbol]


def _in_form(signal: Signal, value: Any, expected: Expected) -> Any:
    """Return a value in the form in which it is expected: a number with as many decimals as were printed."""
    if isinstance(expected, str | int | Mapping) or isinstance(value, str):
        return value
    return [f"{value:.{len(expected[0].partition('.')[2])}f}", signal.canonical_unit.symbol]
