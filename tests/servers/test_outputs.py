"""The outputs against real servers: values in = values out, outages, kills, hostile text, poisoned batches."""

import math
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.clock import SystemClock
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Record, Value
from rtu_agent.events import RecordsDropped, RecordsWritten, SpoolChanged, WriteFailed, WriteRecovered
from rtu_agent.output import sender, writer
from rtu_agent.output.delivery import Delivery
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_settings import InfluxdbSettings
from rtu_agent.output.outgoing import clean
from rtu_agent.output.rollup_output import rollups_of
from support import hostile
from support.records import METER_FIELDS, NOON_MS, numbered, record, series
from support.servers import Influxd, VictoriaMetrics
from support.watching import Seen, wait_until

pytestmark = pytest.mark.server

EDGES = (0.0, -0.0, 230.0, 230.1, 1e-300, 1.7976931348623157e308, 5e-324, math.pi, 2.0**53 + 2, -1234.5678901234567)
"""Floats that a careless encoder would change."""


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups are committed, and held batches tried again, earlier than in real life."""
    monkeypatch.setattr(writer, "GROUP_S", 0.05)
    monkeypatch.setattr(sender, "HOLD_S", 0.2)


@contextmanager
def delivering(url: str, folder: Path, seen: Seen, **settings: Any) -> Iterator[Delivery]:
    """A running delivery to one server, which must have everything in the end."""
    output = InfluxdbOutput("influxdb", InfluxdbSettings.model_validate({"url": url, "bucket": "modbus"} | settings))
    delivery = Delivery({"influxdb": output}, folder / "spool.db", seen, SystemClock())
    delivery.start()
    try:
        yield delivery
    finally:
        delivery.stop(5.0)


def deliver(delivery: Delivery, records: Sequence[Record], seen: Seen) -> None:
    """Hand over the records and wait until the server has them, or has refused them."""
    for each in records:
        delivery.accept(each)
    seen.wait_for(SpoolChanged, lambda event: event.records > 0)
    done = lambda event: event.records == 0 and arrived(seen) >= len(records)  # noqa: E731
    seen.wait_for(SpoolChanged, done)


def arrived(seen: Seen) -> int:
    """Count the records that the server has accepted or refused."""
    return sum(event.records for event in seen.of(RecordsWritten)) + sum(
        event.records for event in seen.of(RecordsDropped)
    )


def stored(influxd: Influxd) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what InfluxDB has: (device, time) to field to value, fields that are missing left out."""
    found = {}
    for row in influxd.query("SELECT * FROM energy_meter", "modbus"):
        fields = {name: value for name, value in row.items() if value is not None}
        del fields["site"], fields["bus"]
        found[fields.pop("device"), fields.pop("time")] = fields
    return found


