"""`check` and `drivers` answer people and programs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtu_agent.cli import exit_codes, main

SITE = """
version: 1
site: s
buses: {b: {port: /dev/ttyUSB0}}
devices:
  - {name: d, bus: b, unit: 1, driver: ./meter.yaml}
"""


METER = """
driver: test.meter
kind: energy_meter
description: A meter that wants 100 ms of silence before it is asked
source: written for this test
table: input
type: f32
max_block: 50
gaps_readable: true
pause: 100ms
points:
  voltage: {at: 0x0000, unit: V}
  current: {at: 0x0006, unit: A}
  energy_import_active: {at: 0x0008, unit: kWh, group: slow}
  serial_number: {at: 0xFC00, type: u32, group: once}
"""
HASTY = "unit: 1-50, driver: generic.xy_md02, interval: 500ms"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A valid site."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE, encoding="utf-8")
    (tmp_path / "meter.yaml").write_text(METER, encoding="utf-8")
    return path


def check(config: Path, *options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["check", "-c", str(config), *options])


def test_mistakes_are_told_to_programs_too(config: Path) -> None:
    """With their places; people read the report as ever, and the exit code is the same."""
    config.write_text(SITE.replace("unit: 1", "unit: 300"), encoding="utf-8")

    answer = check(config, "--json")

    told = json.loads(answer.stdout)
    (problem,) = told["problems"]
    assert (problem["file"], problem["line"], problem["column"], problem["length"]) == (str(config), 6, 29, 3)
    assert "300" in problem["message"]
    assert answer.exit_code == exit_codes.CONFIG_INVALID
    assert answer.stderr.startswith(f"{config}:6:29: {problem['message']}")


def test_a_valid_site_is_counted_and_its_load_is_told(config: Path) -> None:
    """For a person: what each bus carries, how old values can become, and what that rests on."""
    answer = check(config)

    assert answer.exit_code == 0
    assert answer.output == (
        f"{config}: ok: site s, 1 bus, 1 device, 1 output\n"
        "bus b, 9600 baud: 0.20 transactions/s, 6 bytes/s, utilisation 0.8%, 2.7% with the devices' own pauses\n"
        "  worst staleness: normal 5.26s, slow 65.3s\n"
        "assumed: so long after a request every device begins its reply: b 5.6ms (set it with --turnaround)\n"
    )


def test_a_program_is_told_the_same(config: Path) -> None:
    """One object."""
    answer = json.loads(check(config, "--json").output)

    [load] = answer.pop("load")
    assert answer == {"file": str(config), "site": "s", "buses": 1, "devices": 1, "outputs": 1}
    assert (load["bus"], load["baudrate"], load["fits"], load["smallest_interval_s"]) == ("b", 9600, True, None)
    assert load["utilisation"] == pytest.approx(0.0080, abs=0.0001)
    assert load["utilisation_with_pauses"] == pytest.approx(0.0272, abs=0.0001)
    assert load["transactions_per_s"] == pytest.approx(0.2)
    assert load["worst_staleness_s"].keys() == {"normal", "slow"}


def test_the_turnaround_can_be_set(config: Path) -> None:
    """Whoever has measured the devices knows better."""
    [quick] = json.loads(check(config, "--json", "--turnaround", "1ms").output)["load"]
    [slow] = json.loads(check(config, "--json", "--turnaround", "60ms").output)["load"]

    assert (quick["turnaround_s"], slow["turnaround_s"]) == (0.001, 0.06)
    assert slow["utilisation"] > 1.5 * quick["utilisation"]
    assert "b 60.0ms" in check(config, "--turnaround", "60ms").output


def test_the_plan_of_every_device_or_of_one(config: Path) -> None:
    """Its groups, what they cost, with whom they travel, and their blocks."""
    text = check(config, "--plan").output

    assert "d: unit 1, test.meter\n  normal: every 5s, " in text
    assert "\n  slow: every 60s together with normal, " in text
    assert "\n  once: at start, " in text
    assert "\n    input 0x0000+8\n" in text
    assert check(config, "--plan", "d").output == text
    [plan] = json.loads(check(config, "--plan", "d", "--json").output)["plans"]
    assert (plan["device"], plan["unit"], plan["driver"]) == ("d", 1, "test.meter")
    normal, slow, once = plan["groups"]
    assert (normal["group"], normal["interval_s"], normal["with"]) == ("normal", 5.0, None)
    assert normal["blocks"][0] == {"table": "input", "address": "0x0000", "count": 8}
    assert (slow["with"], once["interval_s"], once["with"]) == ("normal", 0.0, None)


def test_the_plan_of_nobody(config: Path) -> None:
    """A device that is not there is a mistake of the caller."""
    answer = check(config, "--plan", "x")

    assert answer.exit_code == 2
    assert "the site has no device 'x'" in answer.stderr


def test_a_schedule_that_cannot_fit_is_an_error_that_says_what_would(config: Path) -> None:
    """The bus, what its schedule takes, and the smallest interval that fits; that one is accepted."""
    config.write_text(
        SITE.replace("unit: 1, driver: ./meter.yaml", HASTY).replace("name: d", 'name: "d-{unit}"'), encoding="utf-8"
    )

    answer = check(config)

    assert answer.exit_code == 78
    assert answer.stdout.startswith(f"{config}: too much: site s, 1 bus, 50 devices, 1 output\nbus b, ")
    assert "worst staleness: normal without end" in answer.stdout
    assert answer.stderr == (
        f"{config}: bus b cannot carry its schedule, which takes 270.0% of its time; it may take 95%, the rest is for "
        "devices that do not answer. The smallest interval that fits is 1.43s\n"
    )
    as_json = check(config, "--json")
    assert as_json.exit_code == 78
    [load] = json.loads(as_json.stdout)["load"]
    assert (load["fits"], load["smallest_interval_s"]) == (False, 1.43)
    assert load["worst_staleness_s"] == {"normal": None}

    config.write_text(config.read_text(encoding="utf-8").replace("500ms", "1.43s"), encoding="utf-8")
    assert check(config).exit_code == 0
    config.write_text(config.read_text(encoding="utf-8").replace("1.43s", "1.42s"), encoding="utf-8")
    assert check(config).exit_code == 78


def test_when_no_interval_helps_the_guilty_groups_are_named(config: Path) -> None:
    """What `interval` does not set is too much alone."""
    config.write_text(SITE.replace("yaml}", "yaml, groups: {slow: 100ms}}"), encoding="utf-8")

    answer = check(config)

    assert answer.exit_code == 78
    assert "bus b cannot carry its schedule" in answer.stderr
    assert "No interval helps: what it does not set (slow) takes " in answer.stderr


@pytest.mark.parametrize("port", ["COM3", "rtu+tcp://10.0.0.5:4001", "tcp://10.0.0.7"])
def test_any_form_of_port_is_checked_without_touching_it(config: Path, port: str) -> None:
    """A check needs no device."""
    config.write_text(SITE.replace("/dev/ttyUSB0", f'"{port}"'), encoding="utf-8")

    assert CliRunner().invoke(main, ["check", "-c", str(config)]).exit_code == 0


def test_an_invalid_site_exits_with_78(config: Path) -> None:
    """The report goes to stderr, nothing to stdout."""
    config.write_text(SITE.replace("./meter.yaml", "eastron.sdm12"), encoding="utf-8")

    answer = CliRunner().invoke(main, ["check", "-c", str(config)])

    assert answer.exit_code == 78
    assert answer.stdout == ""
    assert "there is no driver 'eastron.sdm12', did you mean 'eastron.sdm120'?" in answer.stderr


def test_a_driver_is_shown_point_by_point() -> None:
    """Every point with its table, address, type, group and column."""
    answer = CliRunner().invoke(main, ["drivers", "show", "generic.xy_md02"])
    points = json.loads(CliRunner().invoke(main, ["drivers", "show", "generic.xy_md02", "--json"]).output)["points"]

    assert "temperature_c" in answer.output
    assert points[0] == {
        "point": "temperature",
        "table": "input",
        "address": "0x0001",
        "type": "i16",
        "group": "normal",
        "field": "temperature_c",
    }


def test_a_driver_that_is_not_installed() -> None:
    """The message says how to find those that are."""
    answer = CliRunner().invoke(main, ["drivers", "show", "acme.x"])

    assert answer.exit_code == 1
    assert answer.stderr == "no driver 'acme.x' is installed; `rtu-agent drivers list` lists them\n"


def test_a_driver_that_is_nearly_named_is_meant() -> None:
    """Nobody has to look it up."""
    answer = CliRunner().invoke(main, ["drivers", "show", "eastron.sdm12"])

    assert answer.exit_code == 1
    assert answer.stderr == "no driver 'eastron.sdm12' is installed, did you mean 'eastron.sdm120'?\n"


MAP = """\
driver: acme.th1
kind: environment
table: input
points:
  _places: {at: 0, type: decimal_places}
  temperature: {at: 1, type: i16, unit: "°C", scale: _places}
  dew_point: {type: sum_of, of: [temperature]}
