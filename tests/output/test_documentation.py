"""What docs/outputs.md shows works, and its numbers are those of the code."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from rtu_agent.app import load
from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Record
from rtu_agent.output import dead_letters, influxdb_doors, outgoing, portion, retry, rollup_output, writer
from rtu_agent.output.csv import CsvOutput, CsvSettings
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.jsonl import line
from rtu_agent.output.line_protocol import encode
from rtu_agent.output.marks import Limits
from rtu_agent.output.rollup import Sample, rollup
from rtu_agent.output.spool import Spool
from rtu_agent.output.sqlite import SqliteOutput, SqliteSettings
from rtu_agent.plugins import load_outputs
from support.records import NOON_MS, numbered, record, series

PAGE = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
STORE_QUERIES, SPOOL_QUERIES = (
    [
        query.strip()
        for block in re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        for query in block.split(";")[:-1]
    ]
    for kind in ("sql", "sql spool")
)


def ask(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Run a query of the page."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("query", STORE_QUERIES)
def test_a_query_of_the_store_answers(query: str, tmp_path: Path) -> None:
    """On a day with good and bad polls."""
    store = SqliteOutput("sqlite", SqliteSettings(directory=tmp_path))
    meter = series("main-meter")
    store.write([*numbered(5, meter), record(6, meter, (float("nan"), 1.0, 1))])
    store.close()
    assert ask(tmp_path / "readings-20261118.sqlite", query)


def test_the_example_of_a_csv_file_is_one(tmp_path: Path) -> None:
    """Byte for byte, but for the mark at its beginning."""
    (example,) = re.findall(r"^```csv\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    meter = series("main-meter")
    lost = Record(meter, NOON_MS + 1000, (None, None, None), RecordQuality.NO_ANSWER)
    CsvOutput("csv", CsvSettings(directory=tmp_path)).write([record(0, meter, (230.1, 1234.5, 3)), lost])
    assert "`csv/main-meter/main-meter-20261118.csv`" in PAGE
    assert (tmp_path / "main-meter" / "main-meter-20261118.csv").read_text(encoding="utf-8-sig") == example


def test_the_example_of_a_json_line_is_one() -> None:
    """Byte for byte."""
    (example,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert line(record(0, series("main-meter"), (230.1, None, 3))) == example


@pytest.mark.parametrize("example", re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_the_examples_are_outputs_that_can_be_configured(example: str, tmp_path: Path) -> None:
    """Each as part of a site."""
    path = tmp_path / "devices.yaml"
    devices = "devices: [{name: d, bus: b, unit: 1, driver: eastron.sdm120}]\n"
    path.write_text(f"version: 1\nsite: s\nbuses: {{b: {{port: COM3}}}}\n{devices}{example}", encoding="utf-8")
    assert load(path).site.outputs


@pytest.mark.parametrize("query", SPOOL_QUERIES)
def test_a_query_of_the_spool_is_possible(query: str, tmp_path: Path) -> None:
    """While the agent runs."""
    running = Spool(tmp_path / "spool", ["influxdb"], Limits())
    running.open()
    assert ask(tmp_path / "spool", query) == []
    running.close()


def _written(default: object) -> str:
    """Return a default as it stands in the file."""
    return json.dumps(default) if isinstance(default, bool) else str(default)


@pytest.mark.parametrize("output", [SqliteOutput, CsvOutput, InfluxdbOutput])
def test_every_key_is_described_with_its_default(output: type[SqliteOutput | CsvOutput | InfluxdbOutput]) -> None:
    """A key that is added or changed has its row."""
    model: type[BaseModel] = output.Settings
    section = PAGE.split(f"## {output.Settings.__name__.removesuffix('Settings').lower()}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| *`?(.*?)`? *\|", section, re.MULTILINE))
    keys = {name for name in rows if name in model.model_fields}
    assert keys == set(model.model_fields)
    for name, field in model.model_fields.items():
        if field.annotation is float:
            assert TypeAdapter(Seconds).validate_python(rows[name]) == field.default
        else:
            default = "" if field.is_required() or field.default is None else _written(field.default)
            assert rows[name].strip('"') == default


def test_the_example_record_is_what_the_encoder_makes() -> None:
    """Byte for byte, but for the values."""
    (example,) = re.findall(r"^energy_meter,.*$", PAGE, re.MULTILINE)
    made = encode(record(of=series("main-meter"), values=(230.1, None, 3), time_ms=1_795_000_000_000))
    assert made == example


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("doubling up to 30 s", retry.LONGEST_PAUSE_S),
        ("again after 0.2 s", retry.FIRST_PAUSE_S),
        ("every 30 s", retry.HOLD_S),
        ("no answer for 30 s", influxdb_doors.READ_TIMEOUT_S),
        ("honoured up to 5 min", retry.LONGEST_RETRY_AFTER_S / 60),
        ("newest 10 000", dead_letters.MOST_DEAD_LETTERS),
        ("up to 100 with each", dead_letters.MOST_AGAIN),
        ("at most 8 MiB", dead_letters.MOST_DEAD_BYTES / 2**20),
        ("request of up to 1 MiB", portion.BATCH_BYTES / 2**20),
        ("up to 2 GiB", Limits().max_bytes / 2**30),
        ("and 30 days", Limits().keep_ms / 86_400_000),
        ("up to 20 000 records", writer.MOST_WAITING),
        ("when 1000 have", writer.GROUP_RECORDS),
        ("cut at 4096 characters", outgoing.LONGEST_TEXT),
        ("is 5 s younger", rollup_output.GRACE_S),
        ("up to 15 min after", rollup_output.LATE_S / 60),
    ],
)
def test_the_numbers_are_those_of_the_code(text: str, number: float) -> None:
    """A limit that is changed is changed on the page."""
    assert text in PAGE
    assert float(re.sub(r"[^\d.]", "", text)) == number


@pytest.mark.parametrize("block", re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
def test_an_example_of_outputs_is_right(block: str) -> None:
    """Every output that the page shows is taken as it is."""
    types = load_outputs()
    for name, settings in yaml.safe_load(block)["outputs"].items():
        kind = settings.pop("type", name)
        types[kind].Settings.model_validate_json(json.dumps(settings))


def test_the_fields_of_a_rollup_are_those_of_the_page() -> None:
    """The table of the page, for one field of each nature."""
    section = PAGE.split("## Rollups\n")[1].split("\n- A window begins")[0]
    said = {
        name for row in re.findall(r"^\|[^|]*\|(.*)\|$", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    fields = (Field("active_power_w"), Field("status_code", "int"), Field("energy_import_active_kwh", counts_to=1e6))
    sample = Sample(0, {"active_power_w": 1.0, "status_code": 1, "energy_import_active_kwh": 1.0, "quality": 0})
    made = rollup([sample, sample], {field.name: field for field in fields}, {})
    assert {field.name for field in made} == said
