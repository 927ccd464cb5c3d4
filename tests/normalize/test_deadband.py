"""A record is stored if it says something new, and after a heartbeat in any case."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Field, Record, Series, Value
from rtu_agent.driver_api import Driver, bits, derived, f32, i16, u16, u32
from rtu_agent.normalize.deadband import Deadband, Reporter, deadbands

NOON_MS = 1_795_003_200_000
TAGS = {"site": "s", "bus": "b", "device": "d"}
FIELDS = (Field("voltage_v"), Field("active_power_w"), Field("alarm", "int"), Field("digital_input", "bool"))
FAST = Series("kind", TAGS, FIELDS)
SLOW = Series("kind", TAGS, (Field("energy_kwh"),))
SILENT = Series("kind", TAGS, ())
BANDS = {"voltage_v": Deadband(0.5), "active_power_w": Deadband(share=0.02)}
FIRST = (230.0, 1000.0, 0, False)


def reporter(bands: Mapping[str, Deadband] | None = None) -> Reporter:
    """Return a reporter with a heartbeat of a minute."""
    return Reporter(lambda: BANDS if bands is None else bands, 60.0)


def record(second: float, *values: Value | None, of: Series = FAST, **more: Reason) -> Record:
    """Return a record of some second after noon."""
    quality = RecordQuality.PARTIAL if more else RecordQuality.GOOD
    return Record(of, NOON_MS + round(1000 * second), values, quality, more)


def silence(second: float) -> Record:
    """Return a record without values."""
    return replace(record(second, of=SILENT), quality=RecordQuality.NO_ANSWER)


@pytest.mark.parametrize(
    ("values", "news"),
    [
        (FIRST, False),
        ((230.5, 980.0, 0, False), False),
        ((230.51, 1000.0, 0, False), True),
        ((229.5, 1020.0, 0, False), False),
        ((230.0, 1020.1, 0, False), True),
        ((230.0, 1000.0, 1, False), True),
        ((230.0, 1000.0, 0, True), True),
    ],
)
def test_amounts_have_deadbands_and_nothing_else_has(values: tuple[Value, ...], news: bool) -> None:
    """The edge of a deadband is inside; an alarm, a code or a bit is always news."""
    of = reporter()
    assert of.has_news(record(0, *FIRST))
    assert of.has_news(record(1, *values)) is news


@pytest.mark.parametrize("tenths", [*range(-60, 60), *range(2270, 2330), 10**7 + 3])
def test_the_edge_is_inside_whatever_binary_fractions_make_of_it(tenths: int) -> None:
    """0.8 is a tenth more than 0.7, though not as a difference of floats; one hundredth beyond is outside."""
    before, at_the_edge, beyond = tenths / 10, (tenths + 1) / 10, (10 * tenths + 11) / 100
    of = reporter({"voltage_v": Deadband(0.1)})
    assert of.has_news(record(0, before, *FIRST[1:]))
    assert not of.has_news(record(1, at_the_edge, *FIRST[1:]))
    assert of.has_news(record(2, beyond, *FIRST[1:]))


def test_without_a_deadband_the_least_change_is_news() -> None:
    """As a counter of a float makes it."""
    of = reporter({})
    assert of.has_news(record(0, 230.0, *FIRST[1:]))
    assert of.has_news(record(1, nextafter(230.0, inf), *FIRST[1:]))


def test_a_slow_drift_is_not_lost() -> None:
    """What counts is what was stored, not what was read last."""
    of = reporter()
    stored = [second for second in range(11) if of.has_news(record(second, 230 + second / 4, *FIRST[1:]))]
    assert stored == [0, 3, 6, 9]


def test_a_heartbeat_says_that_all_is_as_it_was() -> None:
    """At the first poll at which it is due; it begins anew with every record that is stored."""
    of = reporter()
    stored = [second for second in range(0, 200, 7) if of.has_news(record(second, *FIRST))]
    assert stored == [0, 63, 126, 189]
    assert of.has_news(record(195, 240.0, *FIRST[1:]))
    assert not of.has_news(record(252, 240.0, *FIRST[1:]))


def test_without_deadbands_every_change_is_news() -> None:
    """What is the same is not."""
    of = reporter({})
    assert [of.has_news(record(at, *values)) for at, values in enumerate((FIRST, FIRST, (230.1, *FIRST[1:])))] == [
        True,
        False,
        True,
    ]


def test_a_reason_that_comes_changes_or_goes_is_news() -> None:
    """And a value that is missing for the same reason as before is none."""
    of = reporter()
    without = (None, *FIRST[1:])
    records = [
        record(0, *FIRST),
        record(1, *without, voltage_v=Reason.SENTINEL),
        record(2, *without, voltage_v=Reason.SENTINEL),
        record(3, *without, voltage_v=Reason.NOT_READ),
        record(4, *FIRST),
        record(5, *FIRST),
    ]
    assert [of.has_news(each) for each in records] == [True, True, False, True, True, False]


def test_a_device_that_falls_silent_and_comes_back_is_news_both_times() -> None:
    """As often as it does; that it is still silent is said at the pace of the heartbeat."""
    of = reporter()
    records = [
        *(record(0, *FIRST), record(1, 5.0, of=SLOW), record(2, *FIRST)),
        *(silence(3), silence(4), silence(64)),
        *(record(65, *FIRST), record(66, 5.0, of=SLOW), record(67, *FIRST)),
        *(silence(68), record(69, *FIRST)),
    ]
    news = [of.has_news(each) for each in records]
    assert news == [True, True, False, True, False, True, True, True, False, True, True]


def test_groups_have_heartbeats_of_their_own_and_share_what_was_stored() -> None:
    """A field that two series hold is compared with its last value, whichever stored it."""
    both = Series("kind", TAGS, (*FIELDS, *SLOW.fields))
    of = reporter()
    assert of.has_news(record(0, *FIRST))
    assert of.has_news(record(1, 230.4, 1000.0, 0, False, 5.0, of=both))
    assert not of.has_news(record(2, 230.9, *FIRST[1:]))
    assert of.has_news(record(60, 230.9, *FIRST[1:]))
    assert not of.has_news(record(60, 230.9, 1000.0, 0, False, 5.0, of=both))


def test_a_clock_that_is_set_back_holds_nothing_back() -> None:
    """Otherwise nothing would be stored until it is as late again."""
    of = reporter()
    assert of.has_news(record(3600, *FIRST))
    assert of.has_news(record(0, *FIRST))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(0, 1e5), st.floats(0, 0.99))
def test_whoever_sees_what_is_stored_is_never_off_by_more_than_the_deadband(
    values: list[float], amount: float, share: float
) -> None:
    """At any poll, whatever the values do."""
    of = reporter({"voltage_v": Deadband(amount, share)})
    seen = 0.0
    for second, value in enumerate(values):
        if of.has_news(record(second, value, *FIRST[1:])):
            seen = value
        assert abs(value - seen) <= max(amount, share * abs(seen)) + 1e-9  # what rounding makes of a million


class Meter(Driver, table="input"):
    """Deadbands of the author."""

    name = "test.meter"
    kind = "kind"

    voltage_l1_n = u16(0, "V", scale=0.1, deadband=1)
    voltage_l2_n = u16(1, "V", scale=0.1)
    temperature = i16(2, "°F", deadband=0.9)
    active_power = f32(3, "kW", deadband=0.01)
    alarm = bits(5)
    energy_import_active = u32(6, "Wh", counter=True, deadband=100)

    @derived("W", deadband=5)
    def dc_power(self, active_power: float) -> float:
        """Return something."""
        return active_power


def test_a_site_goes_before_the_driver_and_a_point_before_its_quantity() -> None:
    """Amounts of the driver are in its own unit, of the site in the stored one; codes have none."""
    said = {"voltage": Deadband(0.5), "voltage_l2_n": Deadband(share=0.01), "dc_power": Deadband()}
    assert deadbands(Meter.signals, said) == {
        "voltage_l1_n_v": Deadband(0.5),
        "voltage_l2_n_v": Deadband(share=0.01),
        "temperature_c": Deadband(0.5),
        "active_power_w": Deadband(10.0),
        "energy_import_active_kwh": Deadband(0.1),
        "dc_power_w": Deadband(),
    }
