"""From `allow_writes` in devices.yaml to the units that the master of a bus lets be written."""

from pathlib import Path

from rtu_agent.app import load, writable_units

SITE = """
version: 1
site: test
buses:
  a: {port: /dev/ttyUSB0}
  b: {port: /dev/ttyUSB1}
devices:
  - {name: "one-{unit}", bus: a, unit: 1-3, driver: eastron.sdm120, allow_writes: true}
  - {name: two, bus: a, unit: 4, driver: eastron.sdm120}
  - {name: three, bus: b, unit: 1, driver: eastron.sdm120, allow_writes: false}
  - {name: four, bus: b, unit: 5, driver: eastron.sdm120, allow_writes: true}
"""


def test_only_entries_that_say_so_are_writable(tmp_path: Path) -> None:
    """Each on its own bus; silence is no leave."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE, encoding="utf-8")
    site = load(path).site

    assert writable_units(site, "a") == {1, 2, 3}
    assert writable_units(site, "b") == {5}
