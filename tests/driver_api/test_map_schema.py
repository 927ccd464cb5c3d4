"""The JSON Schema says to an editor what the agent says about a map, and the one in `deploy` is up to date.

`RTU_AGENT_UPDATE_SCHEMA=1 pytest tests/driver_api/test_map_schema.py` writes it anew.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.domain.document import parse
from rtu_agent.driver_api import load_register_map
from rtu_agent.driver_api.body import ONLY_IN_CLASSES, POINT_SHAPES
from rtu_agent.driver_api.map_schema import schema
from support.json_schema import accepts

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "deploy" / "register-map.schema.json"
MAPS = sorted((ROOT / "drivers").rglob("*.yaml"))

GOOD = """\
driver: acme.th1
kind: environment
description: Temperature and humidity transmitter
products: [TH1]
source: Acme TH1 manual
confidence: high
api: 1
serial: {baudrate: 9600, parity: none, stop_bits: 1, unit: 1}
identity: {model_id: [7, 8], vendor_name: Acme}
table: input
type: i16
max_block: 32
unreadable: [[0x100, 0x1FF]]
boundaries: [0x200]
pause: 50ms
timeout: 5s
min_interval: 2s
intervals: {slow: 5m}
points:
  _places: {at: 0, type: decimal_places}
  temperature: {at: 1, unit: "°C", scale: [0.1, _places], invalid: [0x7FFF], valid: [-40, 125]}
  humidity_relative: {at: 2, type: u16, unit: "%", scale: 0.1, mask: 0x00FF}
  model_id: {at: 3, type: u16, group: once, alone: true}
  alarm: {at: 4, type: bits, names: {0: broken}}
  energy_import_active: {at: [6, 8], type: u32, unit: kWh, page: [0x100, 2]}
  voltage: {at: 9, unit: V}
  dc_voltage: {type: sum_of, of: [voltage]}
"""


def test_the_shipped_schema_is_that_of_the_shapes() -> None:
    """Editors read the file in `deploy`."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("RTU_AGENT_UPDATE_SCHEMA"):
        SHIPPED.write_text(text, encoding="utf-8")

    assert SHIPPED.read_text(encoding="utf-8") == text


def test_every_key_is_explained() -> None:
    """An editor shows the description where the key is typed; every type of a map is there."""

    def keys(node: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(node, dict):
            yield from node.get("properties", {}).items()
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from keys(inner)

    assert [name for name, key in keys(schema()) if not key.get("description")] == []
    assert schema()["$defs"].keys() == POINT_SHAPES.keys() - {*ONLY_IN_CLASSES}


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_the_bundled_maps_are_right(path: Path) -> None:
    """No false alarms."""
    assert accepts(schema(), parse(path.read_bytes(), str(path)).data)


def test_what_the_agent_takes_is_not_marked(tmp_path: Path) -> None:
    """Every kind of argument."""
    path = tmp_path / "th1.yaml"
    path.write_text(GOOD, encoding="utf-8")

    assert load_register_map(path).name == "acme.th1"
    assert accepts(schema(), parse(GOOD, "th1.yaml").data)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("driver: acme.th1\n", ""),
        ("kind: environment", "kinds: environment"),
        ("products: [TH1]", "products: TH1"),
        ("confidence: high", "confidence: sure"),
        ("api: 1", "api: one"),
        ("parity: none", "parity: maybe"),
        ("unit: 1}", "units: 1}"),
        ("vendor_name: Acme", "vendor_name: []"),
        ("table: input", "table: inputs"),
        ("type: i16", "type: i17"),
        ("max_block: 32", "max_block: wide"),
        ("[[0x100, 0x1FF]]", "[0x100]"),
        ("pause: 50ms", "pause: 50"),
        ("pause: 50ms", "pause_s: 0.05"),
        ("{slow: 5m}", "{slwo: 5m}"),
        ("at: 1,", ""),
        ('unit: "°C"', 'unit: "°X"'),
        ("scale: [0.1, _places]", "scale: {by: _places}"),
        ("valid: [-40, 125]", "valid: [-40]"),
        ("mask: 0x00FF", "masks: 0x00FF"),
        ("alone: true", "alone: always"),
        ("names: {0: broken}", "names: [broken]"),
        ("at: [6, 8]", "at: [6]"),
        ("page: [0x100, 2]", "page: 0x100"),
        ("type: sum_of, of", "type: sum, of"),
        ("  voltage: {", "  Voltage: {"),
    ],
)
def test_a_mistake_is_marked(right: str, wrong: str) -> None:
    """What a schema can say, it says."""
    text = GOOD.replace(right, wrong, 1)

    assert text != GOOD
    assert not accepts(schema(), parse(text, "th1.yaml").data)
