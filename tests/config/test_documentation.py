"""What docs/configuration.md shows is what the agent takes, and what it says of mistakes is what it answers."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from rtu_agent.config.entries import BusEntry, DeviceEntry, HttpEntry, ReportEntry, Rs485Entry, SiteEntry, SpoolEntry
from rtu_agent.config.load import ConfigError, load_site
from rtu_agent.config.model import Site
from rtu_agent.domain.duration import parse_duration
from rtu_agent.domain.size import parse_size
from rtu_agent.plugins import load_drivers, load_outputs

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
BLOCKS = [*re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL), ("", "")]
SECTION = re.compile(r"^(?=[a-z#])", re.MULTILINE)
PAIRS = [
    (text, report if next_kind == "text" else None)
    for (kind, text), (next_kind, report) in pairwise(BLOCKS)
    if kind == "yaml"
]
EXAMPLES = [text for text, report in PAIRS if report is None]
MISTAKES = [(text, report) for text, report in PAIRS if report is not None]


def load(path: Path) -> Site:
    """Load a site with what is installed."""
    drivers, outputs = load_drivers(), load_outputs()
    return load_site(
        path, drivers.resolve, drivers.names(), {name: output.Settings for name, output in outputs.items()}
    )


def completed(example: str) -> str:
    """Return an example as a whole site: its sections in place of those of the first example."""
    sections = {part.split(":")[0]: part for text in (EXAMPLES[0], example) for part in SECTION.split(text) if part}
    anchors = [name for name in sections if name.startswith("x-")]
    return "".join(sections[name] for name in sorted(sections, key=lambda name: name not in anchors))


@pytest.mark.parametrize("example", EXAMPLES, ids=[text.split("\n")[0] for text in EXAMPLES])
def test_an_example_is_a_site_or_a_part_of_one(example: str, tmp_path: Path) -> None:
    """It is read with the drivers and outputs that are bundled."""
    path = tmp_path / "devices.yaml"
    path.write_text(completed(example), encoding="utf-8")

    assert load(path).devices


@pytest.mark.parametrize(("text", "report"), MISTAKES)
def test_a_mistake_is_answered_as_shown(
    text: str, report: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word for word."""
    monkeypatch.chdir(tmp_path)
    Path("devices.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(Path("devices.yaml"))

    assert f"{caught.value}\n" == report


def test_the_page_has_examples_of_both() -> None:
    """The two tests above have something to test."""
    assert len(EXAMPLES) >= 6
    assert len(MISTAKES) >= 1


def test_every_key_is_on_the_page_with_its_default() -> None:
    """Each key has a row of a table that begins with it."""
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", PAGE, re.MULTILINE))
    keys = {
        name: field
        for model in (SiteEntry, BusEntry, Rs485Entry, DeviceEntry, ReportEntry, HttpEntry, SpoolEntry)
        for name, field in model.model_fields.items()
    }

    assert keys.keys() <= rows.keys()
    assert {name for name, default in rows.items() if default == "required"} == {
        name for name, field in keys.items() if field.is_required()
    }
    assert (rows["baudrate"], rows["parity"], rows["stop_bits"]) == ("`9600`", "`none`", "`1`")
    assert rows["timeout"] == "`500ms`"
    assert (rows["rts_on_send"], rows["rx_during_tx"]) == ("`true`", "`false`")
    assert (Rs485Entry().rts_on_send, Rs485Entry().rx_during_tx) == (True, False)
    assert (parse_size(rows["max"].strip("`")), parse_duration(rows["keep"].strip("`"))) == (
        SpoolEntry().max,
        SpoolEntry().keep,
    )
    assert parse_duration(rows["heartbeat"].strip("`")) == ReportEntry().heartbeat
    assert rows["listen"] == f"`{HttpEntry().listen}`"


def test_the_example_site_runs_with_what_is_bundled() -> None:
    """`make demo` starts from it: two buses, all four drivers, and its commented output would be right, too."""
    site = load(ROOT / "devices.yaml")

    assert len(site.buses) == 2
    assert {device.driver for device in site.devices} == {
        "eastron.sdm120", "eastron.sdm630", "generic.xy_md02", "senseair.s8",
    }  # fmt: skip
    assert list(site.outputs) == ["sqlite"]
    assert site.http.listen == "127.0.0.1:9485"


def test_what_the_example_site_comments_out_is_right(tmp_path: Path) -> None:
    """Whoever takes the signs of comment away gets a working output."""
    text = (ROOT / "devices.yaml").read_text(encoding="utf-8")
    path = tmp_path / "devices.yaml"
    path.write_text(re.sub(r"^  # (influxdb:|  \w+:)", r"  \1", text, flags=re.MULTILINE), encoding="utf-8")

    assert list(load(path).outputs) == ["sqlite", "influxdb"]
