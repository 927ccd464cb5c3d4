"""All that one device can be asked: plans per set of groups, made again when what is known of the device changes."""

import pytest

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Serial, bit, f32, string, u16, u32
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.protocol.timing import LineSettings

LINE = LineSettings(9600)
TAGS = {"site": "s", "bus": "b", "device": "d"}
FAST, NORMAL, SLOW, ONCE = (frozenset({group}) for group in ("fast", "normal", "slow", "once"))


class Meter(Driver, table="input", max_block=60, gaps_readable=True):
    """A meter: its slow energy is beside the fast power, its slow run hours are far away."""

    name = "test.meter"
    kind = "energy_meter"
    serial = Serial()

    voltage = f32(0, "V")
    active_power = f32(100, "W", group="fast")
    current = f32(10, "A")
    energy_import_active = f32(104, "kWh", group="slow", counter=True)
    serial_number = u32(200, group="once")
    device_name = string(202, 4, group="once")
    locked = bit(5, table="coil", group="once", vendor_specific=True)


class Scattered(Driver, table="holding", max_block=60, gaps_readable=True):
    """Nothing of one group is near anything of another."""

    name = "test.scattered"
    kind = "energy_meter"

    active_power = f32(0, "W", group="fast")
    voltage = f32(500, "V")
    energy_import_active = f32(1000, "kWh", group="slow", counter=True)


def words(address: int, count: int) -> Span:
    """Return a span of input registers."""
    return Span(Table.INPUT, address, count)


def plans(driver: type[Driver] = Meter) -> DevicePlans:
    """Return the plans of a device at 9600 baud."""
    return DevicePlans(driver, LINE, TAGS)


def test_a_group_is_planned_within_the_drivers_limits() -> None:
    """Blocks, columns in the order of the driver, and the predicted time on the wire."""
    plan = plans().poll(NORMAL)

    assert plan.blocks == (words(0, 12),)
    assert [field.name for field in plan.series.fields] == ["voltage_v", "current_a"]
    assert plan.wire_s == pytest.approx(37 * 10 / 9600 + 2 * LINE.t35_s + 0.002)
    assert plan.held_s == plan.wire_s


def test_groups_that_are_due_together_become_one_record() -> None:
    """The fields of all of them, in the order of the driver; blocks are shared."""
    device = plans()

    plan = device.poll(FAST | SLOW | NORMAL)

    assert plan.blocks == (words(0, 12), words(100, 6))
    names = [field.name for field in plan.series.fields]
    assert names == ["voltage_v", "active_power_w", "current_a", "energy_import_active_kwh"]
    assert plan.wire_s < sum(device.poll(group).wire_s for group in (FAST, SLOW, NORMAL))


def test_a_pause_of_the_device_holds_the_bus_and_is_no_wire_time() -> None:
    """Each block waits for it, while the wire carries nothing."""

    class Patient(Meter, pause_s=0.2):
        """It needs a long silence before it is asked."""

        name = "test.patient"

    quick, patient = plans().poll(NORMAL | FAST), plans(Patient).poll(NORMAL | FAST)

    assert patient.wire_s == pytest.approx(quick.wire_s)
    assert patient.held_s == pytest.approx(quick.held_s + 2 * (0.2 - LINE.t35_s))


def test_what_is_read_once_is_text_in_a_place_of_its_own() -> None:
    """And is never polled together with what is measured."""
    device = plans()

    plan = device.poll(ONCE)

    assert plan.series.measurement == "device_info"
    assert {field.kind for field in plan.series.fields} == {"string"}
    decoded = plan.decode([b"\x01", bytes.fromhex("0012d687") + b"ACME-1\0\0"])
    assert decoded.values == ("1234567", "ACME-1", "true")
    for groups in (ONCE | FAST, frozenset({"hourly"}), frozenset[str]()):
        with pytest.raises(ValueError, match=r"test\.meter cannot be polled for the groups"):
            device.poll(groups)


def test_plans_are_kept() -> None:
    """The poller asks at every poll, and an output prepares what it needs once for each series."""
    device = plans()

    assert device.poll(FAST | SLOW) is device.poll(SLOW | FAST)


# -- what rides along --------------------------------------------------------------------------------------------------


def test_a_slower_group_rides_where_it_shares_a_request() -> None:
    """Two floats beside the fast ones cost 8 characters now, and a whole transaction later."""
    assert plans().riders(FAST, SLOW | NORMAL) == SLOW


def test_a_group_that_shares_nothing_does_not_ride() -> None:
    """It would hold the bus as long as on its own, at a moment that is not its own."""
    assert plans(Scattered).riders(FAST, SLOW | NORMAL) == frozenset()


def test_who_is_due_does_not_ride_and_identity_stays_apart() -> None:
    """Riders are groups besides those that are due."""
    device = plans()

    assert device.riders(FAST, FAST | ONCE) == frozenset()
    assert device.riders(ONCE, FAST | SLOW) == frozenset()


