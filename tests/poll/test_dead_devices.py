"""What the dead cost the living, in an hour of a 9600 baud bus with ten units that passes in a moment."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import inf

import pytest

from rtu_agent.clock import HandClock
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Record
from rtu_agent.driver_api import Driver, f32
from rtu_agent.events import Event, PollFinished, PollSkipped, Watchers
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.job import Job
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.poller import Poller
from rtu_agent.poll.probing import PROBE_SHARE
from rtu_agent.poll.schedule import Schedule
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.testing.hand_loop import HandLoop
from support.hand_bus import HandBus

LINE = LineSettings(9600)
TIMEOUT_S = 0.5
THINKS_S = 0.02 - LINE.t35_s
"""Replies begin 20 ms after the end of the request; its silence is a part of that."""
UNITS = range(1, 11)


class Meter(Driver, table="input"):
    """Five values, one block."""

    name = "test.meter"
    kind = "kind"

    a = f32(0, vendor_specific=True)
    b = f32(2, vendor_specific=True)
    c = f32(4, vendor_specific=True)
    d = f32(6, vendor_specific=True)
    e = f32(8, vendor_specific=True)


@dataclass
class Run:
    """What came of a time on the bus."""

    outcomes: list[Outcome] = field(default_factory=list)
    good_at: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When each unit was polled well, on the monotonic clock."""
    events: list[Event] = field(default_factory=list)

    def staleness(self, units: range, since: float = 0.0, until: float = inf) -> float:
        """Return the 99th percentile of the times between two good polls of one of `units`, seconds."""
        gaps = sorted(b - a for unit in units for a, b in pairwise(self.good_at[unit]) if since < b <= until)
        return gaps[int(0.99 * len(gaps))]

    def wasted_s(self, start: float, end: float) -> float:
        """Return how long the bus was held by transactions that nobody answered."""
        return sum(o.free_at - o.sent_at for o in self.outcomes if o.kind == "no_reply" and start <= o.sent_at < end)


Thinks = Callable[[int, float], float | None]
"""How long a unit thinks at a time; None when it is dead then."""


def run(thinks: Thinks, interval_s: float, seconds: float, deaf_to: tuple[int, int] | None = None) -> Run:
    """Let the poller run for `seconds`; unit `deaf_to[0]` never answers reads of `deaf_to[1]` registers."""
    clock = HandClock()
    done = Run()

    def accept(record: Record) -> None:
        if record.quality is RecordQuality.GOOD and record.series.measurement == Meter.kind:
            done.good_at[int(record.series.device)].append(clock.monotonic())

    async def main() -> None:
        patience = Patience(TIMEOUT_S)
        master = Master("b", LINE, timeout_s=TIMEOUT_S)

        def think_s(unit: int, count: int) -> float | None:
            return None if (unit, count) == deaf_to else thinks(unit, clock.monotonic())

        bus = HandBus(master, think_s, clock, Watchers(patience))
        devices = [polled_device(str(u), u, Meter, LINE, {"site": "s", "bus": "b", "device": str(u)}) for u in UNITS]
        schedule = Schedule([Job(device.name, "normal", interval_s) for device in devices], clock.monotonic())
        asker = Asker(bus, patience, clock)
        poller = asyncio.create_task(Poller(asker, devices, schedule, done.events.append, accept, clock).run())
        await asyncio.sleep(seconds)
        assert not poller.done()
        poller.cancel()
        await asyncio.gather(poller, return_exceptions=True)
        done.outcomes = bus.outcomes

    loop = HandLoop(clock)
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
    return done


def dead_from(start: float, dead: int) -> Thinks:
    """Let the first `dead` units die at `start`."""
    return lambda unit, now: None if unit <= dead and now >= start else THINKS_S


SECONDS = 600.0


@cache
def healthy(interval_s: float) -> Run:
    """Return what comes of the bus while all are well."""
    return run(lambda *_: THINKS_S, interval_s, SECONDS)


@pytest.mark.parametrize(("dies_at", "interval_s"), [(0.0, 1.0), (100.0, 2.0)])
@pytest.mark.parametrize("dead", range(1, 10))
def test_the_living_do_not_notice_the_dead(dead: int, dies_at: float, interval_s: float) -> None:
    """One to nine of ten, dead from the start or all at once later: p99 staleness at most 1.2 times that of health."""
    living = range(dead + 1, 11)

    got = run(dead_from(dies_at, dead), interval_s, SECONDS)

    assert got.staleness(living) <= 1.2 * healthy(interval_s).staleness(living)
    since = dies_at + 60.0
    assert got.wasted_s(since, SECONDS) / (SECONDS - since) <= PROBE_SHARE + 0.005


@pytest.mark.parametrize(("dead", "interval_s"), [(3, 2.0), (7, 1.0)])
def test_the_first_minutes_are_no_worse(dead: int, interval_s: float) -> None:
    """Units that die together could all be deaf, and the living do not wait for the tests."""
    dies_at, living = 100.0, range(dead + 1, 11)

    got = run(dead_from(dies_at, dead), interval_s, dies_at + 120.0)

    well = healthy(interval_s).staleness(living, dies_at, dies_at + 120.0)
    assert got.staleness(living, dies_at) <= 1.2 * well


