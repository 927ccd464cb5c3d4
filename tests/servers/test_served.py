"""The judge of what was told on the wire finds every kind of mistake."""

import time
from collections.abc import Callable

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.protocol.adu import frame
from rtu_agent.simulator.journal import Answered
from rtu_agent.simulator.truth import WORDS
from support.chaos import Told
from support.served import Served

SPAN = Span(Table.HOLDING, 0, 2 * WORDS)
BAD = {"quality": "3i"}


def told_by(served: Served, unit: int, time_ms: int) -> Told:
    """Ask a unit, and return the record of it."""
    words = served.images[unit].read(SPAN, 0.0)
    data = b"".join(word.to_bytes(2, "big") for word in words)
    request = frame(unit, bytes((3, 0, 0, 0, len(words))))
    served.add(Answered(0.0, request, frame(unit, bytes((3, len(data))) + data)))
    fields = {f"word_{number}": f"{word}.0" for number, word in enumerate(words)}
    return Told("truth", f"device=truth-{unit},site=s", time_ms, {**fields, "quality": "0i"})


def two_runs() -> tuple[Served, list[Told]]:
    """Three replies to an agent that was killed, and three to the one after it."""
    served, now_ms = Served(), round(time.time() * 1000)
    served.begins()
    first = [told_by(served, 1, now_ms - 1000 + number) for number in range(3)]
    served.begins()
    return served, first + [told_by(served, 1, now_ms + 1000 + number) for number in range(3)]


def changed(told: Told, **fields: str) -> Told:
    """Return a record with other values."""
    return Told(told.measurement, told.tags, told.time_ms, {**told.fields, **fields})


def later(told: Told, by_ms: int) -> Told:
    """Return a record with another time."""
    return Told(told.measurement, told.tags, told.time_ms + by_ms, told.fields)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told,
        lambda told: told[1:],
        lambda told: told[:-1],
        lambda told: [*told[:4], Told("truth", told[4].tags, told[4].time_ms, BAD), told[5]],
    ],
    ids=["all", "some of a killed agent gone", "the last under way", "no answer taken"],
)
def test_what_was_told_is_found(change: Callable[[list[Told]], list[Told]]) -> None:
    """Replies may be missing where somebody knows why."""
    served, told = two_runs()
    served.check(1, change(told))


@pytest.mark.parametrize(
    "change",
    [
        lambda told: [*told[:4], told[5]],
        lambda told: [*told, later(told[0], 5000)],
        lambda told: [later(told[0], 1), later(told[1], -1), *told[2:]],
        lambda told: [later(told[2], 1500), *told[3:]],
        lambda told: [*told[:5], changed(told[5], word_3=told[4].fields["word_3"])],
        lambda told: [*told[:5], changed(told[5], **{f"word_{n}": told[4].fields[f"word_{n}"] for n in range(4)})],
        lambda told: [*told[:5], changed(told[5], word_0="0.5")],
        lambda told: [*told[:5], Told("truth", told[5].tags, told[5].time_ms, {**told[5].fields, **BAD})],
    ],
    ids=[
        "missing",
        "twice",
        "order",
        "of before the start",
        "torn",
        "of two replies",
        "other number",
        "bad with values",
    ],
)
def test_a_mistake_is_convicted(change: Callable[[list[Told]], list[Told]]) -> None:
    """One record that is not as it was told is enough."""
    served, told = two_runs()
    with pytest.raises((AssertionError, ValueError)):
        served.check(1, change(told))


def test_the_value_of_another_unit_is_convicted() -> None:
    """It is a right value, but not of this one."""
    served, told = two_runs()
    with pytest.raises(AssertionError):
        served.check(1, [*told, told_by(served, 2, told[-1].time_ms + 1)])