@pytest.mark.parametrize("nearly", [SLOW, NORMAL, SLOW | NORMAL])
@pytest.mark.parametrize("baudrate", [2400, 9600, 115200])
@pytest.mark.parametrize("driver", [Meter, Scattered])
def test_riding_is_free(driver: type[Driver], baudrate: int, nearly: frozenset[str]) -> None:
    """The bus is held longer now by less than the riders, read soon on their own, would hold it; no choice is freer."""
    device = DevicePlans(driver, LineSettings(baudrate), TAGS)

    def total_s(riders: frozenset[str]) -> float:
        later_s = sum(device.poll(frozenset({group})).held_s for group in nearly - riders)
        return device.poll(FAST | riders).held_s + later_s

    riders = device.riders(FAST, nearly)

    assert riders <= nearly
    if riders:
        extra_s = device.poll(FAST | riders).held_s - device.poll(FAST).held_s
        assert extra_s < sum(device.poll(frozenset({group})).held_s for group in riders)
    for others in (frozenset[str](), *(frozenset({group}) for group in nearly), nearly):
        assert total_s(riders) <= total_s(others) + 1e-9


# -- what is learnt ----------------------------------------------------------------------------------------------------


def test_a_turnaround_that_moves_by_a_quarter_makes_new_plans() -> None:
    """A slow device makes wide blocks worth more; the record stays the same for the outputs."""

    class Gap(Driver, table="input", gaps_readable=True):
        """Two values, 38 registers apart."""

        name = "test.gap"
        kind = "energy_meter"

        voltage = f32(0, "V")
        current = f32(40, "A")

    device = plans(Gap)
    before = device.poll(NORMAL)

    moved = [device.learn_turnaround(0.2) for _ in range(60)]

    assert moved[:2] == [False, True]
    assert device.turnaround_s == pytest.approx(0.2, rel=0.01)
    assert (before.blocks, device.poll(NORMAL).blocks) == ((words(0, 2), words(40, 2)), (words(0, 42),))
    assert device.poll(NORMAL).series is before.series


def test_one_slow_reply_changes_nothing() -> None:
    """It is a hiccup and no habit."""
    device = plans()
    before = device.poll(FAST)

    assert not device.learn_turnaround(30.0)
    assert not device.learn_turnaround(device.turnaround_s)
    assert device.poll(FAST) is before


def test_a_turnaround_of_nothing_is_learnt_once() -> None:
    """A line without time does not make new plans for ever."""
    device = plans()

    moves = [device.learn_turnaround(0.0) for _ in range(200)]

    assert True in moves[:20]
    assert True not in moves[100:]


def test_refused_addresses_are_left_out() -> None:
    """No block touches them; their points are missing because the device said no, and the record keeps its shape."""
    device = plans()
    before = device.poll(NORMAL)

    device.refused = frozenset({words(10, 1)})
    plan = device.poll(NORMAL)

    assert plan.blocks == (words(0, 2),)
    assert plan.series is before.series
    decoded = plan.decode([bytes.fromhex("43663334")])
    assert decoded.values == (pytest.approx(230.2), None)
    assert decoded.reasons == {"current_a": Reason.EXCEPTION}
    assert decoded.quality is RecordQuality.PARTIAL


def test_a_refused_address_between_two_values_parts_them() -> None:
    """What was read along only to bridge a gap is not read any more."""
    device = plans()
    device.refused = frozenset({words(5, 1), Span(Table.HOLDING, 0, 50)})

    assert device.poll(NORMAL).blocks == (words(0, 2), words(10, 2))


def test_a_device_that_refuses_all_of_a_group_is_not_asked_for_it() -> None:
    """There is no block to read; every value is missing with its reason."""
    device = plans()
    device.refused = frozenset({words(104, 2)})

    plan = device.poll(SLOW)

    assert (plan.blocks, plan.wire_s) == ((), 0.0)
    assert plan.decode([]).reasons == {"energy_import_active_kwh": Reason.EXCEPTION}


def test_the_same_refusals_again_keep_the_plans() -> None:
    """Only a change drops them, and forgetting a refusal brings the point back."""
    device = plans()
    before = device.poll(NORMAL)
    device.refused = frozenset({words(10, 2)})
    without = device.poll(NORMAL)

    device.refused = frozenset({words(10, 2)})
    assert device.poll(NORMAL) is without
    device.refused = frozenset()
    assert device.poll(NORMAL).blocks == before.blocks


def test_points_of_other_groups_bridge_gaps_that_may_not_be_read() -> None:
    """A device that refuses unknown addresses gives those that the driver knows."""

    class Strict(Driver, table="holding"):
        """Three registers in a row, one of them slow; a fourth behind a hole."""

        name = "test.strict"
        kind = "energy_meter"

        mode = u16(0, vendor_specific=True)
        limit = u16(1, group="slow", vendor_specific=True)
        state = u16(2, vendor_specific=True)
        other = u16(4, vendor_specific=True)

    assert plans(Strict).poll(NORMAL).blocks == (Span(Table.HOLDING, 0, 3), Span(Table.HOLDING, 4, 1))
