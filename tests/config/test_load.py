"""A good file becomes a site, and whatever else a file holds becomes a report."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.config.entries import Rs485Entry
from rtu_agent.config.load import ConfigError, load_site
from rtu_agent.config.model import Site
from support.site_files import GOOD, OUTPUT_TYPES, Server, Store, driver, load


def site_of(text: str | bytes, folder: Path) -> Site:
    """Load a site with this text."""
    path = folder / "devices.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def problems_of(text: str, folder: Path) -> list[tuple[int, int, str]]:
    """Return place and message of every problem of a site with this text."""
    with pytest.raises(ConfigError) as caught:
        site_of(text, folder)
    return [(p.line, p.column, p.message) for p in caught.value.problems]


# -- what is right -----------------------------------------------------------------------------------------------------


def test_a_site_is_complete_and_typed(tmp_path: Path) -> None:
    """Every key of the file arrives, durations in seconds."""
    site = site_of(
        """\
version: 1
site: plant-a
buses:
  floor1: {port: COM3, baudrate: 19200, parity: even, stop_bits: 2, timeout: 1.5s, rs485: {delay_after: 29ms}}
devices:
  - name: meter
    bus: floor1
    unit: 7
    driver: eastron.sdm630
    interval: 2s
    groups: {slow: 5m}
    tags: {room: "전기실 2"}
outputs:
  fast-disk: {type: sqlite, keep: 7d, directory: /var/lib/values}
