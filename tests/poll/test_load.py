"""What a bus will carry is the sum of what its groups add, riders included."""

import pytest

from rtu_agent.poll.job import Job
from rtu_agent.poll.load import BusLoad, bus_load
from support.loads import LINE, Beside, Patient, Scattered, plans

FAST, NORMAL, SLOW = Job("d", "fast", 1.0), Job("d", "normal", 5.0), Job("d", "slow", 60.0)
FLOAT_S = LINE.wire_s(8 + 5 + 4) + 2 * LINE.t35_s + 0.002
"""One float: request, t3.5 and 2 ms until the reply, reply, t3.5."""


def load(*jobs: Job, driver: type[Scattered | Beside] = Scattered) -> BusLoad:
    """Return what one device makes the bus carry."""
    return bus_load(jobs, {"d": plans(driver)})


def test_each_group_adds_its_transactions_at_its_own_interval() -> None:
    """One float each, 8 bytes out and 9 back."""
    carried = load(FAST, NORMAL, SLOW)

    rate = 1 + 1 / 5 + 1 / 60
    assert carried.transactions_per_s == pytest.approx(rate)
    assert carried.bytes_per_s == pytest.approx(17 * rate)
    assert carried.utilisation == pytest.approx(FLOAT_S * rate)
    assert carried.held == carried.utilisation


def test_a_rider_adds_only_what_its_hosts_block_grows_by() -> None:
    """Four bytes more in a reply that is sent anyway, and no transaction of its own."""
    carried = load(FAST, NORMAL, SLOW, driver=Beside)

    slow = next(group for group in carried.groups if group.job is SLOW)
    assert (slow.host, slow.transactions, slow.bytes) == (FAST, 0, 4)
    assert slow.wire_s == pytest.approx(LINE.wire_s(4))
    assert (slow.groups, slow.early_s) == ({"fast", "slow"}, 1.0)
    assert carried.transactions_per_s == pytest.approx(1 + 1 / 5)
    assert [group.host for group in carried.groups if group.job is not SLOW] == [None, None]


def test_a_rider_never_is_faster_than_its_host() -> None:
    """Whoever is polled more often is polled on its own."""
    [quick, slower] = load(Job("d", "fast", 9.0), Job("d", "slow", 3.0), driver=Beside).groups

    assert (quick.job.group, quick.host, slower.job.group) == ("slow", None, "fast")
    assert slower.host == quick.job


def test_pauses_hold_the_bus_without_using_the_wire() -> None:
    """The utilisation is what the wire carries; the schedule must fit with the pauses."""
    carried = load(FAST, driver=Patient)

    assert carried.utilisation == pytest.approx(FLOAT_S)
    assert carried.held == pytest.approx(FLOAT_S + 0.1 - LINE.t35_s)


def test_what_is_read_once_is_no_load() -> None:
    """It is over when the agent has started."""
    assert load(Job("d", "fast", 0.0)).groups == ()
    assert load(Job("d", "fast", 0.0)).utilisation == 0.0


@pytest.mark.parametrize(("share", "fits"), [(0.94, True), (0.96, False)])
def test_a_schedule_fits_while_it_leaves_the_probes_their_share(share: float, fits: bool) -> None:
    """All silent devices of a bus together may use 5 % of its time."""
    assert load(Job("d", "fast", FLOAT_S / share)).fits is fits


def test_devices_add_up() -> None:
    """A bus carries what all its devices make it carry."""
    jobs = [Job(name, "fast", 1.0) for name in ("a", "b", "c")]

    carried = bus_load(jobs, {name: plans(Scattered) for name in ("a", "b", "c")})

    assert carried.utilisation == pytest.approx(3 * FLOAT_S)
