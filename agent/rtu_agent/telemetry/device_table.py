"""The devices of the live table, a row each, in as many columns as there is room for.

The name and the state of a device always have room. On a small terminal its bus and its counts go first. What a device
says has the cells that are left, also while nobody needs them, so that columns stay where they are. Long names take
cells of its values before they are cut, and nothing takes cells of a number: one that was cut would be another number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from rich.table import Table
from rich.text import Text

from rtu_agent.domain.text import printable
from rtu_agent.telemetry.picture import MOST_VALUES, DeviceRow

_WIDE: Final = 128
_MEDIUM: Final = 112
_SMALL: Final = 72
"""Columns of a terminal: from the first two on there is room for more, below the last one for less."""

_VALUE_CELLS: Final = 12
_MOST_TOLD: Final = 72
"""Cells of the longest thing that is said of a device."""
_BUS_CELLS: Final = 10
_FEWEST_BUS_CELLS: Final = 8
_NAME_CELLS: Final = 24
_FEWEST_NAME_CELLS: Final = 12
_LATEST: Final = "latest values"
_KIND_CELLS: Final = 16
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_STATES: Final = {
    "online": ("●", "green"),
    "suspect": ("◐", "yellow"),
    "offline": ("○", "red"),
    "waiting": ("·", "dim"),
}
_UNKNOWN: Final = ("?", "yellow")


@dataclass(frozen=True, slots=True)
class _Column:
    """One column and what stands in it."""

    name: str
    cell: Callable[[DeviceRow], Text]
    width: int
    justify: Literal["left", "right"] = "left"


def device_table(devices: Sequence[DeviceRow], width: int) -> Table:
    """Return the table of the devices for a terminal of `width` columns."""
    padding = 1 if width < _MEDIUM else 2
    table = Table(box=None, padding=(0, padding, 0, 0), pad_edge=False, header_style="dim")
    columns = _columns(devices, width, padding)
    for column in columns:
        table.add_column(column.name, no_wrap=True, width=column.width, justify=column.justify)
    for device in devices:
        table.add_row(*(column.cell(device) for column in columns))
    return table


def _columns(devices: Sequence[DeviceRow], width: int, padding: int) -> list[_Column]:
    buses = [_bus_column(devices, _FEWEST_BUS_CELLS if width < _MEDIUM else _BUS_CELLS)] if width >= _SMALL else []
    names = _fitted("device", lambda device: Text(device.name), devices, 0, _NAME_CELLS)
    between = [_fitted("state", _state, devices, 9, 9), _fitted("age", _age, devices, 5, 6, "right")]
    if width >= _WIDE:
        between.insert(0, _fitted("kind", lambda device: Text(device.kind, style="dim"), devices, 0, _KIND_CELLS))
    after = [] if width < _SMALL else _counts(devices, is_short=width < _MEDIUM)
    others = [*buses, *between, *after]
    room = width - sum(column.width + padding for column in others) - 2 * padding  # for the name and what is told
    most = 1 if width < _SMALL else MOST_VALUES - 1 if width < _MEDIUM else MOST_VALUES
    values = next((count for count in range(most, 1, -1) if names.width + count * _VALUE_CELLS <= room), 1)
    least = max(values * _VALUE_CELLS, len(_LATEST))
    names_width = min(names.width, max(_FEWEST_NAME_CELLS, room - least))
    names = _Column("device", lambda device: Text(_cut(device.name, names_width)), names_width)
    told = _Column(_LATEST, lambda device: _told(device, values), max(least, min(room - names_width, _MOST_TOLD)))
    return [*buses, names, *between, told, *after]


def _fitted(
    name: str,
    cell: Callable[[DeviceRow], Text],
    devices: Sequence[DeviceRow],
    least: int,
    most: int,
    justify: Literal["left", "right"] = "left",
) -> _Column:
    """Return a column as wide as what stands in it, within limits."""
    longest = max((cell(device).cell_len for device in devices), default=0)
    return _Column(name, cell, min(most, max(least, longest, len(name))), justify)


def _bus_column(devices: Sequence[DeviceRow], most: int) -> _Column:
    """A bus is named where its devices begin."""
    same = {device.name for before, device in pairwise(devices) if before.bus == device.bus}
    longest = max((len(device.bus) for device in devices), default=0)
    return _Column(
        "bus",
        lambda device: Text("" if device.name in same else _cut(device.bus, most)),
        min(most, max(longest, len("bus"))),
    )


def _cut(name: str, cells: int) -> str:
    """Return a name that fits; what tells it from its neighbours often stands at its end."""
    tail = cells // 3
    return name if len(name) <= cells else f"{name[: cells - tail - 1]}…{name[-tail:]}"


def _counts(devices: Sequence[DeviceRow], *, is_short: bool) -> list[_Column]:
    counts: dict[str, Callable[[DeviceRow], Text]] = {
        "good": lambda device: Text(str(device.good)),
        "failed": lambda device: Text(str(device.failed), style="red" if device.failed else "dim"),
        "skipped": lambda device: Text(str(device.skipped), style="yellow" if device.skipped else "dim"),
    }
    return [_fitted(name[:4] if is_short else name, cell, devices, 0, 12, "right") for name, cell in counts.items()]


def _state(device: DeviceRow) -> Text:
    sign, style = _STATES.get(device.state, _UNKNOWN)
    return Text(f"{sign} {device.state}", style=style)


def _told(device: DeviceRow, values: int) -> Text:
    if device.trouble:
        return Text(printable(device.trouble), style=_STATES.get(device.state, _UNKNOWN)[1])
    return Text("".join(f"{cell:<{_VALUE_CELLS}}" for cell in device.values[:values]).rstrip())


def _age(device: DeviceRow) -> Text:
    return Text("-" if device.age_s is None else _age_text(device.age_s), style="dim")


def _age_text(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{int(seconds)} s"
    if seconds < _HOUR_S:
        return f"{int(seconds / _MINUTE_S)} min"
    return f"{int(seconds / _HOUR_S)} h"
