"""What says nothing new is told instead of stored."""

from rtu_agent.domain.record import EVENTS, IDENTITY, Field, Record, Series
from rtu_agent.events import Event, RecordHeldBack
from rtu_agent.normalize.deadband import Reporter
from rtu_agent.poll.reporting import Reporting


def series(device: str, measurement: str = "kind") -> Series:
    """A series of a device."""
    return Series(measurement, {"site": "s", "bus": "b", "device": device}, (Field("x"),))


def test_only_measurements_of_a_device_that_reports_by_exception_are_held_back() -> None:
    """Of others everything is handed on, and so is what is written on change only."""
    accepted: list[Record] = []
    told: list[Event] = []
    reporting = Reporting("b", {"quiet": Reporter(dict, 60.0)}, accepted.append, told.append)
    quiet, loud = series("quiet"), series("loud")
    beside = [series("quiet", EVENTS), series("quiet", IDENTITY)]
    for of in (quiet, loud, *beside):
        for second in (0, 1):
            reporting(Record(of, 1000 * second, (1.0,)))

    assert [record.series for record in accepted] == [quiet, loud, loud, *(of for of in beside for _ in (0, 1))]
    assert told == [RecordHeldBack("b", "quiet")]
