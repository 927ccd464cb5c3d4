"""The live table, drawn with rich.

It chooses columns and rows by the size of the terminal and stays calm: rows keep the order of the picture, numbers
keep their places, and colour only repeats what a word says.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from rtu_agent.domain.text import printable
from rtu_agent.telemetry.live import percent, time_of_day
from rtu_agent.telemetry.picture import MOST_VALUES, BusRow, DeviceRow, OutputRow, Picture

T = TypeVar("T")

MOST_ROWS: Final = 60
"""Devices shown at most; drawing more takes time that the polls would notice."""

_FEWEST_ROWS: Final = 3
_MOST_BUSES: Final = 4
_LINES_BETWEEN: Final = 6
"""The head, the names of the columns, three blank lines and the line of the cursor."""

_WIDE: Final = 128
_MEDIUM: Final = 112
"""Columns of a terminal from which on there is room for more."""

_BAR_CELLS: Final = 10
_VALUE_CELLS: Final = 12
_BUS_CELLS: Final = 10
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_STATES: Final = {
    "online": ("●", "green"),
    "suspect": ("◐", "yellow"),
    "offline": ("○", "red"),
    "waiting": ("·", "dim"),
}


class LiveTable:
    """One picture, printable by rich."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw head, buses, devices and outputs; the devices get the lines that the others leave."""
        picture = self._picture
        buses = _bus_table(picture.buses)
        outputs = _output_table(picture.outputs)
        taken = buses.row_count + outputs.row_count + len(picture.notices) + 1 + _LINES_BETWEEN
        shown = choose(picture.devices, max(_FEWEST_ROWS, min(options.size.height - taken, MOST_ROWS)), _is_well)
        yield _head(picture, options.max_width)
        yield from (
            Text(printable(notice), style="red", no_wrap=True, overflow="ellipsis") for notice in picture.notices
        )
        yield buses
        yield Text()
        yield _device_table(shown, options.max_width)
        hidden = len(picture.devices) - len(shown)
        yield Text(f"and {hidden} more" if hidden else "", style="dim")
        yield _polls(picture.buses)
        yield outputs


def choose(items: Sequence[T], count: int, is_well: Callable[[T], bool]) -> list[T]:
    """Return the `count` items to show, in their order: before all others those that are not well."""
    by_need = sorted(range(len(items)), key=lambda place: is_well(items[place]))
    return [items[place] for place in sorted(by_need[:count])]


def _head(picture: Picture, width: int) -> Text:
    minutes, seconds = divmod(int(picture.elapsed_s), 60)
    left = Text(f"rtu-agent · {printable(picture.site)}", style="bold")
    right = f"{time_of_day(picture.wall)} · up {minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return left.append(right.rjust(max(width - left.cell_len, len(right) + 1)), style="not bold dim")


def _notice(notice: str) -> Text:
    return Text(printable(notice), style="red", no_wrap=True, overflow="ellipsis")


def _bus_table(buses: Sequence[BusRow]) -> Table:
    table = Table.grid(padding=(0, 2))
    for bus in choose(buses, _MOST_BUSES, lambda bus: bus.is_open):
        full = round(bus.share * _BAR_CELLS)
        bar = Text("━" * full, style="cyan").append("━" * (_BAR_CELLS - full), style="bright_black")
        table.add_row(Text(bus.name), bar, Text(f"{percent(bus.share):>5} busy"), _port(bus))
    if len(buses) > _MOST_BUSES:
        table.add_row(Text(f"and {len(buses) - _MOST_BUSES} more", style="dim"))
    return table


def _port(bus: BusRow) -> Text:
    if bus.is_open:
        lag = "" if bus.lag_s is None else f", lag {1000 * bus.lag_s:.0f} ms"
        return Text(f"port open{lag}", style="dim")
    said = f"port closed: {printable(bus.problem)}" if bus.problem else "port not open yet"
    return Text(said, style="red", no_wrap=True, overflow="ellipsis")


