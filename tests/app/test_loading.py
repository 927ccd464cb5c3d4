"""A site is read again and again."""

from pathlib import Path

import pytest

from rtu_agent.app.loading import Loader
from rtu_agent.config.load import ConfigError

SITE = """\
version: 1
site: here
buses:
  a: {port: /dev/ttyS1, baudrate: 9600}
devices:
  - {name: one, bus: a, unit: 1, driver: ./th2.yaml}
  - {name: two, bus: a, unit: 2, driver: ./th3.yaml}
"""
MAP = """\
driver: acme.th3
kind: environment
description: a transmitter
source: written for this test
table: input
type: u16
points:
  model_id: {at: 0, group: once}
  temperature: {at: 1, unit: "°C", scale: 0.1}
"""
VARIANTS = "variants: {by: model_id, of: {3: th3.yaml}}\n"


def files_in(folder: Path, *names: str) -> set[Path]:
    """Return the paths of these files."""
    return {folder / name for name in names}


def test_it_knows_what_a_site_was_read_from(tmp_path: Path) -> None:
    """Its file, its maps and their variants, also when it is refused and when one of them is not there."""
    (tmp_path / "devices.yaml").write_text(SITE)
    (tmp_path / "th2.yaml").write_text(MAP.replace("th3", "th2") + VARIANTS)
    loader = Loader()

    with pytest.raises(ConfigError):
        loader.load(tmp_path / "devices.yaml")
    assert files_in(tmp_path, "devices.yaml", "th2.yaml", "th3.yaml") == set(loader.files)
    (tmp_path / "devices.yaml").write_text(SITE.rpartition("  - ")[0])
    (tmp_path / "th3.yaml").write_text(MAP)
    loader.load(tmp_path / "devices.yaml")
    assert files_in(tmp_path, "devices.yaml", "th2.yaml", "th3.yaml") == set(loader.files)


def test_an_unchanged_map_stays_one_class(tmp_path: Path) -> None:
    """So its devices are those that they were; a changed variant makes another one of it."""
    (tmp_path / "devices.yaml").write_text(SITE)
    (tmp_path / "th2.yaml").write_text(MAP.replace("th3", "th2") + VARIANTS)
    (tmp_path / "th3.yaml").write_text(MAP)
    loader = Loader()
    before, after = (loader.load(tmp_path / "devices.yaml").driver_of for _ in range(2))
    (tmp_path / "th3.yaml").write_text(MAP.replace("0.1", "0.01"))
    changed = loader.load(tmp_path / "devices.yaml").driver_of

    assert before("./th2.yaml") is after("./th2.yaml")
    assert before("./th2.yaml") is not changed("./th2.yaml")
