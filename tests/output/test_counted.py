"""From readings to rollups: what is booked in all windows is what the counter has counted, and never more."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Record
from rtu_agent.driver_api import Driver, u16
from rtu_agent.normalize.counters import Counters, counter_places
from rtu_agent.normalize.decode import Decoded
from rtu_agent.output.contract import RollupTarget
from rtu_agent.output.line_protocol import body
from rtu_agent.output.rollup_output import RollupOutput
from rtu_agent.poll.remarks import Remarks
from support.database import Database
from support.records import NOON_MS, series
from support.watching import Seen


class Meter(Driver, table="input"):
    """A counter of 16 bits that is read every 20 s."""

    name = "test.meter"
    kind = "energy_meter"

    energy_import_active = u16(0, "kWh", scale=0.1, counter=True)


PLACES = counter_places(Meter.signals)
FIELD = Meter.energy_import_active.field
METER = series("meter", (FIELD,))
RANGE = 6553.6
OTHER = series("other", ())
"""Its records tell that windows are over."""


def rolled_up(readings: list[float]) -> float:
    """Return what the rollups of a minute have booked for a device that says these readings."""
    counters, remarks = Counters(), Remarks(METER.tags)
    records: list[Record] = []
    for number, reading in enumerate(readings):
        time_ms = NOON_MS + 20_000 * number
        judged = counters.judge(Decoded((reading,), RecordQuality.GOOD, {}, {}), PLACES, time_ms)
        records += remarks.restarted(counters.restarted(), time_ms)
        records.append(Record(METER, time_ms, judged.values, judged.quality, judged.reasons))
    records.append(Record(OTHER, NOON_MS + 20_000 * len(readings) + 120_000, (), RecordQuality.GOOD))
    database = Database()
    with TemporaryDirectory() as folder:
        target = RollupTarget(60.0, database)
        output = RollupOutput("r", target, lambda _: {FIELD.name: FIELD}, Path(folder) / "r", Seen())
        for record in records:
            output.send(body([record]))
        output.close()
    return sum(database.of(f"{FIELD.name}_increase").values())


@pytest.mark.parametrize(
    ("readings", "counted"),
    [
        ([100.0, 100.1, 0.0, 100.2, 100.3], 0.3),
        ([100.0, 100.1, 6000.0, 100.2, 100.3], 0.3),
        ([100.0, 100.1, *[0.0] * 30, 100.2, 100.3], 0.3),
        ([100.0, 100.1, *[0.0] * 60, 100.2, 100.3, 100.4, 100.5], 0.2),
        ([100.0, 100.1, 5000.0, 5000.1, 5000.2, 5000.3, 5000.4], 0.3),
        ([5000.0, 5000.1, 7.0, 7.1, 7.2, 7.3, 7.4], 0.3),
        ([6553.4, 6553.5, 0.1, 0.2, 0.3, 0.4], 0.6),
        ([6000.0, 6000.1, 7.0, 7.1, 7.2, 7.3, 7.4], 0.3),
    ],
    ids=["zero", "spike", "waking up", "zero for long", "new and higher", "new and lower", "rollover", "no rollover"],
)
def test_what_the_windows_have_booked(readings: list[float], counted: float) -> None:
    """Every reading that is held back is found again in what comes after it."""
    assert rolled_up(readings) == pytest.approx(counted, abs=0.01)


@given(
    start=st.integers(0, 65535),
    ticks=st.lists(st.integers(0, 2), min_size=4, max_size=25),
    wrong=st.dictionaries(st.integers(2, 24), st.integers(0, 65535), max_size=6),
)
@settings(max_examples=40)
def test_no_window_ever_books_what_was_not_counted(start: int, ticks: list[int], wrong: dict[int, int]) -> None:
    """With single wrong readings that it cannot have come to, at any point of its range, also where it rolls over."""
    total, readings = start, []
    for place, tick in enumerate(ticks):
        total += tick
        is_single = place in wrong and place - 1 not in wrong and place + 1 not in wrong
        near = (wrong.get(place, 0) - total) % 65536 <= 20
        readings.append((wrong[place] if is_single and not near else total % 65536) / 10)
    assert rolled_up(readings) <= (total - start) / 10 + 0.01
