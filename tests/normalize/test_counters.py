"""Every counter of a driver is judged, by rules that come from its registers, its unit and its author."""

from math import inf

import pytest

from rtu_agent.domain.quality import Reason, RecordQuality, Restart
from rtu_agent.driver_api import Driver, derived, f32, i32, multiplier, sum_of, u16, u32
from rtu_agent.driver_api.derived import Signal
from rtu_agent.normalize.counter import Counted
from rtu_agent.normalize.counter_rules import counter_rules
from rtu_agent.normalize.counters import Counters, counter_places
from rtu_agent.normalize.decode import Decoded
from rtu_agent.plugins import load_drivers

NOON_MS = 1_795_003_200_000


class Meter(Driver, table="holding"):
    """Counters of every sort, between what is none."""

    name = "test.meter"
    kind = "energy_meter"

    voltage = u16(0x0000, "V", scale=0.1)
    energy_import_active = u32(0x0001, "Wh", counter=True)
    energy_export_active = f32(0x0003, "kWh", counter=True)
    energy_import_reactive = i32(0x0005, "kvarh", counter=True, scale=multiplier(0x0020))
    energy_import_active_day = u16(0x0007, "kWh", scale=0.1, counter=True)
    energy_partial_import_active = u32(0x0008, "kWh", counter=True)
    operating_time = u32(0x000A, "h", counter=True)
    volume = u32(0x000C, "L", counter=True, rolls_over_at=1_000_000, most_per_hour=3600)
    strokes = u16(0x000E, counter=True, vendor_specific=True)
    energy_total_active = sum_of(energy_import_active, energy_export_active, counter=True, most_per_hour=45)

    @derived("MWh", counter=True, rolls_over_at=1000)
    def energy_total_active_l1(self, energy_export_active: float) -> float:
        """Return a part of it."""
        return energy_export_active / 3000


def by_name(name: str) -> Signal:
    """Return a signal of the meter."""
    return next(signal for signal in Meter.signals if signal.name == name)


@pytest.mark.parametrize(
    ("name", "counts_to", "pace_per_hour", "most_per_hour", "step"),
    [
        ("energy_import_active", 2**32 / 1000, 50, None, 0.001),
        ("energy_export_active", inf, 50, None, 0),
        ("energy_import_reactive", inf, 50, None, 0),
        ("energy_import_active_day", 6553.6, 50, None, 0.1),
        ("operating_time", 2**32 * 3600, 3600, 4500, 3600),
        ("volume", 1000, 50, 3.6, 0.001),
        ("strokes", 65536, 3600, None, 1),
        ("energy_total_active", inf, 50, 45, 0),
        ("energy_total_active_l1", 1_000_000, 50, None, 0),
    ],
)
def test_rules_are_in_the_unit_that_is_stored(
    name: str, counts_to: float, pace_per_hour: float, most_per_hour: float | None, step: float
) -> None:
    """Whatever the author writes."""
    rules = counter_rules(by_name(name))
    assert rules is not None
    assert rules.counts_to == pytest.approx(counts_to)
    assert rules.pace_per_s * 3600 == pytest.approx(pace_per_hour)
    assert (rules.most_per_s and rules.most_per_s * 3600) == (most_per_hour and pytest.approx(most_per_hour))
    assert rules.step == pytest.approx(step)


def test_what_begins_anew_as_a_matter_of_course() -> None:
    """A day ends by itself; a partial counter is reset by people."""
    rules = {signal.name: counter_rules(signal) for signal in Meter.signals}
    assert {name for name, one in rules.items() if one is not None and one.begins_anew} == {
        "energy_import_active_day",
        "energy_partial_import_active",
    }


def test_a_counter_may_run_as_long_as_time_does() -> None:
    """Two hours more in a minute are a glitch, whatever the pace was."""
    counters = Counters()
    places = counter_places([by_name("operating_time")])
    for minute, hours in enumerate((100, 100, 101, 109, 101)):
        judged = counters.judge(decoded(hours * 3600.0), places, NOON_MS + minute * 60_000)
        assert (judged.values == (None,)) is (hours == 109)


