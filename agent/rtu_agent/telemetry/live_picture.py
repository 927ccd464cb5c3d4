"""The picture that the running agent draws of itself."""

from rtu_agent.domain.record import Field, Value
from rtu_agent.domain.text import printable
from rtu_agent.telemetry.live import Frame
from rtu_agent.telemetry.picture import MOST_VALUES, BusRow, DeviceRow, OutputRow, Picture
from rtu_agent.telemetry.telling import amount, telling
from rtu_agent.telemetry.views import BusView, DeviceView, OutputView


def picture_of(frame: Frame) -> Picture:
    """Return what a frame shows; everything in the order of the configuration."""
    state = frame.state
    return Picture(
        state.site,
        state.wall,
        state.elapsed_s,
        tuple(_bus(bus, frame.utilisation[bus.name]) for bus in state.buses),
        tuple(_device(device, state.now_s) for device in state.devices),
        tuple(map(_output, state.outputs)),
    )


def value_cell(field: Field, value: Value | None) -> str:
    """Return a value as a table shows it: with its unit, or with its name where it has none."""
    return f"{amount(value):>7} {field.unit}" if field.unit else f"{field.name} {amount(value)}  "


def _bus(bus: BusView, share: float) -> BusRow:
    polls = bus.polls
    return BusRow(bus.name, bus.is_open, printable(bus.problem), share, polls.good, polls.failed, polls.skipped)


def _device(device: DeviceView, now_s: float) -> DeviceRow:
    entry, polls = device.entry, device.polls
    return DeviceRow(
        entry.bus,
        entry.name,
        entry.kind,
        device.state,
        None if device.last_good_s is None else now_s - device.last_good_s,
        (device.trouble or "").replace("_", " "),
        tuple(value_cell(field, value) for field, value in telling(device.records.values(), MOST_VALUES)),
        polls.good,
        polls.failed_total,
        polls.skipped_total,
    )


def _output(output: OutputView) -> OutputRow:
    dropped = sum(output.dropped.values())
    return OutputRow(output.name, output.written, output.waiting, dropped, printable(output.problem))
