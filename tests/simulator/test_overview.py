"""A person sees where the buses are, who is on them, and a command that works."""

import io

from rich.console import Console

from rtu_agent.driver_api import Driver, f32
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.overview import hints, mbpoll_command, overview
from rtu_agent.simulator.site import SimulatedBus
from support.simulated import Allrounder


class Other(Driver, table="holding", word_order="little"):
    """Low word first."""

    name = "acme.other"
    kind = "energy_meter"

    voltage = f32(0x0010, "V")


PORTS = {"floor1": "/dev/pts/7", "idle": "/dev/pts/8"}


def test_units_of_one_driver_share_a_row() -> None:
    """Sixteen feeders are one line, not sixteen; a bus without units is there as well."""
    units = {1: Other, **dict.fromkeys([2, 3, 4, 9], Allrounder)}
    buses = [SimulatedBus("floor1", LineSettings(19200, "even"), units), SimulatedBus("idle", LineSettings(), {})]
    console = Console(file=io.StringIO(), width=80)

    console.print(overview(buses, PORTS))

    rows = [line.replace(" ", "") for line in console.file.getvalue().splitlines() if line.startswith("│")]
    assert rows == [
        "│floor1│/dev/pts/7│192008E1│1│acme.other│",
        "││││2-4,9│acme.allrounder│",
        "│idle│/dev/pts/8│96008N1│││",
    ]


def test_the_brackets_of_a_path_are_shown() -> None:
    """A port may lie in a folder that is named like a colour."""
    console = Console(file=io.StringIO(), width=80)

    console.print(overview([SimulatedBus("idle", LineSettings(), {})], {"idle": "/tmp/[red]/idle"}))

    assert "/tmp/[red]/idle" in console.file.getvalue()


def test_each_bus_with_units_has_a_command() -> None:
    """It reads the first unit."""
    buses = [SimulatedBus("floor1", LineSettings(9600), {2: Allrounder}), SimulatedBus("idle", LineSettings(), {})]

    assert hints(buses, PORTS) == ["mbpoll -m rtu -b 9600 -P none -a 2 -t 3:float -B -0 -r 0 -c 1 -1 /dev/pts/7"]


def test_a_command_fits_the_point_that_it_reads() -> None:
    """Table, address, width and word order are the driver's."""
    assert mbpoll_command("/dev/pts/7", LineSettings(19200), 5, Other) == (
        "mbpoll -m rtu -b 19200 -P none -a 5 -t 4:float -0 -r 16 -c 1 -1 /dev/pts/7"
    )
