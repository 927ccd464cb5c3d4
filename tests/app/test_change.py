"""The smallest change that a person would expect, for every kind of change to a file."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rtu_agent.app.change import Change, Difference, change, fixed, simulated
from rtu_agent.app.loading import LoadedSite
from rtu_agent.config.load import load_site
from rtu_agent.driver_api import Driver, u16
from rtu_agent.output.jsonl import JsonlOutput
from rtu_agent.output.sqlite import SqliteOutput
from rtu_agent.plugins import OutputType


class One(Driver, table="holding"):
    """A driver."""

    name = "test.one"
    kind = "kind"

    x = u16(0, vendor_specific=True)
    y = u16(1, group="slow", vendor_specific=True)


class Other(One):
    """Another driver."""

    name = "test.other"


DRIVERS: Mapping[str, type[Driver]] = {one.name: one for one in (One, Other)}
OUTPUTS: Mapping[str, OutputType] = {"sqlite": SqliteOutput, "jsonl": JsonlOutput}
TEXT = """\
version: 1
site: here
buses:
  a: {port: /dev/ttyS1, baudrate: 9600}
  b: {port: /dev/ttyS2, baudrate: 9600}
devices:
  - {name: a1, bus: a, unit: 1, driver: test.one, interval: 5s}
  - {name: a2, bus: a, unit: 2, driver: test.one, interval: 5s}
  - {name: b1, bus: b, unit: 1, driver: test.one, interval: 5s}
outputs:
  sqlite: {directory: data}
  copy: {type: sqlite, directory: copy}
"""
WEB = "basic_auth_users: {operator: $2b$10$/vrx.MI7Hct7jCvW1U1Ftuu43DN2NbfCMcfTLsD.DuIJGVKqMtfVK}\n"
NOTHING = Difference()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], LoadedSite]:
    """Give what reads a site from its text."""

    def read_text(text: str) -> LoadedSite:
        path = tmp_path / "devices.yaml"
        path.write_text(text)
        settings = {name: output.Settings for name, output in OUTPUTS.items()}
        site = load_site(path, lambda name, _: DRIVERS[name], [*DRIVERS], settings)
        return LoadedSite(site, DRIVERS.__getitem__, OUTPUTS)

    return read_text


Read = Callable[[str], LoadedSite]


def changed(read: Read, *replaced: tuple[str, str]) -> Change:
    """Return what a change of the text changes."""
    text = TEXT
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    return change(read(TEXT), read(text))


def test_the_same_site_changes_nothing(read: Read) -> None:
    """Read anew, with other blanks and comments."""
    same = changed(read, ("version: 1\n", "# a comment\nversion:   1\n"))

    assert same == Change(NOTHING, NOTHING, NOTHING, spool=False)
    assert not same.outputs
    assert same.touched(read(TEXT).site, read(TEXT).site) == []


def test_a_device_comes_and_another_goes(read: Read) -> None:
    """Nobody else is touched; a device with another name is another device."""
    renamed = changed(read, ("name: a2", "name: a3"))

    assert renamed.devices == Difference(added=("a3",), removed=("a2",))
    assert (renamed.buses, renamed.outputs) == (NOTHING, NOTHING)
    assert renamed.touched(read(TEXT).site, read(TEXT).site) == ["a"]


@pytest.mark.parametrize(
    "replaced",
    [
        ("a2, bus: a, unit: 2,", "a2, bus: a, unit: 3,"),
        ("a2, bus: a, unit: 2,", "a2, bus: b, unit: 2,"),
        ("unit: 2, driver: test.one,", "unit: 2, driver: test.other,"),
        ("unit: 2, driver: test.one,", "unit: 2, driver: test.one, tags: {room: x},"),
        ("unit: 2, driver: test.one,", "unit: 2, driver: test.one, allow_writes: true,"),
    ],
)
def test_a_device_that_is_another_one_begins_anew(read: Read, replaced: tuple[str, str]) -> None:
    """Whatever its records, its requests or its rights would be made from."""
    assert changed(read, replaced) == Change(NOTHING, Difference(restarted=("a2",)), NOTHING, spool=False)


@pytest.mark.parametrize("pace", ["interval: 7s", "interval: 5s, groups: {slow: 10s}", "groups: {slow: 10s}"])
def test_a_device_with_another_pace_only_goes_on(read: Read, pace: str) -> None:
    """It keeps its health and its place in time."""
    before = "a2, bus: a, unit: 2, driver: test.one, "

    assert changed(read, (f"{before}interval: 5s", before + pace)).devices == Difference(adjusted=("a2",))


def test_the_same_pace_in_other_words_is_no_change(read: Read) -> None:
    """Five seconds are the driver's own."""
    assert changed(
        read, ("unit: 2, driver: test.one, interval: 5s", "unit: 2, driver: test.one, groups: {normal: 5s}")
    ) == (Change(NOTHING, NOTHING, NOTHING, spool=False))


