"""From a driver to what is polled: plans within the driver's limits, identity apart and as text."""

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Serial, bit, f32, string, u16, u32
from rtu_agent.poll.assembly import jobs_of, polled_device
from rtu_agent.poll.schedule import Job
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings(9600)
TAGS = {"site": "s", "bus": "b", "device": "d", "room": "mdf"}


class Meter(Driver, table="input", max_block=10, gaps_readable=True, pause_s=0.2):
    """A meter with three groups."""

    name = "test.meter"
    kind = "energy_meter"
    serial = Serial()

    voltage = f32(0, "V")
    current = f32(6, "A")
    energy_import_active = f32(72, "kWh", group="slow", counter=True)
    serial_number = u32(100, group="once")
    delay = u16(102, "h", scale=0.5, group="once", vendor_specific=True)
    device_name = string(103, 4, group="once")
    locked = bit(5, table="coil", group="once", vendor_specific=True)


def test_groups_are_planned_within_the_drivers_limits() -> None:
    """Each group has its own blocks, and the device's pause goes with it."""
    device = polled_device("d", 7, Meter, LINE, TAGS)

    assert device.groups["normal"].blocks == (Span(Table.INPUT, 0, 8),)
    assert device.groups["slow"].blocks == (Span(Table.INPUT, 72, 2),)
    assert (device.unit, device.gap_s, device.driver) == (7, 0.2, "test.meter")
    assert device.silent.measurement == "energy_meter"


def test_records_carry_the_drivers_kind_and_the_tags() -> None:
    """Measurement, tags and columns are those of the design."""
    series = polled_device("d", 7, Meter, LINE, TAGS).groups["normal"].series

    assert (series.measurement, series.tags) == ("energy_meter", TAGS)
    assert [field.name for field in series.fields] == ["voltage_v", "current_a"]


def test_what_is_read_once_is_text_in_a_place_of_its_own() -> None:
    """A number here and a text there in one column would be refused by the database."""
    plan = polled_device("d", 7, Meter, LINE, TAGS).groups["once"]
    coil, words = b"\x01", bytes.fromhex("0012d687 0005") + b"ACME-1\0\0"

    decoded = plan.decode([coil, words] if plan.blocks[0].table.of_bits else [words, coil])

    assert plan.series.measurement == "device_info"
    assert {field.kind for field in plan.series.fields} == {"string"}
    names = [field.name for field in plan.series.fields]
    assert dict(zip(names, decoded.values, strict=True)) == {
        "serial_number": "1234567",
        "delay_h": "2.5",
        "device_name": "ACME-1",
        "locked": "true",
    }


def test_one_job_for_each_group() -> None:
    """At the interval that the site gives it."""
    device = polled_device("d", 7, Meter, LINE, TAGS)

    assert set(jobs_of(device, {"normal": 5.0, "slow": 60.0, "once": 0.0})) == {
        Job("d", "normal", 5.0),
        Job("d", "slow", 60.0),
        Job("d", "once", 0.0),
    }
