"""From a driver to what is polled: a device with its plans, and its jobs."""

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import (
    Discovery,
    Driver,
    Page,
    Points,
    Read,
    Script,
    Serial,
    Write,
    bit,
    discover,
    f32,
    i16,
    scale_factor,
    script,
    signed_by,
    string,
    u16,
    u32,
    variants_by,
)
from rtu_agent.poll.assembly import become, jobs_of, polled_device
from rtu_agent.poll.job import Job
from rtu_agent.protocol.pdu import ReadRequest
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


class Inverter(Driver, table="holding", stride=2, gaps_readable=True, boundaries=[0x0010], timeout_s=5):
    """Has what is read for the sake of others, and what is read alone."""

    name = "test.inverter"
    kind = "inverter"

    _sf = scale_factor(0x000E)
    active_power = i16(0x0010, "W", scale=_sf)
    _magnitude = u16(0x0014, "W")
    battery_power = signed_by(_magnitude, active_power, group="slow")
    model_id = u16(0x0012, group="once", alone=True)


def test_a_group_reads_all_that_its_values_need() -> None:
    """Factors, hidden points, and inputs that are stored with another group; within the boundaries of the device."""
    plans = polled_device("d", 7, Inverter, LINE, TAGS).plans

    normal, slow, once = (plans.poll(frozenset({group})) for group in ("normal", "slow", "once"))
    assert normal.blocks == (Span(Table.HOLDING, 7, 1), Span(Table.HOLDING, 8, 1))
    assert slow.blocks == (Span(Table.HOLDING, 7, 1), Span(Table.HOLDING, 8, 3))
    assert once.blocks == (Span(Table.HOLDING, 9, 1),)
    assert [field.name for field in slow.series.fields] == ["battery_power_w"]
    assert slow.decode([b"\xff\xff", b"\xff\xff\0\0\0\x07"]).values == (-7.0,)
    assert plans.poll(frozenset({"normal", "slow"})).blocks == slow.blocks


def test_what_rests_on_a_refused_register_is_not_read() -> None:
    """Neither the value that a factor scales, nor what is computed from that."""
    plans = polled_device("d", 7, Inverter, LINE, TAGS).plans
    plans.refused = frozenset({Span(Table.HOLDING, 7, 1)})

    both = plans.poll(frozenset({"normal", "slow"}))

    assert both.blocks == ()
    assert set(both.decode([]).reasons.values()) == {Reason.EXCEPTION}


def test_a_request_has_the_address_of_the_wire() -> None:
    """Spans count registers, a device that counts bytes does not; it may be slow as well."""
    device = polled_device("d", 7, Inverter, LINE, TAGS)

    assert device.request(Span(Table.HOLDING, 8, 3)) == ReadRequest(Table.HOLDING, 0x0010, 3)
    assert device.timeout_s == 5


class Paged(Driver, table="holding"):
    """Has a page."""

    name = "test.paged"
    kind = "energy_meter"

    voltage_thd = u16(0x0010, "%", page=(0x0100, 1))


def test_a_page_is_read_by_itself_and_costs_its_register() -> None:
    """The plan has a script, and what it takes beside the block is reckoned with."""
    plan = polled_device("d", 7, Paged, LINE, TAGS).plans.poll(frozenset({"normal"}))

    assert (plan.blocks, plan.pages) == ((Span(Table.HOLDING, 0x0010, 1),), (Page(0x0100, 1),))
    assert (plan.transactions, plan.script is None) == (4, False)
    assert plan.characters == 2 * 15 + 2 * 16
    assert plan.decode([b"\x00\x2a"]).values == (42.0,)


class Latched(Driver, table="holding"):
    """Has a script for one of its groups."""

    name = "test.latched"
    kind = "energy_meter"

    frequency = u16(0x0000, "Hz", group="fast")
    voltage = u16(0x0001, "V")
    active_power_demand = u16(0x0002, "W", group="slow")

    @script("slow", writes=True)
    def latch(self, points: Points) -> Script:
        """Latch, then read."""
        yield Write(0x2000, 1)
        yield from points


def test_a_group_with_a_script_is_apart() -> None:
    """It rides with nobody, and nobody rides with it."""
    plans = polled_device("d", 7, Latched, LINE, TAGS).plans

    assert plans.riders(frozenset({"fast"}), frozenset({"normal", "slow"})) == {"normal"}
    assert plans.riders(frozenset({"slow"}), frozenset({"normal"})) == frozenset()
    assert plans.all() == [{"slow"}, {"fast", "normal"}]
    with pytest.raises(ValueError, match="cannot be polled"):
        plans.poll(frozenset({"normal", "slow"}))
    assert plans.poll(frozenset({"slow"})).transactions == 2


class Large(Latched):
    """Has a group that the other has not."""

    name = "test.large"

    serial_number = u16(0x0010, group="once")


class Various(Latched):
    """May be the large one."""

    name = "test.various"

    _model = u16(0x0300)
    variants = variants_by(_model, {7: Large})


def test_a_device_that_is_to_be_met_has_the_groups_of_all_that_it_may_be() -> None:
    """And becomes what is found, with what was learnt; what is found again changes nothing."""
    device = polled_device("d", 7, Various, LINE, TAGS)
    assert not device.met
    assert {job.group for job in jobs_of(device, Various.intervals)} == {"fast", "normal", "slow", "once"}
    device.plans.learn_turnaround(0.02)
    turnaround_s, before = device.plans.turnaround_s, device.plans

    become(device, Large)

    assert device.found is Large
    assert device.plans.groups == ("fast", "normal", "slow", "once")
    assert device.plans is not before
    assert device.plans.turnaround_s == turnaround_s
    same = device.plans
    become(device, Large.at(0))
    assert device.plans is same


class Nothing(Driver, table="holding"):
    """Has no point before it is found out which it has."""

    name = "test.nothing"
    kind = "inverter"

    @discover
    def models(self) -> Discovery:
        """Look."""
        yield Read("holding", 40000, 2)
        return Latched


def test_what_has_no_points_yet_is_probed_by_its_first_question() -> None:
    """And has all groups that there may be."""
    device = polled_device("d", 7, Nothing, LINE, TAGS)

    assert device.probes == (Span(Table.HOLDING, 40000, 2),)
    assert len(jobs_of(device, Nothing.intervals)) == 4