"""


def test_a_right_map_is_counted(tmp_path: Path) -> None:
    """One line for a person, one object for a program."""
    path = tmp_path / "th1.yaml"
    path.write_text(MAP, encoding="utf-8")

    answer = CliRunner().invoke(main, ["drivers", "check", str(path)])
    listed = json.loads(CliRunner().invoke(main, ["drivers", "check", "--json", str(path)]).output)

    assert (answer.exit_code, answer.stdout) == (0, f"{path}: ok: acme.th1, 2 points, 2 registers or bits\n")
    assert listed == [{"file": str(path), "name": "acme.th1", "stored": 2, "registers": 2}]


def test_all_mistakes_of_a_map_are_shown_with_their_places(tmp_path: Path) -> None:
    """Exit 78; a good map beside it is counted all the same."""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(MAP, encoding="utf-8")
    bad.write_text(MAP.replace("°C", "°X").replace("[temperature]", "[temperatur]"), encoding="utf-8")

    answer = CliRunner().invoke(main, ["drivers", "check", str(bad), str(good)])

    assert answer.exit_code == 78
    assert answer.stdout == f"{good}: ok: acme.th1, 2 points, 2 registers or bits\n"
    said = [line.removeprefix(f"{bad}:") for line in answer.stderr.splitlines() if line.startswith(str(bad))]
    assert said == [
        "6:41: '°X' is not a unit, did you mean '°'?",
        "7:34: 'temperatur' is no point of this map, did you mean 'temperature'?",
    ]
    assert sum({*line.strip()} == {"^"} for line in answer.stderr.splitlines()) == 2


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    """Is unavailable, not invalid."""
    answer = CliRunner().invoke(main, ["drivers", "check", str(tmp_path / "none.yaml")])

    assert (answer.exit_code, answer.stdout) == (69, "")
    assert answer.stderr == f"{tmp_path / 'none.yaml'}: No such file or directory\n"


def test_what_only_grows_and_is_no_counter_is_told(tmp_path: Path) -> None:
    """It is no mistake, because some may fall; but nobody should forget it."""
    path = tmp_path / "em1.yaml"
    points = "{energy_import_active: {at: 0, type: u32, unit: kWh}, energy_net_active: {at: 2, type: i32, unit: kWh}}"
    path.write_text(f"{{driver: acme.em1, kind: energy_meter, table: input, points: {points}}}", encoding="utf-8")

    answer = CliRunner().invoke(main, ["drivers", "check", str(path)])

    assert answer.exit_code == 0
    assert answer.stderr == f"{path}: energy_import_active only grows: say `counter: true`, unless this one may fall\n"