MISTAKES = {"efficiency_pct": "KeyError: 3"}


def decoded(*values: float | None, **reasons: Reason) -> Decoded:
    """Return what a poll has brought."""
    return Decoded(values, RecordQuality.PARTIAL if reasons else RecordQuality.GOOD, reasons, MISTAKES)


PLACES = counter_places(Meter.signals[:3])


def test_an_uncertain_reading_is_left_out_with_its_reason() -> None:
    """The other values of the poll stay, and the record says that it is not whole."""
    counters = Counters()
    good = decoded(230.0, 100.0, 50.0)
    assert counters.judge(good, PLACES, NOON_MS) is good
    assert counters.judge(decoded(231.0, 0.0, 50.0), PLACES, NOON_MS + 5000) == Decoded(
        (231.0, None, 50.0), RecordQuality.PARTIAL, {"energy_import_active_kwh": Reason.COUNTER_FELL}, MISTAKES
    )
    assert counters.judge(decoded(231.0, 100.0, 50.0), PLACES, NOON_MS + 10_000).quality is RecordQuality.GOOD
    assert not counters.restarted()


def test_a_reading_that_is_missing_changes_nothing() -> None:
    """Its own reason stays, and the next one is compared with the last good one."""
    counters = Counters()
    counters.judge(decoded(230.0, 100.0, 50.0), PLACES, NOON_MS)
    missing = decoded(None, None, 50.0, voltage_v=Reason.NOT_READ, energy_import_active_kwh=Reason.NOT_READ)
    assert counters.judge(missing, PLACES, NOON_MS + 5000) is missing
    fell = counters.judge(decoded(230.0, 3.0, 50.0), PLACES, NOON_MS + 10_000)
    assert fell.reasons == {"energy_import_active_kwh": Reason.COUNTER_FELL}


def test_groups_that_travel_together_or_alone_share_a_judge() -> None:
    """A counter is one, whatever else its poll reads."""
    counters = Counters()
    counters.judge(decoded(230.0, 100.0, 50.0), PLACES, NOON_MS)
    alone = counter_places([by_name("energy_import_active")])
    assert counters.judge(decoded(7.0), alone, NOON_MS + 1000).values == (None,)


def test_restarts_are_told_once() -> None:
    """All counters of a meter that was replaced together."""
    counters = Counters()
    for number, reading in enumerate((100.0, 0.5, 0.5, 0.6, 0.7)):
        counters.judge(decoded(230.0, reading, reading), PLACES, NOON_MS + 5000 * number)
    both = ["energy_import_active_kwh", "energy_export_active_kwh"]
    assert counters.restarted() == {Restart.METER_REPLACED: both}
    assert counters.restarted() == {}


def test_what_was_known_is_gone_on_with() -> None:
    """A meter that was replaced while nobody looked is noticed; what is not polled yet is not forgotten."""
    counters = Counters()
    known = {name: Counted(100.0, NOON_MS, 0.1) for name in ("energy_import_active_kwh", "volume_m3")}
    counters.recall(known)
    judged = counters.judge(decoded(230.0, 3.0, 50.0), PLACES, NOON_MS + 86_400_000)
    assert judged.reasons == {"energy_import_active_kwh": Reason.COUNTER_FELL}
    assert counters.known.keys() == {"energy_import_active_kwh", "energy_export_active_kwh", "volume_m3"}
    assert counters.known["volume_m3"] == known["volume_m3"]


def test_every_counter_of_every_driver_is_judged() -> None:
    """None is of a kind that has no rules."""
    catalogue = load_drivers()
    for name in catalogue.names():
        signals = catalogue.entries[name].driver.signals
        counters = {signal.field.name for signal in signals if signal.counter}
        assert {place.field for place in counter_places(signals)} == counters, name
