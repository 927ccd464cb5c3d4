"""The JSON Schema says to an editor what the agent says about the file, and the one in `deploy` is up to date.

`RTU_AGENT_UPDATE_SCHEMA=1 pytest tests/config/test_schema.py` writes it anew.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.config.schema import schema
from rtu_agent.domain.document import parse
from rtu_agent.plugins import load_outputs
from support.json_schema import accepts
from support.site_files import GOOD, OUTPUT_TYPES

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "devices.schema.json"
CASES = ROOT / "tests" / "cases" / "config"
RIGHT = sorted(path.parent.name for path in CASES.glob("*/report.txt") if not path.read_text(encoding="utf-8"))


def test_the_shipped_schema_is_that_of_the_models_and_the_bundled_outputs() -> None:
    """Editors read the file in `deploy`."""
    made = schema({name: output.Settings for name, output in load_outputs().items()})
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("RTU_AGENT_UPDATE_SCHEMA"):
        SHIPPED.write_text(text, encoding="utf-8")

    assert SHIPPED.read_text(encoding="utf-8") == text


def test_every_key_is_explained() -> None:
    """An editor shows the description where the key is typed."""

    def keys(node: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(node, dict):
            yield from node.get("properties", {}).items()
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from keys(inner)

    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    explained = {name: "description" in key or "anyOf" in key for name, key in keys(shipped)}

    assert {"version", "port", "driver", "url", "credential"} <= explained.keys()
    assert [name for name, is_explained in explained.items() if not is_explained] == []


def test_the_example_site_is_right() -> None:
    """The one at the top of the repository, with the shipped schema."""
    example = parse((ROOT / "devices.yaml").read_bytes(), "devices.yaml")

    assert accepts(json.loads(SHIPPED.read_text(encoding="utf-8")), example.data)


@pytest.mark.parametrize("case", RIGHT)
def test_what_the_agent_takes_is_not_marked(case: str) -> None:
    """No false alarms."""
    assert accepts(schema(OUTPUT_TYPES), parse((CASES / case / "devices.yaml").read_bytes(), case).data)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("parity: none", "pariti: none"),
        ("parity: none", "parity: no"),
        ("baudrate: 9600", "baudrate: 9601"),
        ("port: /dev/ttyUSB0", "port: socket://10.0.0.7:502"),
        ("port: /dev/ttyUSB0", "port: rtu+tcp://10.0.0.7"),
        ("port: /dev/ttyUSB0", "port: /dev/ttyUSB0\n    backend: fork"),
        ("port: /dev/ttyUSB0", "timeout: 1s"),
        ("unit: 1\n", "unit: 300\n"),
        ("unit: 2-16", "unit: []"),
        ("interval: 5s", "interval: 5"),
        ("interval: 5s", "interval: 5 s"),
        ("interval: 5s", "groups: {slwo: 5s}"),
        ("interval: 5s", "tags: {site: x}"),
        ("interval: 5s", "tags: {floor: 3}"),
        ("site: plant-a", "site: plant a"),
        ("version: 1\n", ""),
        ("version: 1\n", "version: 2\n"),
        ("site: plant-a", "site: plant-a\nhtpp: {}"),
        ("site: plant-a", "site: plant-a\noutputs: {sqlite: {keep: 30}}"),
        ("site: plant-a", "site: plant-a\noutputs: {influx: {url: 'http://x'}}"),
        ("site: plant-a", "site: plant-a\noutputs: {influxdb: {url: 'http://x', bucket: b, token: abc}}"),
        ("site: plant-a", "site: plant-a\noutputs: {influxdb: {url: 'http://x', bucket: b, token: {}}}"),
    ],
)
def test_a_mistake_is_marked(right: str, wrong: str) -> None:
    """What a schema can say, it says."""
    text = GOOD.replace(right, wrong, 1)

    assert text != GOOD
    assert not accepts(schema(OUTPUT_TYPES), parse(text, "devices.yaml").data)


@pytest.mark.parametrize(
    "outputs",
    [
        "",
        "{}",
        "{sqlite: }",
        "{sqlite: {keep: 30d}}",
        "{a: {type: sqlite}, b: {type: influxdb, url: 'http://x', bucket: b}}",
    ],
)
def test_outputs_may_be_named_and_left_out(outputs: str) -> None:
    """As the agent takes them."""
    assert accepts(schema(OUTPUT_TYPES), parse(f"{GOOD}outputs: {outputs}\n", "devices.yaml").data)
