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
from rtu_agent.telemetry.device_table import device_table
from rtu_agent.telemetry.live import percent, time_of_day
from rtu_agent.telemetry.picture import BusRow, DeviceRow, OutputRow, Picture

T = TypeVar("T")

MOST_ROWS: Final = 60
"""Devices shown at most; drawing more takes time that the polls would notice."""

_FEWEST_ROWS: Final = 3
_MOST_BUSES: Final = 4
_LINES_BETWEEN: Final = 6
"""The head, the names of the columns, three blank lines and the line of the cursor."""

_BAR_CELLS: Final = 10


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
        yield from (_on_one_line(printable(notice), "red") for notice in picture.notices)
        yield buses
        yield Text()
        yield device_table(shown, options.max_width)
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


def _on_one_line(text: str, style: str = "") -> Text:
    """Return a text that is cut where the terminal ends: what goes on in the next line would push out another one."""
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


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
        return _on_one_line(f"port open{lag}", "dim")
    said = f"port closed: {printable(bus.problem)}" if bus.problem else "port not open yet"
    return _on_one_line(said, "red")


def _is_well(device: DeviceRow) -> bool:
    return device.state in ("online", "waiting")


def _polls(buses: Iterable[BusRow]) -> Text:
    good, failed, skipped = 0, Counter[str](), Counter[str]()
    for bus in buses:
        good += bus.good
        failed.update(bus.failed)
        skipped.update(bus.skipped)
    scheduled = good + failed.total() + skipped.total()
    return _on_one_line(f"polls {scheduled}   good {good}   {_tally('failed', failed)}   {_tally('skipped', skipped)}")


def _tally(name: str, counts: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{_words(reason)} {count}" for reason, count in sorted(counts.items()))
    return f"{name} {sum(counts.values())}" + (f" ({reasons})" if reasons else "")


def _output_table(outputs: Iterable[OutputRow]) -> Table:
    table = Table.grid(padding=(0, 3, 0, 0))
    for output in outputs:
        problem = f"failing: {printable(output.problem)}" if output.problem else ""
        table.add_row(
            Text(output.name),
            Text(f"stored {output.stored}", no_wrap=True),
            Text(f"waiting {output.waiting}" if output.waiting else "", no_wrap=True),
            Text(f"dropped {output.dropped}" if output.dropped else "", style="red", no_wrap=True),
            _on_one_line(problem, "red"),
        )
    return table


def _words(reason: str) -> str:
    return reason.replace("_", " ")