http: {listen: "[::1]:9000"}
spool: {max: 64MiB, keep: 7d}
state: /var/lib/rtu-agent
""",
        tmp_path,
    )

    assert (site.version, site.site, site.http.listen) == (1, "plant-a", "[::1]:9000")
    assert site.state == Path("/var/lib/rtu-agent")
    assert (site.spool.max, site.spool.keep) == (64 * 2**20, 7 * 86_400.0)
    bus = site.buses["floor1"]
    assert (bus.name, bus.port, bus.baudrate, bus.parity, bus.stop_bits) == ("floor1", "COM3", 19200, "even", 2)
    assert bus.timeout == 1.5
    assert bus.rs485 == Rs485Entry(delay_after="29ms")
    (device,) = site.devices
    assert (device.name, device.bus, device.unit, device.driver) == ("meter", "floor1", 7, "eastron.sdm630")
    assert (device.interval, device.groups, device.tags) == (2.0, {"slow": 300.0}, {"room": "전기실 2"})
    output = site.outputs["fast-disk"]
    assert (output.name, output.type) == ("fast-disk", "sqlite")
    assert output.settings == Store(directory=Path("/var/lib/values"), keep="7d")


def test_a_reserved_address_is_for_devices_that_have_one(tmp_path: Path) -> None:
    """Some sensors answer at 254 from the factory; for all others it is a mistake."""
    text = "version: 1\nsite: a\nbuses: {b: {port: COM3}}\ndevices: [{name: d, bus: b, unit: 254, driver: %s}]\n"

    assert site_of(text % "acme.counter", tmp_path).devices[0].unit == 254
    assert problems_of(text % "eastron.sdm630", tmp_path) == [(4, 35, "unit 254 is outside 1 to 247")]


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    """The defaults that the documentation names."""
    site = site_of(
        "version: 1\nsite: a\nbuses: {b: {port: COM3}}\n"
        "devices: [{name: d, bus: b, unit: 1, driver: eastron.sdm630}]\n",
        tmp_path,
    )

    bus = site.buses["b"]
    assert (bus.baudrate, bus.parity, bus.stop_bits, bus.timeout) == (9600, "none", 1, 0.5)
    assert (site.devices[0].interval, site.devices[0].groups, site.devices[0].tags) == (None, {}, {})
    assert site.http.listen == "127.0.0.1:9485"
    assert site.state == tmp_path / "state"
    assert {name: entry.type for name, entry in site.outputs.items()} == {"sqlite": "sqlite"}
    assert site.outputs["sqlite"].settings == Store(directory=tmp_path / "data")


@pytest.mark.parametrize("outputs", ["outputs:\n", "outputs: {}\n", "outputs:\n  sqlite:\n", "outputs: {sqlite: {}}\n"])
def test_an_output_needs_no_settings(outputs: str, tmp_path: Path) -> None:
    """All outputs commented out is as good as none."""
    assert list(site_of(GOOD + outputs, tmp_path).outputs) == ["sqlite"]


def test_a_range_of_units_becomes_so_many_devices(tmp_path: Path) -> None:
    """In the order of the file; each has the rest of the entry."""
    text = GOOD + '  - {name: "x-{unit}-y", bus: floor1, unit: [40, 42-43, 41], driver: eastron.sdm120, interval: 9s}\n'

    devices = site_of(text, tmp_path).devices

    assert [device.unit for device in devices] == [1, *range(2, 17), 40, 42, 43, 41]
    assert [device.name for device in devices[-4:]] == ["x-40-y", "x-42-y", "x-43-y", "x-41-y"]
    assert {device.interval for device in devices[-4:]} == {9.0}


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    """Also those of secrets, wherever the agent was started."""
    text = GOOD + "outputs:\n  influxdb: {url: 'http://x', bucket: b, token: {file: run/token}}\n  sqlite: {}\n"

    site = site_of(text, tmp_path)

    settings = site.outputs["influxdb"].settings
    assert isinstance(settings, Server)
    assert settings.token is not None
    assert settings.token.file == tmp_path / "run" / "token"
    assert site.outputs["sqlite"].settings == Store(directory=tmp_path / "data")


def test_the_same_unit_may_be_on_two_buses(tmp_path: Path) -> None:
    """Units are addresses on one bus."""
    text = GOOD.replace("buses:\n", "buses:\n  roof: {port: COM3}\n")

    assert site_of(text + "  - {name: a, bus: roof, unit: 1, driver: eastron.sdm120}\n", tmp_path)


def test_a_register_map_starts_at_the_file(tmp_path: Path) -> None:
    """The entry keeps the path as it is written, for whoever resolves it again."""
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "th1.yaml").write_text("driver: acme.th1\n", encoding="utf-8")

    site = site_of(GOOD + "  - {name: a, bus: floor1, unit: 40, driver: ./maps/th1.yaml}\n", tmp_path)

    assert site.devices[-1].driver == "./maps/th1.yaml"


def test_a_site_cannot_be_changed(tmp_path: Path) -> None:
    """It is handed to every room."""
    site = site_of(GOOD, tmp_path)

    with pytest.raises(ValueError, match="frozen"):
        site.devices[0].unit = 5  # type: ignore[misc]


def test_each_driver_is_asked_for_once(tmp_path: Path) -> None:
    """A map is read once, however many devices use it."""
    path = tmp_path / "devices.yaml"
    path.write_text(GOOD + "  - {name: a, bus: floor1, unit: 40, driver: eastron.sdm120}\n", encoding="utf-8")
    asked: list[tuple[str, Path]] = []

    def resolve(name: str, folder: Path) -> object:
        asked.append((name, folder))
        return driver(name, folder)

    load_site(path, resolve, ["eastron.sdm630", "eastron.sdm120"], OUTPUT_TYPES)  # type: ignore[arg-type]

    assert asked == [("eastron.sdm630", tmp_path), ("eastron.sdm120", tmp_path)]


# -- what is wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "wrong", "line", "column", "message"),
    [
        ("driver: eastron.sdm630", "driver: eastron.sdm63", 12, 13, "there is no driver 'eastron.sdm63', did you mean"),
        ("bus: floor1\n", "bus: flor1\n", 10, 10, "there is no bus 'flor1', did you mean 'floor1'?"),
        ("unit: 1\n", "unit: 300\n", 11, 11, "unit 300 is outside 1 to 247"),
        ("unit: 1\n", "unit: 3\n", 14, 48, "unit 3 on bus 'floor1' already belongs to 'main-meter' (line 11)"),
        ("name: main-meter", "name: feeder-7", 14, 12, "the device name 'feeder-7' is already given in line 9"),
        ("parity: none", "pariti: none", 7, 5, "unknown key 'pariti', did you mean 'parity'?"),
        ("interval: 5s", "interval: 5", 13, 15, "interval: a duration needs a unit: write 5s for seconds"),
        ("parity: none", "parity: no", 7, 13, "parity must be none, even or odd, not 'no', did you mean 'none'?"),
        ("    parity: none", "    parity: none\n    parity: odd", 8, 5, "the key 'parity' is given twice; the first"),
        ("    parity: none", "\tparity: none", 7, 1, "a tab indents this line; use spaces"),
    ],
)
def test_a_common_mistake_gets_one_clear_line(
    right: str, wrong: str, line: int, column: int, message: str, tmp_path: Path
) -> None:
    """One mistake, one problem, at its place."""
    assert right in GOOD

    (problem,) = problems_of(GOOD.replace(right, wrong, 1), tmp_path)

    assert problem[:2] == (line, column)
    assert problem[2].startswith(message)


def test_a_mistake_hides_no_other(tmp_path: Path) -> None:
    """Syntax, a value, and references between entries and to drivers, in one run."""
    text = (
        GOOD.replace("parity: none", "parity: off")
        .replace("    unit: 1\n", "    unit: 900\n")
        .replace("bus: floor1,", "bus: roof,")
        .replace("eastron.sdm120", "eastron.sdm121")
    )

    lines = [line for line, _, _ in problems_of(text + 'http: {listen: "x\nstate: [1\n', tmp_path)]

    assert sorted(lines) == [7, 11, 14, 14, 15, 16]


def test_a_file_that_cannot_be_read_is_no_mistake_in_it(tmp_path: Path) -> None:
    """The caller knows better what to say about a file that is not there."""
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "devices.yaml")


def test_a_file_of_more_than_a_mebibyte_is_refused(tmp_path: Path) -> None:
    """Without reading it to its end."""
    ((line, column, message), *more) = problems_of(GOOD + "#" * (1 << 20), tmp_path)

    assert (line, column, more) == (1, 1, [])
    assert message == "the file is larger than 1 MiB, which no configuration needs to be"


def test_a_secret_in_the_file_is_not_repeated(tmp_path: Path) -> None:
    """Neither in the report nor in what the exception drags along."""
    text = GOOD + "outputs:\n  influxdb: {url: 'http://u:hunter2@x', bucket: 5, token: hunter2}\n"

    with pytest.raises(ConfigError) as caught:
        site_of(text, tmp_path)

    error: BaseException | None = caught.value
    assert len(caught.value.problems) == 3
    while error is not None:
        assert "hunter2" not in str(error)
        error = error.__cause__ or error.__context__


def test_a_secret_that_looks_like_a_number_is_not_repeated_either(tmp_path: Path) -> None:
    """What YAML makes of the word is nobody's business here."""
    ((_, _, message),) = problems_of(
        GOOD + "outputs:\n  influxdb: {url: 'http://x', bucket: b, token: 0777}\n", tmp_path
    )

    assert "777" not in message
    assert "511" not in message