def expected(records: Sequence[Record]) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what InfluxDB should have."""
    return {
        (each.series.device, each.time_ms): {
            field.name: value for field, value in zip(each.series.fields, each.values, strict=True) if value is not None
        }
        | {"quality": int(each.quality)}
        for each in records
    }


def edge_records() -> list[Record]:
    """Every kind of value, at its edges."""
    fields = [Field("f"), Field("i", "int"), Field("b", "bool"), Field("s", "string")]
    of = series("edges", fields)
    codes = (0, 1, -1, 2**31, 2**53, -(2**53))  # JSON answers carry no wider integer exactly
    records = []
    for number, value in enumerate(EDGES):
        values: tuple[Value | None, ...] = (value, codes[number % len(codes)], number % 2 == 0, f'SN "{number}" \\ ü,=')
        records.append(Record(of, NOON_MS + number, values))
    records.append(Record(of, NOON_MS + 1000, (None,) * 4, RecordQuality.NO_ANSWER))
    records.append(Record(of, NOON_MS + 2000, (1.0, None, None, None), RecordQuality.PARTIAL))
    return records


@pytest.mark.parametrize("gzip", [False, True])
def test_influxdb_1_gives_back_what_it_was_given(influxd: Influxd, tmp_path: Path, gzip: bool) -> None:
    """Found by `api: auto`, at `/write`; every value exactly, every missing value missing; compressed or not."""
    influxd.create_database("modbus")
    seen = Seen()
    records = [*edge_records(), *numbered(3000)]
    with delivering(influxd.url, tmp_path, seen, gzip=gzip) as delivery:
        deliver(delivery, records, seen)
    assert stored(influxd) == expected(records)
    assert seen.of(WriteFailed) == []


def test_victoria_metrics_gives_back_what_it_was_given(victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    """Found by `api: auto`, at `/api/v2/write`, through the client library."""
    seen = Seen()
    records = numbered(3000)
    with delivering(victoria_metrics.url, tmp_path, seen, org="any") as delivery:
        deliver(delivery, records, seen)
    samples = victoria_metrics.export('{device="main",db="modbus"}') or victoria_metrics.export('{device="main"}')
    by_name = {dict(labels)["__name__"]: values for labels, values in samples.items()}
    for index, field in enumerate(METER_FIELDS):
        assert by_name[f"energy_meter_{field.name}"] == {each.time_ms: each.values[index] for each in records}
    assert by_name["energy_meter_quality"] == {each.time_ms: 0 for each in records}


def test_nothing_is_lost_while_the_server_is_killed_and_restarted(influxd: Influxd, tmp_path: Path) -> None:
    """Records flow all the time, the server dies three times; in the end both sets are equal, nothing twice."""
    influxd.create_database("modbus")
    seen = Seen()
    numbers = count()
    sent: list[Record] = []
    with delivering(influxd.url, tmp_path, seen) as delivery:

        def flow(records: int, until_written: int) -> None:
            for _ in range(records):
                sent.append(record(next(numbers)))
                delivery.accept(sent[-1])
            seen.wait_for(RecordsWritten, lambda _: arrived(seen) >= until_written)

        flow(500, 100)
        for outage in range(3):
            influxd.kill()
            already = arrived(seen)
            for _ in range(500):
                sent.append(record(next(numbers)))
                delivery.accept(sent[-1])
            seen.wait_for(WriteFailed, lambda _, outage=outage: len(seen.of(WriteFailed)) > outage)
            influxd.restart()
            flow(500, already + 1)
            seen.wait_for(WriteRecovered, lambda _, outage=outage: len(seen.of(WriteRecovered)) > outage)
        seen.wait_for(RecordsWritten, lambda _: arrived(seen) == len(sent))
    assert stored(influxd) == expected(sent)
    assert influxd.query("SELECT count(quality) FROM energy_meter", "modbus")[0]["count"] == len(sent)
    assert seen.of(RecordsDropped) == []


def test_rollups_are_whole_after_an_outage(influxd: Influxd, tmp_path: Path) -> None:
    """The server dies between two windows, the agent stops and starts; every record is in its window, once."""
    fields = (Field("active_power_w"), Field("energy_kwh", counts_to=1e6))
    names = {field.name: field for field in fields}
    meter = series("main", fields)
    records = [Record(meter, NOON_MS + 1000 * second, (float(second % 60), second / 8)) for second in range(600)]
    settings = InfluxdbSettings.model_validate({"url": influxd.url, "bucket": "modbus", "rollups": {"1m": "90d"}})
    for database in ("modbus", "modbus_1m"):
        influxd.create_database(database)
    for number, part in enumerate((records[:200], records[200:290], records[290:])):
        seen = Seen()
        raw = InfluxdbOutput("influxdb", settings)
        outputs = {"influxdb": raw, **rollups_of([raw], lambda _: names, tmp_path, seen)}
        delivery = Delivery(outputs, tmp_path / "spool.db", seen, SystemClock())
        if number == 1:
            influxd.kill()
        delivery.start()
        for each in part:
            delivery.accept(each)
        if number == 1:
            seen.wait_for(WriteFailed, lambda event: event.output == "influxdb-1m")
            influxd.restart()
        for name in outputs:
            seen.wait_for(SpoolChanged, lambda event, name=name: event.output == name and event.records > 0)
            after = seen.of(SpoolChanged)
            assert after
            wait_until(lambda name=name, seen=seen: _last(seen, name).records == 0)
        delivery.stop(5.0)
    rows = influxd.query("SELECT * FROM energy_meter", "modbus_1m")
    assert [row["time"] for row in rows] == [NOON_MS + 60_000 * minute for minute in range(9)]
    assert {row["records"] for row in rows} == {60}
    assert {row["active_power_w_mean"] for row in rows} == {29.5}
    assert sum(row["energy_kwh_increase"] for row in rows) == records[539].values[1]
    assert "active_power_w" not in rows[0]


def _last(seen: Seen, output: str) -> SpoolChanged:
    return [event for event in seen.of(SpoolChanged) if event.output == output][-1]


def test_poisoned_batches_lose_the_bad_lines_only(influxd: Influxd, tmp_path: Path) -> None:
    """A field that changed its type is refused by the server; each bad line is kept with its reason."""
    influxd.create_database("modbus")
    of_another_mind = series("main", [Field("voltage_l1_n_v", "string")])
    good = numbered(300)
    bad = [Record(of_another_mind, NOON_MS + 500 + number * 77_000, ("high",)) for number in range(3)]
    seen = Seen()
    with delivering(influxd.url, tmp_path, seen) as delivery:
        deliver(delivery, good[:1], seen)
        deliver(delivery, sorted([*good[1:], *bad], key=lambda each: each.time_ms), seen)
        seen.wait_for(RecordsWritten, lambda _: arrived(seen) == len(good) + len(bad))
    assert stored(influxd) == expected(good)
    assert sum(event.records for event in seen.of(RecordsDropped)) == len(bad)
    connection = sqlite3.connect(tmp_path / "spool.db")
    reasons = [row[0] for row in connection.execute("SELECT reason FROM dead")]
    connection.close()
    assert len(reasons) == len(bad)
    assert all("field type conflict" in reason for reason in reasons)


def test_records_older_than_the_retention_are_refused_alone(influxd: Influxd, tmp_path: Path) -> None:
    """The server keeps an hour; what is older goes to the dead letters with its reason, what is younger is stored."""
    influxd.query("CREATE DATABASE modbus WITH DURATION 1h")
    now_ms = round(time.time()) * 1000
    # None is so near to an age at which the server changes its mind that it could do so between two requests.
    records = [record(number, time_ms=now_ms - (5 + number * 300) * 60_000) for number in range(5)]
    seen = Seen()
    with delivering(influxd.url, tmp_path, seen) as delivery:
        deliver(delivery, records, seen)
    assert stored(influxd) == expected(records[:1])
    dropped = seen.of(RecordsDropped)
    assert sum(event.records for event in dropped) == 4
    assert all("beyond retention policy" in event.detail for event in dropped)


def test_a_database_that_is_created_later_gets_everything(influxd: Influxd, tmp_path: Path) -> None:
    """Until then the records are kept and the mend is said."""
    seen = Seen()
    with delivering(influxd.url, tmp_path, seen) as delivery:
        for each in numbered(50):
            delivery.accept(each)
        failed = seen.wait_for(WriteFailed)
        assert failed.kind == "auth"
        assert 'database not found: "modbus"' in failed.error
        influxd.create_database("modbus")
        seen.wait_for(RecordsWritten, lambda _: arrived(seen) == 50)
    assert stored(influxd) == expected(numbered(50))


def test_hostile_text_stays_where_it_belongs(influxd: Influxd, tmp_path: Path) -> None:
    """Text from devices and people never makes a series, a field or a line of its own, and comes back as it left."""
    influxd.create_database("modbus")
    chance = random.Random(7)
    alphabet = '\\\\,,==  ""\n\r\t\0#aé✓\u2028😀' + "\x1b\x85\u202e\ufeff\ud800\udfff'`;-/"
    texts = ["".join(chance.choices(alphabet, k=chance.randrange(12))) for _ in range(400)]
    texts += [*hostile.TEXTS.values(), "\\", "ends with \\", "# no comment"]
    fields = [Field("s", "string"), Field("f")]
    records = [
        Record(series("victim", fields, room=text), NOON_MS + number, (text, float(number)))
        for number, text in enumerate(texts)
    ]
    seen = Seen()
    with delivering(influxd.url, tmp_path, seen) as delivery:
        deliver(delivery, records, seen)
    rows = influxd.query("SELECT s, f, room FROM energy_meter", "modbus")
    assert seen.of(RecordsDropped) == []
    assert {row["time"]: (row["s"], row["f"]) for row in rows} == {
        each.time_ms: (clean(text), float(number))
        for number, (each, text) in enumerate(zip(records, texts, strict=True))
    }
    assert [row["key"] for row in influxd.query("SHOW TAG VALUES WITH KEY = device", "modbus")] == ["device"]
    for row, text in zip(sorted(rows, key=lambda row: row["time"]), texts, strict=True):
        assert (row["room"] or "").replace("\\", "") == clean(text).replace("\\", "")
    assert {row["fieldKey"] for row in influxd.query("SHOW FIELD KEYS", "modbus")} == {"s", "f", "quality"}
