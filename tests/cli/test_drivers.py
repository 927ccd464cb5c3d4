"""`rtu-agent drivers list` and `new`: what is installed and what is not usable, and packages for what is missing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtu_agent.cli import main
from support.distributions import DRIVER, Install, installing


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a distribution of one module."""
    with installing(tmp_path, monkeypatch) as install:
        yield install


def drivers(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["drivers", *arguments])


def test_drivers_are_listed_with_all_that_is_known() -> None:
    """A line for a person: name, kind, API version, distribution, version, file, line, products; all for a program."""
    listed, answer = json.loads(drivers("list", "--json").output), drivers("list")

    assert (answer.exit_code, answer.stderr) == (0, "")
    assert (listed["failures"], listed["conflicts"]) == ([], [])
    facts = {"products", "source", "confidence", "api", "writes"}
    assert {"name", "kind", "distribution", "version", "file", "line", "serial"} | facts == listed["drivers"][0].keys()
    lines = answer.stdout.splitlines()
    for driver, line in zip(listed["drivers"], lines, strict=True):
        assert line.split()[:4] == [driver["name"], driver["kind"], "API", str(driver["api"])]
        assert f"{driver['distribution']} {driver['version']} ({driver['file']}:{driver['line']})" in line
        assert line.endswith(f": {', '.join(driver['products'])}")
        assert Path(driver["file"]).read_text(encoding="utf-8").splitlines()[driver["line"] - 1]
    assert {driver["name"] for driver in listed["drivers"]} >= {"eastron.sdm120", "generic.xy_md02", "senseair.s8"}


def test_what_could_not_be_loaded_is_told_with_the_reason(install: Install) -> None:
    """The others are listed; the exit code says that something is missing."""
    install("broken", "import no_such_module_anywhere", version="2.0")
    install("acme", DRIVER)

    answer, listed = drivers("list"), json.loads(drivers("list", "--json").stdout)

    why = "ModuleNotFoundError: No module named 'no_such_module_anywhere'"
    assert answer.exit_code == 1
    assert answer.stderr == f"plugin 'broken' of broken 2.0 cannot be used: {why}\n"
    assert "acme.th1 " in answer.stdout
    assert listed["failures"] == [{"plugin": "broken", "distribution": "broken", "version": "2.0", "error": why}]


def test_a_site_that_names_what_could_not_be_loaded(install: Install, tmp_path: Path) -> None:
    """Is told why there is no such driver."""
    install("broken", "import no_such_module_anywhere", version="2.0")
    site = tmp_path / "devices.yaml"
    devices = "devices: [{name: d, bus: b, unit: 1, driver: broken.th1}]"
    site.write_text(f"version: 1\nsite: s\nbuses: {{b: {{port: /dev/null}}}}\n{devices}\n", encoding="utf-8")

    answer = CliRunner().invoke(main, ["check", "-c", str(site)])

    assert answer.exit_code == 78
    assert "there is no driver 'broken.th1'" in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith(
        "plugin 'broken' of broken 2.0 cannot be used: ModuleNotFoundError"
    )


def test_two_drivers_of_one_name_are_both_listed(install: Install) -> None:
    """And the error names both; neither is shown, because nobody knows which is meant."""
    install("acme", DRIVER)
    install("imitation", DRIVER)

    answer, listed = drivers("list"), json.loads(drivers("list", "--json").stdout)
    shown = drivers("show", "acme.th1")

    assert (answer.exit_code, shown.exit_code) == (1, 1)
    assert [line.split()[4] for line in answer.stdout.splitlines() if line.startswith("acme.th1 ")] == [
        "acme",
        "imitation",
    ]
    assert answer.stderr == shown.stderr == f"{listed['conflicts'][0]}\n"
    assert answer.stderr.startswith("two drivers are named 'acme.th1': acme 1.0 (")
    assert drivers("show", "eastron.sdm120").exit_code == 0


@pytest.mark.parametrize("name", ["em1", "acme.em1.x", "Acme.EM1", "acme.", "9.em1", "acme em1"])
def test_a_name_that_no_driver_can_have(name: str, tmp_path: Path) -> None:
    """Is a mistake of usage, and the message says what one looks like."""
    answer = drivers("new", name, "--directory", str(tmp_path / "new"))

    assert answer.exit_code == 2
    assert f"a driver is named vendor.model in lower case, such as 'acme.em1', not {name!r}" in answer.stderr
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Not even beside other files."""
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")

    answer = drivers("new", "acme.em1", "--directory", str(tmp_path))

    assert answer.exit_code == 1
    assert answer.stderr == f"{tmp_path} exists already and is not overwritten; name another with --directory\n"
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    """Installing it would stop the agent, so it is not made."""
    answer = drivers("new", "eastron.sdm120", "--directory", str(tmp_path / "new"))

    assert answer.exit_code == 1
    assert answer.stderr.startswith("a driver named 'eastron.sdm120' is installed already: rtu-agent ")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Says which."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    answer = drivers("new", "acme.em1", "--directory", str(tmp_path / "file" / "new"))

    assert answer.exit_code == 69
    assert answer.stderr.endswith(": Not a directory\n")


@pytest.mark.parametrize(("option", "file"), [((), "driver.py"), (("--map",), "driver.yaml")])
def test_what_is_made_is_told(option: tuple[str, ...], file: str, tmp_path: Path) -> None:
    """Every file, and what to do next."""
    folder = tmp_path / "new"

    answer = drivers("new", "acme.em-1", "--directory", str(folder), *option)

    made = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    assert answer.exit_code == 0
    assert sorted(answer.stdout.splitlines()) == made
    assert [path.removeprefix(f"{folder}/") for path in made] == [
        "README.md",
        "pyproject.toml",
        "src/rtu_driver_acme_em_1/__init__.py",
        f"src/rtu_driver_acme_em_1/{file}",
        "src/rtu_driver_acme_em_1/py.typed",
        "tests/recordings.yaml",
        "tests/test_em_1.py",
    ]
    assert answer.stderr == f"next: cd {folder} && pip install --editable '.[test]' && pytest\n"


def test_what_is_made_is_told_to_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default in a folder with the name of the distribution."""
    monkeypatch.chdir(tmp_path)

    told = json.loads(drivers("new", "acme.em1", "--json").stdout)

    assert (told["name"], told["directory"]) == ("acme.em1", "rtu-driver-acme-em1")
    assert all(Path(file).is_file() for file in told["files"])
