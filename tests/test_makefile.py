"""`make demo` as a terminal sees it: Ctrl-C ends it quietly, and a failure is one."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READY = b"polling\n"
STOPS_CLEANLY = "trap 'sleep 0.3; echo summary; exit 130' INT; echo polling; for _ in $(seq 400); do sleep 0.05; done"


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """Return an environment that make finds complete; `rtu-agent` in it is to be written."""
    (tmp_path / "bin").mkdir()
    for stamp in ("python.stamp", "agent.stamp"):
        (tmp_path / stamp).touch()
    return tmp_path


def demo(venv: Path, program: str) -> subprocess.Popen[bytes]:
    """Start `make demo` with a shell program in place of the agent, in a process group of its own as on a terminal."""
    agent = venv / "bin" / "rtu-agent"
    agent.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    agent.chmod(0o755)
    command = ["make", "--no-print-directory", "-C", str(ROOT), "demo", f"VENV={venv}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def test_control_c_waits_for_the_summary_and_says_nothing_else(venv: Path) -> None:
    """Everybody in the group gets the signal; the agent's last words are the last words."""
    with demo(venv, STOPS_CLEANLY) as make:
        assert make.stdout is not None
        ready = make.stdout.readline()
        os.killpg(make.pid, signal.SIGINT)
        out, err = make.communicate(timeout=20)

    assert ready == READY
    assert out == b"summary\n"
    assert err == b""
    assert make.returncode in (0, -signal.SIGINT)


@pytest.mark.parametrize(("code", "made"), [(0, 0), (1, 2), (78, 2)])
def test_other_ends_are_what_they_are(venv: Path, code: int, made: int) -> None:
    """A demo that ends by itself is good, one that fails is an error of make."""
    with demo(venv, f"exit {code}") as make:
        make.communicate(timeout=20)

    assert make.returncode == made
