"""A counter is believed as far as it can be true: what is read once and wrong is never booked.

The traces are those that users of other programs have reported, with the numbers of their reports.
"""

from collections.abc import Iterable, Sequence
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.quality import Reason, Restart
from rtu_agent.normalize.counter import Counted, CounterJudge, CounterRules

FELL, JUMPED = Reason.COUNTER_FELL, Reason.COUNTER_JUMPED
REPLACED, ROLLED, BACK, RETURNED = (
    Restart.METER_REPLACED,
    Restart.ROLLED_OVER,
    Restart.STEPPED_BACK,
    Restart.RETURNED,
)
NOON_MS = 1_795_003_200_000
METER = CounterRules(pace_per_s=50 / 3600, step=0.01)
"""A meter that is taken to measure 50 kW, until it measures more."""


def verdicts(
    readings: Iterable[float], rules: CounterRules = METER, every_s: float = 60
) -> list[Reason | Restart | None]:
    """Judge readings, one every so many seconds."""
    judge = CounterJudge(rules)
    return [judge(value, NOON_MS + round(1000 * every_s * at)) for at, value in enumerate(readings)]


def booked(readings: Sequence[float], rules: CounterRules = METER, every_s: float = 60) -> float:
    """Return what somebody counts who subtracts the readings that are taken, but not over a restart."""
    total, before = 0.0, None
    for value, verdict in zip(readings, verdicts(readings, rules, every_s), strict=True):
        if isinstance(verdict, Reason):
            continue
        if before is not None and verdict is Restart.ROLLED_OVER:
            total += rules.counts_to - before + value
        elif before is not None and verdict is None:
            total += max(0.0, value - before)
        before = value
    return total


# -- what was reported -------------------------------------------------------------------------------------------------


def test_a_zero_between_good_readings_books_nothing() -> None:
    """The whole counter of a heat pump, 81 250 kWh, was booked as heat of one hour (kodebach/hacs-idm-heatpump#322)."""
    trace = [81250.1, 81250.2, 0.0, 81250.4]
    assert verdicts(trace) == [None, None, FELL, None]
    assert booked(trace) == pytest.approx(0.3)


def test_a_counter_of_a_day_that_bounces_off_zero_books_nothing() -> None:
    """Eleven bounces in a day made 187 kWh of 30, at each connection anew (TypQxQ/Sigenergy-Local-Modbus#313)."""
    day = [2.0 + 2.5 * hour for hour in range(12)]
    trace = [reading for total in day for reading in (total, 0.0, total)]
    rules = CounterRules(pace_per_s=50 / 3600, step=0.01, begins_anew=True)
    assert [told for told in verdicts(trace, rules, every_s=1200) if told is not None] == [FELL] * 12
    assert booked(trace, rules, every_s=1200) == pytest.approx(27.5)


def test_zeros_of_an_inverter_that_wakes_up_are_not_believed() -> None:
    """Every morning its lifetime total is 0 for some minutes, then what it was (victronenergy/dbus-fronius#18)."""
    trace = [20145.2, *[0.0] * 12, 20145.2, 20145.3]
    assert verdicts(trace) == [None, *[FELL] * 12, None, None]
    assert booked(trace) == pytest.approx(0.1)


def test_zeros_that_last_too_long_cost_their_energy_and_add_none() -> None:
    """Believed after a quarter of an hour; the way back up is no consumption either."""
    trace = [20145.2, *[0.0] * 20, 20145.2, 20145.3, 20145.4, 20145.5]
    told = verdicts(trace)
    assert told[:16] == [None, *[FELL] * 15]
    assert told[16:] == [REPLACED, None, None, None, None, JUMPED, JUMPED, RETURNED, None]
    assert booked(trace) == pytest.approx(0.1)


def test_a_day_that_is_no_more_zero_comes_back_without_being_booked() -> None:
    """Also where it is so little that it could have been counted since."""
    rules = CounterRules(pace_per_s=50 / 3600, step=0.1, begins_anew=True)
    trace = [2.1, 0.0, 0.0, 0.0, 2.1, 2.1, 2.2]
    assert verdicts(trace, rules) == [None, FELL, FELL, None, JUMPED, JUMPED, RETURNED]
    assert booked(trace, rules) == 0


def test_a_total_that_decreases_for_a_moment_books_nothing() -> None:
    """A yield since the first day that was a little less now and then (johanmeijer/grott#99)."""
    trace = [5120.4, 5120.3, 5120.4, 5120.5]
    assert verdicts(trace) == [None, FELL, None, None]
    assert booked(trace) == pytest.approx(0.1)