def test_a_bus_with_other_settings_takes_its_devices_along(read: Read) -> None:
    """Those of other buses stay."""
    replugged = changed(read, ("ttyS1, baudrate: 9600", "ttyS1, baudrate: 19200"))

    assert replugged.buses == Difference(restarted=("a",))
    assert replugged.devices == Difference(restarted=("a1", "a2"))


def test_a_bus_may_go_with_its_devices(read: Read) -> None:
    """Or be renamed, which makes another one of it, to which its devices move."""
    gone = changed(
        read,
        ("  b: {port: /dev/ttyS2, baudrate: 9600}\n", ""),
        ("  - {name: b1, bus: b, unit: 1, driver: test.one, interval: 5s}\n", ""),
    )
    renamed = changed(read, ("  b: {port", "  c: {port"), ("bus: b,", "bus: c,"))

    assert (gone.buses, gone.devices) == (Difference(removed=("b",)), Difference(removed=("b1",)))
    assert renamed.buses == Difference(added=("c",), removed=("b",))
    assert renamed.devices == Difference(restarted=("b1",))


def test_another_site_makes_all_devices_anew(read: Read) -> None:
    """Its name is a tag of every record; ports and outputs stay."""
    moved = changed(read, ("site: here", "site: there"))

    assert moved == Change(NOTHING, Difference(restarted=("a1", "a2", "b1")), NOTHING, spool=False)


def test_outputs_come_go_and_change(read: Read) -> None:
    """By their names; one whose secret is another one has changed, though its entry says the same."""
    change_of = changed(
        read, ("directory: copy}", "directory: elsewhere}"), ("  sqlite:", "  store: {type: sqlite}\n  sqlite:")
    )

    assert change_of.outputs == Difference(added=("store",), restarted=("copy",))
    assert change(read(TEXT), read(TEXT), renewed=["sqlite"]).outputs == Difference(restarted=("sqlite",))


def test_the_limits_of_the_spool_change_alone(read: Read) -> None:
    """Nobody is restarted for them."""
    assert changed(read, ("outputs:", "spool: {max: 64MiB}\noutputs:")) == Change(NOTHING, NOTHING, NOTHING, spool=True)


def test_it_is_told_in_words(read: Read) -> None:
    """Kind and name; buses first."""
    told = changed(
        read,
        ("ttyS1, baudrate: 9600", "ttyS9, baudrate: 9600"),
        ("name: b1", "name: b2"),
        ("outputs:", "spool: {keep: 1d}\noutputs:"),
    ).told("devices.yaml")

    assert told.restarted == ("bus a", "device a1", "device a2")
    assert (told.added, told.removed) == (("device b2",), ("device b1",))
    assert told.adjusted == ("the limits of the spool",)
    assert told.anew == {"a", "a1", "a2", "b1"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (TEXT + 'http: {listen: "127.0.0.1:9999"}\n', ("http", "listen")),
        (TEXT + "http: {web_config: web.yml}\n", ("http", "web_config")),
        (TEXT + "state: elsewhere\n", ("state",)),
        (TEXT + "  jsonl: {}\n", ("outputs",)),
    ],
)
def test_what_takes_a_restart_is_said(read: Read, tmp_path: Path, text: str, place: tuple[str, ...]) -> None:
    """With what holds now."""
    (tmp_path / "web.yml").write_text(WEB)
    assert fixed(read(TEXT), read(TEXT)) == []
    [(where, said)] = fixed(read(TEXT), read(text))
    assert where == place
    assert said.endswith("restart it to change that")


def test_who_may_read_is_settled_at_the_start_and_the_same_in_other_words_is_no_change(
    read: Read, tmp_path: Path
) -> None:
    """Another file that says the same, and a word that nobody needs."""
    (tmp_path / "web.yml").write_text(WEB)
    (tmp_path / "other.yml").write_text(f"# the same\n{WEB}")
    before = read(TEXT + "http: {web_config: web.yml}\n")

    assert fixed(before, read(TEXT + "http: {web_config: other.yml, insecure: true}\n")) == []
    (tmp_path / "web.yml").write_text(WEB.replace("operator", "somebody"))
    [(where, _)] = fixed(before, read(TEXT + "http: {web_config: web.yml}\n"))
    assert where == ("http", "web_config")


def test_a_simulator_has_the_devices_of_its_start(read: Read) -> None:
    """Names and intervals may change, and a device may go; no real port is ever opened."""
    before = read(TEXT)

    assert simulated(before, read(TEXT.replace("name: a2", "name: a3").replace("5s", "7s"))) == []
    assert simulated(before, read(TEXT.replace("unit: 2", "unit: 3"))) != []
    assert simulated(before, read(TEXT.replace("ttyS1", "ttyS9"))) != []