def flapping(units: int, up_s: float, down_s: float, since: float) -> Thinks:
    """Let the first `units` come and go after `since`, each on its own."""

    def thinks(unit: int, now: float) -> float | None:
        is_down = (now + 1.7 * unit) % (up_s + down_s) > up_s
        return None if unit <= units and now > since and is_down else THINKS_S

    return thinks


@pytest.mark.parametrize("interval_s", [1.0, 2.0])
def test_units_that_come_and_go_delay_nobody(interval_s: float) -> None:
    """They are no deaf ones: a unit that answers the next time without a silence never needed one."""
    living, since = range(4, 11), 50.0

    got = run(flapping(3, 3.0, 0.5, since), interval_s, SECONDS)

    assert got.staleness(living, since) <= 1.2 * healthy(interval_s).staleness(living, since)


def test_units_that_go_together_again_and_again_hold_nobody_up() -> None:
    """Nine lose their supply for 20 s, come back for 8 s, and so on: none is waited for in full, or taken for deaf."""
    since, interval_s = 50.0, 1.0

    got = run(
        lambda unit, now: None if unit <= 9 and now > since and now % 28.0 < 20.0 else THINKS_S, interval_s, 300.0
    )

    assert max(b - a for a, b in pairwise(got.good_at[10])) < 2 * interval_s


def rate(got: Run, units: range, since: float) -> float:
    """Return how many good polls a second `units` had together after `since`."""
    return sum(at > since for unit in units for at in got.good_at[unit]) / (SECONDS - since)


@pytest.mark.parametrize(("up_s", "down_s", "units"), [(10.0, 2.0, 3), (3.0, 0.5, 3), (1.5, 1.5, 2)])
def test_units_that_come_and_go_take_no_polls_from_the_others(up_s: float, down_s: float, units: int) -> None:
    """On a bus that is busy for more than eight tenths of its time."""
    living, interval_s, since = range(units + 1, 11), 0.7, 50.0

    got = run(flapping(units, up_s, down_s, since), interval_s, SECONDS)

    assert rate(got, living, since) >= 0.98 * rate(healthy(interval_s), living, since)
    # What is saved up for probes, and the first polls that nobody answered, come on top once.
    assert got.wasted_s(since, SECONDS) <= PROBE_SHARE * (SECONDS - since) + 3.0


def test_a_bus_that_is_nearly_full_carries_its_dead_too() -> None:
    """Ten units every half second ask for nine tenths of the time; the five that live lose nothing."""
    living = range(6, 11)

    got = run(dead_from(0.0, 5), 0.5, SECONDS)

    assert got.staleness(living) <= 1.2 * healthy(0.5).staleness(living)


def test_a_lost_reply_costs_a_few_polls() -> None:
    """A glitch is no death: the unit is asked again when it can no longer answer late, and then polled in full."""
    got = run(lambda unit, now: None if unit == 1 and 100.0 <= now < 100.9 else THINKS_S, 1.0, 110.0)

    assert max(b - a for a, b in pairwise(got.good_at[1])) < 4.0


def test_a_revived_unit_is_polled_at_the_next_probe() -> None:
    """Nine are dead for ten minutes and come back at once: within two minutes all are polled as before."""
    dead = range(1, 10)
    back = run(lambda unit, now: None if unit in dead and 60.0 <= now < 660.0 else THINKS_S, 5.0, 900.0)

    for unit in dead:
        assert next(at for at in back.good_at[unit] if at > 660.0) < 780.0
        late = [at for at in back.good_at[unit] if at > 790.0]
        assert max(b - a for a, b in pairwise(late)) < 1.2 * 5.0


def test_a_bus_that_was_silent_as_a_whole_comes_back_as_a_whole() -> None:
    """It was the line: nobody waits for the end of its own minute."""
    back = run(lambda _, now: None if 60.0 <= now < 660.0 else THINKS_S, 5.0, 800.0)

    first = [next(at for at in back.good_at[unit] if at > 660.0) for unit in UNITS]
    assert min(first) < 725.0
    assert max(first) - min(first) < 5.0


def test_a_unit_that_answers_probes_only_costs_its_neighbours_little() -> None:
    """Every full poll of it is in vain; the pauses grow all the same."""
    living = range(2, 11)

    got = run(lambda *_: THINKS_S, 1.0, 3 * SECONDS, deaf_to=(1, 10))

    assert got.good_at[1] == []
    assert got.staleness(living) <= 1.2 * healthy(1.0).staleness(living)


def test_a_unit_that_becomes_slow_is_given_its_time() -> None:
    """From 20 ms to 300 ms: one poll is lost, and no second one."""
    got = run(lambda unit, now: 0.3 if unit == 1 and now >= 200.0 else THINKS_S, 5.0, 400.0)

    lost = [event for event in got.events if isinstance(event, PollFinished) and event.outcome != "good"]
    assert [(event.device, event.outcome) for event in lost] == [("1", "no_reply")]


@pytest.mark.parametrize("dead", [0, 3, 10])
def test_every_tick_is_polled_or_skipped(dead: int) -> None:
    """Whatever happens to the units: what was scheduled is what was polled, failed or skipped, to the last tick."""
    got = run(lambda unit, now: None if unit <= dead and 60.0 <= now < 200.0 else THINKS_S, 1.0, 400.0)

    fates = [event for event in got.events if isinstance(event, PollFinished | PollSkipped)]
    for unit in UNITS:
        mine = [event for event in fates if event.device == str(unit)]
        assert len(mine) == pytest.approx(401, abs=3)