def test_a_spike_of_one_frame_books_nothing() -> None:
    """Some 65 000 now and then, from a low word that borrowed from the high one (MatterVN/ModbusTCP2MQTT#3)."""
    trace = [1200.1, 1200.2, 1200.3 + 6553.6, 1200.4]
    assert verdicts(trace) == [None, None, JUMPED, None]
    assert booked(trace) == pytest.approx(0.3)


def test_a_small_spike_is_held_back_too() -> None:
    """Not only what no meter can measure: what this one has never measured is looked at twice."""
    assert verdicts([1200.1, 1200.2, 1205.2, 1200.4]) == [None, None, JUMPED, None]


@pytest.mark.parametrize(("read", "reason"), [(123456.7, JUMPED), (1234.567, FELL)])
def test_a_factor_of_another_moment_books_nothing(read: float, reason: Reason) -> None:
    """An inverter changes its scale factors with its power (abeggled/openbridgeserver#1255)."""
    trace = [12345.6, 12345.6, read, 12345.7]
    assert verdicts(trace) == [None, None, reason, None]
    assert booked(trace) == pytest.approx(0.1)


# -- what does happen --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "trace", "total"),
    [
        (CounterRules(65536.0, step=1.0), [65510, 65530, 14, 34, 54], 80),
        (CounterRules(6553.6, 50 / 3600, step=0.1), [6553.4, 6553.5, 0.1, 0.2], 0.4),
        (CounterRules(2**32 / 100, 50 / 3600, step=0.01), [42949672.90, 42949672.94, 0.02, 0.05], 0.11),
        (CounterRules(100000.0, 50 / 3600, step=0.1), [99999.8, 99999.9, 0.2, 0.3], 0.5),
    ],
    ids=["16 bits", "16 bits of a tenth", "32 bits of a hundredth", "as declared"],
)
def test_a_counter_that_rolls_over_goes_on_counting(rules: CounterRules, trace: list[float], total: float) -> None:
    """When the second reading agrees; nothing of what it has counted is lost."""
    told = verdicts(trace, rules)
    assert told[2:4] == [FELL, ROLLED]
    assert booked(trace, rules) == pytest.approx(total)


def test_a_fall_that_is_no_rollover_is_none() -> None:
    """Beyond nine tenths of its range, but what it would have counted is more than it can."""
    rules = CounterRules(65536.0, step=1.0)
    trace = [60000, 60001, 500, 501, 502]
    assert verdicts(trace, rules) == [None, None, FELL, FELL, REPLACED]
    assert booked(trace, rules) == 1


@pytest.mark.parametrize("new", [0.1, 500.0, 90000.0])
def test_a_meter_that_is_replaced_is_told_once_and_booked_never(new: float) -> None:
    """Whether the new one stands lower or higher."""
    trace = [12345.6, 12345.7, new, new + 0.1, new + 0.2, new + 0.3]
    reason = FELL if new < 12345 else JUMPED
    assert verdicts(trace) == [None, None, reason, reason, REPLACED, None]
    assert booked(trace) == pytest.approx(0.2)


def test_a_new_meter_begins_to_count_when_it_counts() -> None:
    """As long as it says 0, that may as well be the old one that starts."""
    assert verdicts([500.0, 0.0, 0.0, 0.1, 0.2, 0.3]) == [None, FELL, FELL, FELL, FELL, REPLACED]


def test_a_meter_that_remembers_an_older_value_has_stepped_back() -> None:
    """As after a power cut."""
    assert verdicts([12345.6, 12344.9, 12344.9, 12345.0]) == [None, FELL, FELL, BACK]


def test_a_load_that_is_larger_than_ever_is_booked_in_full() -> None:
    """The first reading of it waits for the second one; the next time it is known."""
    trace = [100.0, 100.1, 105.1, 110.1, 115.1, 115.1, 120.1]
    assert verdicts(trace) == [None, None, JUMPED, None, None, None, None]
    assert booked(trace) == pytest.approx(20.1)


def test_a_large_site_is_learnt_from_how_it_goes_on() -> None:
    """30 MW, sixty times what a meter is taken for at first."""
    trace = [1000.0 + 500.0 * minute for minute in range(6)]
    assert verdicts(trace) == [None, JUMPED, None, None, None, None]
    assert booked(trace) == pytest.approx(2500.0)


def test_what_the_author_declares_is_the_limit() -> None:
    """A little more than the meter can measure is no consumption, even if it stays."""
    rules = CounterRules(pace_per_s=1.0, most_per_s=45 / 3600, step=0.01)
    assert verdicts([10.0, 10.7, 11.9, 12.0, 12.7], rules) == [None, None, JUMPED, None, None]
    assert verdicts([10.0, 30.0, 30.1, 30.2], rules) == [None, JUMPED, JUMPED, REPLACED]