def test_a_misspelt_bus_is_all_that_is_wrong_with_its_devices(tmp_path: Path) -> None:
    """On a bus that is not there no unit is taken."""
    text = GOOD.replace("bus: floor1", "bus: flor1").replace("unit: 1\n", "unit: 3\n")

    assert {message for _, _, message in problems_of(text, tmp_path)} == {
        "there is no bus 'flor1', did you mean 'floor1'?"
    }


def test_a_broken_map_is_reported_in_its_own_words_and_once(tmp_path: Path) -> None:
    """With its own lines, although two devices use it."""
    (tmp_path / "m.yaml").write_text("driver: acme.th1\nmistake: 1\n", encoding="utf-8")
    text = GOOD.replace("eastron.sdm630", "m.yaml").replace("eastron.sdm120", "m.yaml")

    with pytest.raises(ConfigError) as caught:
        site_of(text, tmp_path)

    assert str(caught.value) == f"{tmp_path / 'm.yaml'}:2:1: unknown key 'mistake'\n    mistake: 1\n    ^^^^^^^"


# -- whatever it is given ----------------------------------------------------------------------------------------------

PIECES = [
    *":-,[]{}&*!|>'\"#? \t<\n",
    "\n  ",
    "  ",
    "no",
    "010",
    "5",
    "{}",
    "[]",
    "unit",
    "bus: ",
    "x-y: &z ",
    "<<: *z",
    "\xa0",
]


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.sampled_from(PIECES)), max_size=4))
def test_a_damaged_file_is_a_site_or_a_report(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int, str]]
) -> None:
    """No other exception comes out, every problem is in the file, and every message is one line."""
    text = GOOD
    for start, length, piece in cuts:
        text = text[:start] + piece + text[start + length :]
    problems, report = (), ""
    try:
        site_of(text, tmp_path_factory.getbasetemp())
    except ConfigError as error:
        problems, report = error.problems, str(error)

    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in problems)
    assert re.fullmatch(r"(\S+:\d+:\d+: .+\n(    .*\n    .*\^+\n)?)*", report + "\n" * bool(report))
    assert bool(problems) == bool(report)
