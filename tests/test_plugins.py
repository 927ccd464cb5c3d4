"""What installed distributions bring, and what becomes of those that are broken."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtu_agent.driver_api import Driver, MapError
from rtu_agent.plugins import PluginError, load_drivers, load_outputs
from support.distributions import DRIVER, Install, installing

MAP = """
driver: acme.th2
kind: environment
table: input
points:
  temperature: {at: 0, type: i16, unit: "°C"}
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution of one module: `install("acme", DRIVER)`."""
    with installing(tmp_path, monkeypatch) as install:
        yield install


def test_the_bundled_drivers_come_through_the_door_of_all_drivers() -> None:
    """Where each comes from is known to the line."""
    catalogue = load_drivers()

    assert catalogue.failures == ()
    assert {"eastron.sdm120", "eastron.sdm630", "generic.xy_md02", "senseair.s8"} <= set(catalogue.names())
    assert list(catalogue.names()) == sorted(catalogue.names())
    for name, entry in catalogue.entries.items():
        assert catalogue.get(name) is entry.driver
        assert entry.distribution == "rtu-agent"
        assert entry.version
        line = Path(entry.file).read_text(encoding="utf-8").splitlines()[entry.line - 1]
        assert line.startswith((f"class {entry.driver.__name__}(", f"driver: {name}"))


def test_a_distribution_brings_its_drivers(install: Install) -> None:
    """Installing it is all there is to do."""
    install("acme", DRIVER, version="2.1")

    entry = load_drivers().entries["acme.th1"]

    assert entry.driver.kind == "environment"
    assert (entry.distribution, entry.version, entry.line) == ("acme", "2.1", 4)
    assert entry.file.endswith("acme_plugin.py")
    assert str(entry) == f"acme 2.1 ({entry.file}:4)"


def test_drivers_may_be_made_in_a_loop(install: Install) -> None:
    """A family of models that differ by a number need not be written out; its place is then its module."""
    made = 'type(f"Th{n}", (TH1,), {"name": f"acme.th{n}0", "__module__": __name__})'
    install("acme", DRIVER.replace("[TH1]", f"[{made} for n in (1, 2)]"))

    entries = load_drivers().entries

    assert [(entries[f"acme.th{n}0"].line, Path(entries[f"acme.th{n}0"].file).name) for n in (1, 2)] == [
        (1, "acme_plugin.py"),
        (1, "acme_plugin.py"),
    ]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def rtu_provide_drivers(): return []", "has no function rtu_provide_drivers marked with @hookimpl"),
        (DRIVER.replace("return [TH1]", "raise OSError('no disk')"), "OSError: no disk"),
        (DRIVER.replace("return [TH1]", "return [TH1()]"), "which is no driver class"),
        (DRIVER.replace("return [TH1]", "return None"), "TypeError"),
        (DRIVER.replace("drivers():", "drivers(site):"), "PluginValidationError"),
        ("raise OSError('\\x1b[2J\\nno disk')", r"OSError: \x1b[2J\nno disk"),
        ("from support.hostile import MuteError\nraise MuteError", "MuteError: it cannot say what is wrong"),
        (
            DRIVER.replace("u16", "u128"),
            "ImportError: cannot import name 'u128' from 'rtu_agent.driver_api' (",
        ),
        (
            DRIVER.replace("u16", "u128"),
            "; this rtu-agent has driver API 1; if the plugin is written for a newer one, update this rtu-agent",
        ),
        (
            DRIVER.replace("name =", "api = 2; nmae =").replace('"°C")', '"°C", future=1)'),
            "DefinitionError: TH1: is written for driver API 2; this rtu-agent has 1: update this rtu-agent",
        ),
        (DRIVER.replace("temperature", "temperatur"), "TH1.temperatur: 'temperatur' is not in the common schema"),
    ],
)
def test_a_broken_distribution_is_reported_and_hurts_nobody(install: Install, source: str, error: str) -> None:
    """The others are there, and the failure says whose it is."""
    install("broken", source)

    catalogue = load_drivers()

    [failure] = catalogue.failures
    assert error in failure.error
    assert str(failure).startswith("plugin 'broken' of broken 1.0 cannot be used: ")
    assert "eastron.sdm120" in catalogue.names()
    assert "acme.th1" not in catalogue.names()


def test_a_plugin_that_fails_halfway_brings_nothing(install: Install) -> None:
    """Half a plugin would look like a whole one."""
    install("broken", DRIVER.replace("return [TH1]", "yield TH1\n        raise OSError('no disk')"))

    assert load_drivers().get("acme.th1") is None


def test_what_a_plugin_prints_is_no_answer_of_a_command(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads that."""
    install(
        "loud",
        DRIVER.replace("@hookimpl", "print('imported')\n\n    @hookimpl").replace(
            "return", "print('asked')\n        return"
        ),
    )

    assert load_drivers().get("acme.th1") is not None
    assert capsys.readouterr() == ("", "imported\nasked\n")