def test_a_counter_of_a_day_begins_anew_without_a_word() -> None:
    """That is what it does; a single zero is a glitch all the same."""
    rules = CounterRules(pace_per_s=50 / 3600, step=0.1, begins_anew=True)
    assert verdicts([20.1, 0.0, 20.2, 0.0, 0.0, 0.0, 0.1], rules) == [None, FELL, None, FELL, FELL, None, None]


def test_a_coarse_step_may_come_at_any_time() -> None:
    """10 kWh in a second are no 36 MW: the counter has shown what it counted in an hour."""
    assert set(verdicts([100, 100, 110, 110, 120], CounterRules(pace_per_s=50 / 3600, step=10.0), every_s=1)) == {None}


def test_a_single_of_32_bits_may_be_coarse() -> None:
    """Above 2^24 its steps are more than one."""
    assert set(verdicts([2.0**25, 2.0**25 + 4, 2.0**25 + 8], CounterRules(pace_per_s=50 / 3600), every_s=1)) == {None}


def test_a_long_silence_leaves_room() -> None:
    """A day at 50 kW is possible when nothing was heard for a day, and not after a minute."""
    day_ms = 86_400_000
    for later_ms, verdict in ((day_ms, None), (60_000, JUMPED)):
        judge = CounterJudge(METER, Counted(100.0, NOON_MS, 50 / 3600))
        assert judge(1300.0, NOON_MS + later_ms) is verdict


def test_a_clock_that_is_set_back_makes_no_glitch() -> None:
    """Nobody knows how much time has gone by."""
    judge = CounterJudge(METER, Counted(100.0, NOON_MS, 50 / 3600))
    assert judge(150.0, NOON_MS - 3_600_000) is None
    assert judge(149.0, NOON_MS) is FELL


# -- no phantom, whatever comes ----------------------------------------------------------------------------------------

RISES = st.lists(st.integers(0, 80), min_size=2, max_size=40)
"""Hundredths of a kWh in a minute: 48 kW at most."""
GARBAGE = st.floats(0, 1e9) | st.sampled_from([0.0, 6553.5, 42949672.95, 1e38])


@given(rises=RISES, data=st.data())
def test_single_wrong_readings_never_matter(rises: list[int], data: st.DataObject) -> None:
    """Whatever they say; unless that is what the counter could say, what is taken is what is true."""
    true, at = [1000.0], 1
    trace, wrong = [1000.0], set()
    for rise in rises:
        true.append(round(true[-1] + rise / 100, 2))
        if data.draw(st.booleans()) and at - 1 not in wrong and at > 1:
            trace.append(data.draw(GARBAGE.filter(lambda value: not 0 <= value - true[-1] + 1 <= 10)))
            wrong.add(at)
        else:
            trace.append(true[-1])
        at += 1
    told = verdicts(trace)
    assert {place for place, verdict in enumerate(told) if verdict is not None} == wrong
    good = [value for place, value in enumerate(true) if place not in wrong]
    assert booked(trace) == pytest.approx(good[-1] - good[0])


@given(
    first=RISES,
    second=RISES,
    begins=st.floats(0, 1e6),
    zeros=st.integers(0, 5),
)
def test_a_replaced_meter_never_adds_what_nobody_used(
    first: list[int], second: list[int], begins: float, zeros: int
) -> None:
    """At most what both have counted; but a meter that stands where the old one could be by now is its successor."""
    old = _counted(1000.0, first)
    new = _counted(begins, second)
    room = 20 * 50 / 60 * (len(second) + zeros + 1) + 1
    total = booked([*old, *[0.0] * zeros, *new])
    true = old[-1] - old[0] + new[-1] - new[0]
    assert total <= true + (room if 0 <= begins - old[-1] <= room or begins == 0 else 1e-6)


@given(st.lists(st.floats(0, 1e6) | st.just(0.0), max_size=30), st.floats(1, 1000))
def test_no_more_is_booked_than_a_counter_can_count(readings: list[float], every_s: float) -> None:
    """From pure rubbish either: what is declared is the limit over the whole time."""
    rules = CounterRules(counts_to=inf, most_per_s=50 / 3600)
    elapsed_s = max(10.0, every_s) * len(readings)
    assert booked(readings, rules, every_s) <= 50 / 3600 * elapsed_s + len(readings) * 1e6 * 2**-21


def _counted(begins: float, rises: list[int]) -> list[float]:
    values = [begins]
    for rise in rises:
        values.append(values[-1] + rise / 100)
    return values
