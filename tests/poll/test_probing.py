"""Silent devices together use their share of the bus and no more; who is alone may use all of it."""

from math import inf

import pytest

from rtu_agent.poll.health import Health
from rtu_agent.poll.probing import ProbeBudget, Probing


def never(_: str) -> float | None:
    """Nobody owes a reply."""
    return None


def lose(probing: Probing, *devices: str, now: float = 0.0) -> None:
    """Let devices become suspect."""
    for device in devices:
        probing.heard(device, "no_reply", now)


def bus_of(*devices: str) -> Probing:
    """Return a bus on which all devices are online."""
    return Probing({device: Health() for device in devices}, 0.0)


def test_nobody_is_probed_who_is_online() -> None:
    """And there is nothing to wait for."""
    probing = bus_of("a", "b")

    assert probing.due(0.0, never) is None
    assert probing.next_due(0.0, never) == inf


def test_the_silent_device_that_waits_longest_is_probed_first() -> None:
    """Unless it may still answer an earlier request."""
    probing = bus_of("a", "b", "c")
    lose(probing, "a", now=1.0)
    lose(probing, "b", now=2.0)

    assert probing.due(3.0, never) == "a"
    assert probing.due(3.0, lambda name: 9.0 if name == "a" else None) == "b"
    assert probing.due(3.0, lambda _: 9.0) is None
    assert probing.next_due(3.0, lambda _: 9.0) == 9.0


def test_a_probe_that_is_due_may_wait_for_a_gap() -> None:
    """For a second; the next one has its own second."""
    probing = bus_of("a", "b")
    lose(probing, "a", now=1.0)
    assert not probing.may_defer(1.0)

    assert probing.due(5.0, never) == "a"
    assert probing.may_defer(5.9)
    assert probing.next_due(5.9, never) == 6.0
    assert not probing.may_defer(6.0)
    probing.spent(0.1, 6.1)
    assert not probing.may_defer(6.1)
    probing.asked()
    assert probing.due(8.0, never) == "a"
    assert probing.may_defer(8.5)


def test_many_that_die_at_once_are_probed_within_the_share() -> None:
    """Nine of ten, half a second each: in the first minute, the first suspect probes included, a twentieth is used."""
    names = [str(place) for place in range(10)]
    probing = bus_of(*names)
    lose(probing, *names[1:])
    now, spent_s = 0.0, 0.0
    while now < 60.0:
        if (device := probing.due(now, never)) is None:
            now = probing.next_due(now, never)
            continue
        now += 0.5
        spent_s += 0.5
        probing.spent(0.5, now)
        probing.heard(device, "no_reply", now)

    assert spent_s <= 60.0 * 0.05 + 1.0 + 0.5


def test_where_nobody_is_online_only_the_pauses_count() -> None:
    """There are no neighbours to be spared, and nothing that must be paid back later."""
    probing = bus_of("a", "b")
    lose(probing, "a", "b")
    for now in range(100):
        probing.spent(0.5, float(now))

    assert probing.due(100.0, never) == "a"
    probing.heard("a", "good", 100.0)
    assert probing.due(100.0, never) == "b"


def test_the_first_to_come_back_wakes_the_others() -> None:
    """Where all were silent it was the line: nobody waits for the end of its own pause of a minute."""
    probing = bus_of("a", "b", "c")
    for _ in range(9):
        lose(probing, "a", "b", "c", now=10.0)
    assert probing.due(12.0, never) is None

    assert probing.heard("b", "good", 12.0) == "online"

    assert probing.due(12.0, never) in ("a", "c")


def test_one_of_many_that_comes_back_wakes_nobody() -> None:
    """The others are dead for reasons of their own."""
    probing = bus_of("a", "b", "c")
    for _ in range(9):
        lose(probing, "a", "b", now=10.0)

    probing.heard("b", "good", 12.0)

    assert probing.due(12.0, never) is None


def test_probes_use_their_share_and_no_more() -> None:
    """Probes of half a second, whenever the budget allows, for an hour: five percent and what was saved."""
    budget = ProbeBudget(0.0)
    now, spent = 0.0, 0.0
    while now < 3600.0:
        now = budget.ready_at(now)
        budget.spend(0.5, now)
        spent += 0.5
        now += 0.5

    assert spent / 3600.0 == pytest.approx(0.05, abs=0.001)


def test_a_quiet_bus_saves_for_one_burst_only() -> None:
    """After a day of health not all probes come at once."""
    budget = ProbeBudget(0.0)
    now = 86_400.0
    probes = 0
    while budget.ready_at(now) == now:
        budget.spend(0.5, now)
        probes += 1

    assert probes == 3


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    """What was saved stays saved."""
    budget = ProbeBudget(0.0)

    assert budget.ready_at(-3600.0) == -3600.0
    assert budget.ready_at(-3599.0) == -3599.0


def test_devices_come_and_go() -> None:
    """One that is silent and leaves is not probed any more; with the last one online the line is alive."""
    probing = bus_of("a", "b")
    lose(probing, "a", "b")
    probing.remove("a")
    probing.add("c", Health())

    assert probing.due(5.0, never) == "b"
    probing.remove("b")
    assert probing.due(5.0, never) is None
    assert probing.next_due(5.0, never) == inf
