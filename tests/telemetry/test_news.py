"""Every event has a line, or is counted instead; what the page says of its line is how the log behaves."""

import io
import json
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from rtu_agent.clock import HandClock
from rtu_agent.events import Event
from rtu_agent.telemetry.event_reference import leaf_events, render
from rtu_agent.telemetry.log import WINDOW_S, Log, event_name
from rtu_agent.telemetry.log_lines import make_logger
from rtu_agent.telemetry.metrics import Metrics
from rtu_agent.telemetry.news import HABITS, Habit
from support.made_up import ROSTER, transaction
from support.samples import SAMPLES

PAGE = Path(__file__).parents[2] / "docs" / "events.md"

every_event = pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)


def lines(event: Event, verbosity: int = 0) -> tuple[int, int]:
    """Return how often an event is said that comes three times at once, and how often again after the window."""
    stream, clock = io.StringIO(), HandClock()
    log = Log(make_logger(verbosity, clock, stream), clock)

    def said() -> int:
        return sum(json.loads(line)["event"] == event_name(type(event)) for line in stream.getvalue().splitlines())

    for _ in range(3):
        log(event)
    at_once = said()
    clock.turn(WINDOW_S)
    log(transaction())  # what is held back waits for something to happen
    return at_once, said() - at_once


def test_every_class_has_a_habit_and_a_name_of_its_own() -> None:
    """A new class without one would be silent by accident."""
    assert set(HABITS) == set(leaf_events())
    assert len({event_name(c) for c in leaf_events()}) == len(leaf_events())
    assert [type(sample) for sample in SAMPLES] == leaf_events()


LINES = {Habit.ALWAYS: (3, 0), Habit.CONDITION: (1, 0), Habit.SWARM: (1, 1), Habit.SILENT: (0, 0)}


@every_event
def test_an_event_is_said_as_its_habit_says(event: Event) -> None:
    """The page tells the habit; this is what the log does."""
    assert lines(event) == LINES[HABITS[type(event)]]


@every_event
def test_an_event_without_a_line_moves_a_metric(event: Event) -> None:
    """What is not said must be counted; and with -v everything is said."""
    assert lines(event, verbosity=1)[0] == 3
    if HABITS[type(event)] is Habit.SILENT:
        registry = CollectorRegistry()
        metrics = Metrics(registry, ROSTER, HandClock())
        before = generate_latest(registry)
        metrics(event)
        assert generate_latest(registry) != before


def test_the_page_is_up_to_date() -> None:
    """A page that was not made again would be believed."""
    assert render() == PAGE.read_text(encoding="utf-8"), "make the page again, as its head says"
