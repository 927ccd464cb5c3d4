"""What a person sees of simulated buses: where they are, who is on them, how to read them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import Driver, Point
from rtu_agent.driver_api.codec import BitCodec
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.site import SimulatedBus

_TABLES: Final = {Table.COIL: "0", Table.DISCRETE_INPUT: "1", Table.INPUT: "3", Table.HOLDING: "4"}
_WIDE: Final = {"f32": ":float", "u32": ":int", "i32": ":int"}


def overview(buses: Sequence[SimulatedBus], ports: Mapping[str, str]) -> Grid:
    """Return a table of the buses; units that have one driver share a row."""
    grid = Grid(*(Column(name, overflow="fold") for name in ("bus", "port", "line", "units", "driver")))
    for bus in buses:
        # As text: the brackets of a path are none of rich's markup.
        place = (Text(bus.name), Text(ports[bus.name]), Text(_line(bus.line)))
        for units, driver in _drivers(bus) or [("", "")]:
            grid.add_row(*place, Text(units), Text(driver))
            place = (Text(), Text(), Text())
    return grid


def hints(buses: Sequence[SimulatedBus], ports: Mapping[str, str]) -> list[str]:
    """Return a command for each bus that reads one value of its first unit."""
    return [mbpoll_command(ports[bus.name], bus.line, *next(iter(bus.units.items()))) for bus in buses if bus.units]


def mbpoll_command(port: str, line: LineSettings, unit: int, driver: type[Driver]) -> str:
    """Return a command that reads the driver's first point once.

    It asks for no parity, because a pty has none.
    """
    point = driver.points[0]
    return (
        f"mbpoll -m rtu -b {line.baudrate} -P none -a {unit} -t {_TABLES[point.table]}{_format(point)}"
        f" -0 -r {point.address} -c 1 -1 {port}"
    )


def _format(point: Point) -> str:
    codec = point.codec
    if isinstance(codec, BitCodec) or codec.type not in _WIDE:
        return ""
    return f"{_WIDE[codec.type]}{' -B' if codec.word_order == 'big' else ''}"


def _drivers(bus: SimulatedBus) -> list[tuple[str, str]]:
    """Return units and driver, in the order of the units, as few rows as possible."""
    named = sorted((unit, driver.name) for unit, driver in bus.units.items())
    return [(_ranges(unit for unit, _ in rows), name) for name, rows in groupby(named, key=lambda row: row[1])]


def _ranges(units: Iterable[int]) -> str:
    """Return `1, 3-5` for 1, 3, 4, 5."""
    runs = groupby(enumerate(units), key=lambda numbered: numbered[1] - numbered[0])
    ends = [[unit for _, unit in run] for _, run in runs]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in ends)


def _line(line: LineSettings) -> str:
    return f"{line.baudrate} {line.data_bits}{line.parity[0].upper()}{line.stop_bits}"
