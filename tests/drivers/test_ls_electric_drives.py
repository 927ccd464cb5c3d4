"""What the drives of LS ELECTRIC demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import blocks_of, told
from rtu_drivers.ls_electric import IG5A, S100, IG5ADirect
from rtu_drivers.ls_electric.drive import communication

EVERY_DRIVE = pytest.mark.parametrize("drive", [S100, IG5A, IG5ADirect], ids=lambda drive: drive.name)


def test_a_communication_address_is_one_more_than_that_on_the_wire() -> None:
    """LSLV-S100 user manual: 0x1103 is sent as 0x1102."""
    assert communication(0x1103) == 0x1102


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (24577, ("stopped", "run and stop by remote", "frequency by remote")),
        (
            26690,
            (
                "running forward",
                "speed reached",
                "forward commanded",
                "run and stop by remote",
                "frequency by remote",
            ),
        ),
    ],
)
def test_what_an_m100_was_seen_to_say(raw: int, said: tuple[str, ...]) -> None:
    """RPi-Modbus-VFD, stat_display.py: stopped, and running forward."""
    assert S100.meaning(S100.status.field.name, raw) == said


def test_all_ones_are_a_capacity() -> None:
    """0.4 kW, and not the absence of a value."""
    assert told(S100.model_id, 0xFFFF) == 0xFFFF
    assert S100.model_id.meaning(0xFFFF) == ("0.4 kW",)


@EVERY_DRIVE
def test_no_read_is_wider_than_older_drives_allow(drive: type[Driver]) -> None:
    """Sixteen registers."""
    blocks = [block for group in ("normal", "slow", "once") for block in blocks_of(drive, group)]

    assert max(block.count for block in blocks) <= 16


def test_the_older_drive_has_volts_in_tenths() -> None:
    """As its manual says; an M100 has them whole."""
    assert [told(drive.output_voltage, 2200) for drive in (S100, IG5A, IG5ADirect)] == [2200.0, 220.0, 220.0]
    assert [told(drive.dc_bus_voltage, 3100) for drive in (S100, IG5A, IG5ADirect)] == [3100.0, 310.0, 310.0]


def test_the_two_ways_to_address_an_ig5a_differ_by_one() -> None:
    """In all that both have; only where nothing is subtracted can the model code be read, and prove the drive."""
    direct = {point.name: point.address for point in IG5ADirect.points if point.name != "model_id"}
    subtracted = {point.name: point.address for point in IG5A.points if point.name != "model_id"}

    assert {name: address - 1 for name, address in direct.items() if name != "capacity"} == subtracted
    assert [proof.expected for proof in IG5ADirect.proofs] == [(0x000A,)]
    assert (IG5ADirect.model_id.address, IG5ADirect.capacity.address - 1) == (0, IG5A.model_id.address)
