"""What the drives of ABB demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import blocks_of, told
from rtu_drivers.abb import ACS355, ACS550, ACS580
from rtu_drivers.abb.drives import parameter


def test_a_parameter_is_a_register() -> None:
    """ACS850 firmware manual, page 329: parameter 03.18 is 400318, the address 317."""
    assert parameter(3, 18) == 317


@pytest.mark.parametrize("drive", [ACS355, ACS550, ACS580], ids=lambda drive: drive.name)
def test_no_read_touches_what_is_no_parameter(drive: type[Driver]) -> None:
    """It would be refused as a whole: 0102, 0108, 0111 are not asked for."""
    defined = {address for point in drive.points for address in point.addresses}
    for group in ("normal", "slow", "once"):
        for block in blocks_of(drive, group, turnaround_s=0.5) if group in drive.intervals else ():
            assert set(range(block.address, block.end)) <= defined


def test_references_are_parts_of_their_largest() -> None:
    """20000 of the first, 10000 of the second, with a sign."""
    assert [told(ACS580.setpoint_percent, raw) for raw in (20000, 0xB1E0)] == [100.0, -100.0]
    assert [told(ACS580.reference_2, raw) for raw in (10000, 0xD8F0)] == [100.0, -100.0]


def test_the_status_word_has_names() -> None:
    """A drive that runs at its setpoint by remote control, and one that has tripped."""
    column = ACS355.status.field.name

    assert ACS355.meaning(column, 0x0302) == ("ready to run", "at setpoint", "remote")
    assert ACS355.meaning(column, 0x0008) == ("tripped",)


def test_the_words_of_the_dcu_profile_are_swapped() -> None:
    """The least significant word comes first."""
    assert told(ACS550.dcu_status, 0x0001, 0x8000) == 0x8000_0001


def test_the_drive_counts_in_one_register() -> None:
    """Hours and kWh begin again at 65536, which a counter may; power is in tenths of a kW."""
    assert (ACS355.energy_import_active.counter, ACS355.energy_import_active.count) == (True, 1)
    assert told(ACS355.run_time, 100) == 360_000.0
    assert told(ACS355.active_power, 15) == 1500.0
