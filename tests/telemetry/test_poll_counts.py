"""The ledger of polls: one fate each, and every copy adds up."""

import threading
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.events import OutcomeKind, SkipReason
from rtu_agent.telemetry.poll_counts import FAILURES, SKIPS, PollCounts, PollFate, PollLedger
from support.made_up import polled, skipped

OUTCOMES: tuple[OutcomeKind, ...] = get_args(OutcomeKind)
REASONS: tuple[SkipReason, ...] = get_args(SkipReason)

fates = st.one_of(
    st.sampled_from(OUTCOMES).map(lambda outcome: polled(outcome=outcome)),
    st.sampled_from(REASONS).map(lambda reason: skipped(reason=reason)),
)


@given(st.lists(fates))
def test_every_poll_is_counted_once(events: list[PollFate]) -> None:
    """As many polls as events, each under its own fate."""
    counts = PollCounts()
    for event in events:
        counts = counts.after(event)

    assert len(events) == counts.scheduled
    assert counts.scheduled == counts.good + counts.failed_total + counts.skipped_total
    assert sum(getattr(event, "outcome", None) == "good" for event in events) == counts.good
    assert all(sum(getattr(e, "reason", None) == r for e in events) == counts.skipped.get(r, 0) for r in SKIPS)


def test_a_copy_does_not_change() -> None:
    """Who holds a snapshot sees one moment."""
    ledger = PollLedger(["floor1"])
    before = ledger.snapshot()
    ledger.count(polled())
    ledger.count(polled(outcome="no_reply"))

    assert before["floor1"].scheduled == 0
    assert ledger.snapshot()["floor1"].scheduled == 2


def test_every_reason_is_there_from_the_start() -> None:
    """`rate()` sees the first failure only if the series began at 0."""
    counts = PollLedger(["floor1"]).snapshot()["floor1"]

    assert set(FAILURES) == set(counts.failed)
    assert set(SKIPS) == set(counts.skipped)
    assert "good" not in counts.failed


def test_no_count_is_lost_between_threads() -> None:
    """Several buses may be polled by several threads."""
    ledger = PollLedger(["floor1"])
    events: list[PollFate] = [polled(), polled(outcome="damaged"), skipped()]

    def count() -> None:
        for _ in range(1000):
            for event in events:
                ledger.count(event)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = ledger.snapshot()["floor1"]
    assert (counts.good, counts.failed["damaged"], counts.skipped["overload"]) == (4000, 4000, 4000)