def _is_well(device: DeviceRow) -> bool:
    return device.state in ("online", "waiting")


def _device_table(devices: Sequence[DeviceRow], width: int) -> Table:
    has_kind = width >= _WIDE
    is_narrow = width < _MEDIUM
    values = MOST_VALUES - 1 if is_narrow else MOST_VALUES
    table = Table(box=None, padding=(0, 1 if is_narrow else 2, 0, 0), pad_edge=False, header_style="dim")
    longest_bus = max((len(device.bus) for device in devices), default=0)
    table.add_column("bus", no_wrap=True, min_width=min(longest_bus, _BUS_CELLS), max_width=_BUS_CELLS)
    table.add_column("device", no_wrap=True, max_width=24)
    if has_kind:
        table.add_column("kind", no_wrap=True, max_width=16)
    table.add_column("state", no_wrap=True, min_width=9)
    table.add_column("age", no_wrap=True, min_width=5, justify="right")
    table.add_column("latest values", no_wrap=True, min_width=values * _VALUE_CELLS)
    for name in ("good", "fail", "skip") if is_narrow else ("good", "failed", "skipped"):
        table.add_column(name, no_wrap=True, min_width=len(name), justify="right")
    bus_before = ""
    for device in devices:
        bus = "" if device.bus == bus_before else device.bus
        bus_before = device.bus
        kind = (Text(device.kind, style="dim"),) if has_kind else ()
        table.add_row(Text(bus), Text(device.name), *kind, *_condition(device, values), *_counts(device))
    return table


def _condition(device: DeviceRow, values: int) -> tuple[Text, Text, Text]:
    sign, style = _STATES.get(device.state, ("?", "yellow"))
    age = "-" if device.age_s is None else _age(device.age_s)
    told = Text(printable(device.trouble), style=style) if device.trouble else _values(device.values[:values])
    return Text(f"{sign} {device.state}", style=style), Text(age, style="dim"), told


def _values(cells: Iterable[str]) -> Text:
    return Text("".join(f"{cell:<{_VALUE_CELLS}}" for cell in cells).rstrip())


def _counts(device: DeviceRow) -> tuple[Text, Text, Text]:
    return (
        Text(str(device.good)),
        Text(str(device.failed), style="red" if device.failed else "dim"),
        Text(str(device.skipped), style="yellow" if device.skipped else "dim"),
    )


def _polls(buses: Iterable[BusRow]) -> Text:
    good, failed, skipped = 0, Counter[str](), Counter[str]()
    for bus in buses:
        good += bus.good
        failed.update(bus.failed)
        skipped.update(bus.skipped)
    scheduled = good + failed.total() + skipped.total()
    return Text(f"polls {scheduled}   good {good}   {_tally('failed', failed)}   {_tally('skipped', skipped)}")


def _tally(name: str, counts: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{_words(reason)} {count}" for reason, count in sorted(counts.items()))
    return f"{name} {sum(counts.values())}" + (f" ({reasons})" if reasons else "")


def _output_table(outputs: Iterable[OutputRow]) -> Table:
    table = Table.grid(padding=(0, 3, 0, 0))
    for output in outputs:
        problem = f"failing: {printable(output.problem)}" if output.problem else ""
        table.add_row(
            Text(output.name),
            Text(f"stored {output.stored}"),
            Text(f"waiting {output.waiting}" if output.waiting else ""),
            Text(f"dropped {output.dropped}" if output.dropped else "", style="red"),
            Text(problem, style="red", no_wrap=True, overflow="ellipsis"),
        )
    return table


def _words(reason: str) -> str:
    return reason.replace("_", " ")


def _age(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{int(seconds)} s"
    if seconds < _HOUR_S:
        return f"{int(seconds / _MINUTE_S)} min"
    return f"{int(seconds / _HOUR_S)} h"
