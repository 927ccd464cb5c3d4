"""A type checker finds an author's mistakes while they are typed, and has nothing against what is right."""

import re
import runpy
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SAID = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): error: (?P<message>.*)")


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], str]:
    """Run mypy, strict, as an author with our package installed would; return what it says by file and line."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "--hide-error-context"]
    command += ["--cache-dir", str(tmp_path_factory.mktemp("mypy")), "right_driver.py", "wrong_driver.py"]
    run = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    found: defaultdict[tuple[str, int], str] = defaultdict(str)
    for line in run.stdout.splitlines():
        if match := SAID.fullmatch(line):
            found[match["file"], int(match["line"])] += match["message"] + "\n"
    assert run.stderr == ""
    return dict(found)


def test_a_right_driver_passes(errors: dict[tuple[str, int], str]) -> None:
    """Nothing in our own package offends an author's strict settings either."""
    assert {place: said for place, said in errors.items() if place[0] != "wrong_driver.py"} == {}


def test_what_is_rightly_typed_is_a_driver() -> None:
    """The words that pass a type checker keep the rules as well, here."""
    runpy.run_path(str(HERE / "right_driver.py"))


def test_every_mistake_is_found_where_it_is(errors: dict[tuple[str, int], str]) -> None:
    """Each planted mistake, and nothing else."""
    lines = (HERE / "wrong_driver.py").read_text(encoding="utf-8").splitlines()
    planted = {
        ("wrong_driver.py", number): line.partition("# error: ")[2]
        for number, line in enumerate(lines, start=1)
        if "# error: " in line
    }

    assert set(errors) == set(planted)
    for place, part in planted.items():
        assert part in errors[place], place