def test_two_drivers_of_one_name_are_an_error_that_names_both(install: Install) -> None:
    """Which of them reads a meter must not depend on the order of a directory."""
    install("acme", DRIVER)
    install("imitation", DRIVER)

    with pytest.raises(PluginError, match=r"two drivers are named 'acme\.th1': acme 1\.0 .* and imitation 1\.0 "):
        load_drivers()


def test_all_drivers_of_one_name_are_told_at_once(install: Install) -> None:
    """A line for each that has the name of another."""
    install("acme", DRIVER)
    install("imitation", DRIVER)
    install("third", DRIVER)

    with pytest.raises(PluginError) as caught:
        load_drivers()

    assert [line.partition(" and ")[2].split()[0] for line in str(caught.value).splitlines()] == ["imitation", "third"]


def test_a_site_file_names_a_driver_or_a_map(tmp_path: Path) -> None:
    """A map is found from the folder of the site file."""
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "th2.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "maps" / "wrong.yaml").write_text(MAP.replace("kind", "kin"), encoding="utf-8")
    catalogue = load_drivers()

    assert catalogue.resolve("eastron.sdm120", tmp_path) is catalogue.get("eastron.sdm120")
    assert catalogue.resolve("./maps/th2.yaml", tmp_path).name == "acme.th2"
    with pytest.raises(MapError, match=r"wrong\.yaml:3:1: 'kin' is not an option"):
        catalogue.resolve("maps/wrong.yaml", tmp_path)
    with pytest.raises(FileNotFoundError):
        catalogue.resolve("maps/missing.yaml", tmp_path)
    with pytest.raises(KeyError):
        catalogue.resolve("acme.th2", tmp_path)


def test_the_bundled_outputs_come_through_their_door() -> None:
    """By the type that a site file gives."""
    outputs = load_outputs()

    assert {"sqlite", "influxdb"} <= set(outputs)
    assert len(outputs) == len(list(outputs))
    assert outputs.failures == ()
    assert all(hasattr(output, "Settings") for output in outputs.values())


@pytest.mark.parametrize(
    ("source", "error"),
    [("1 / 0", "ZeroDivisionError"), ("", "TypeError: carbon_plugin is neither a LocalOutput nor a NetworkOutput")],
)
def test_a_broken_output_is_reported_and_hurts_nobody(install: Install, source: str, error: str) -> None:
    """Records still reach the others."""
    install("carbon", source, group="rtu_agent.outputs")

    outputs = load_outputs()

    [failure] = outputs.failures
    assert error in failure.error
    assert "carbon" not in outputs
    assert "sqlite" in outputs


def test_two_outputs_of_one_type_are_an_error_that_names_both(install: Install) -> None:
    """Where records go must not depend on the order of a directory."""
    source = "from rtu_agent.output.sqlite import SqliteOutput as Output"
    install("acme", source, group="rtu_agent.outputs", entry="sqlite")
    path = next(path for path in map(Path, sys.path) if (path / "acme_plugin.py").exists())
    (path / "acme-1.0.dist-info" / "entry_points.txt").write_text("[rtu_agent.outputs]\nsqlite = acme_plugin:Output\n")

    with pytest.raises(PluginError, match=r"two outputs are named 'sqlite': acme 1\.0 and rtu-agent "):
        load_outputs()


def test_drivers_are_classes() -> None:
    """The catalogue hands out what the poller needs, nothing is made of it yet."""
    catalogue = load_drivers()

    assert all(issubclass(entry.driver, Driver) for entry in catalogue.entries.values())
    assert catalogue.get("acme.unknown") is None
