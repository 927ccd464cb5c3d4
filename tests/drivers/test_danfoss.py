"""What the drives of Danfoss demand of their driver."""

from rtu_agent.testing import blocks_of, told
from rtu_drivers.danfoss import FC51
from rtu_drivers.danfoss.fc51 import parameter


def test_a_parameter_is_the_register_of_ten_times_its_number() -> None:
    """16-13 is register 16130, which is sent as 16129."""
    assert parameter(16, 13) == FC51.output_frequency.address == 16129


def test_no_read_touches_what_is_no_parameter() -> None:
    """Of the ten registers of each the drive has one or two, and refuses the others."""
    defined = {address for point in FC51.points for address in point.addresses}
    for group in ("normal", "slow"):
        for block in blocks_of(FC51, group, turnaround_s=0.5):
            assert set(range(block.address, block.end)) <= defined


def test_a_quarter_of_the_range_is_full_scale() -> None:
    """0x4000 is 100 %, and reverse is negative."""
    for point in (FC51.bus_reference, FC51.main_actual_value):
        assert [told(point, raw) for raw in (0x4000, 0x2000, 0xC000)] == [100.0, 50.0, -100.0]


def test_reading_a_drive_does_not_write() -> None:
    """The index register is for parameters with many elements, and none of those is read."""
    assert not FC51.writes
    assert 8 not in {point.address for point in FC51.points}


def test_hours_are_seconds() -> None:
    """100 hours of operation, in two registers."""
    assert told(FC51.operating_time, 0, 100) == 360_000.0
    assert told(FC51.frequency_setpoint, 0, 50000) == 50.0
