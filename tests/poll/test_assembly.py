"""From a driver to what is polled: a device with its plans, and its jobs."""

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Serial, bit, f32, string, u32
from rtu_agent.poll.assembly import jobs_of, polled_device
from rtu_agent.poll.job import Job
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
    device_name = string(103, 4, group="once")
    locked = bit(5, table="coil", group="once", vendor_specific=True)


def test_a_device_is_planned_within_its_drivers_limits() -> None:
    """Plans for the speed of its bus, the device's pause, and its tags on every record."""
    device = polled_device("d", 7, Meter, LINE, TAGS)

    plan = device.plans.poll(frozenset({"normal"}))
    assert plan.blocks == (Span(Table.INPUT, 0, 8),)
    assert (plan.series.measurement, plan.series.tags) == ("energy_meter", TAGS)
    assert (device.unit, device.gap_s, device.driver) == (7, 0.2, "test.meter")
    assert (device.silent.measurement, device.silent.tags) == ("energy_meter", TAGS)
    assert device.probes == (Span(Table.COIL, 5, 1), Span(Table.INPUT, 0, 2), Span(Table.INPUT, 103, 4))


def test_one_job_for_each_group() -> None:
    """At the interval that the site gives it."""
    device = polled_device("d", 7, Meter, LINE, TAGS)

    assert set(jobs_of(device, {"normal": 5.0, "slow": 60.0, "once": 0.0})) == {
        Job("d", "normal", 5.0),
        Job("d", "slow", 60.0),
        Job("d", "once", 0.0),
    }
