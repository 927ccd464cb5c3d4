"""`rtu-agent top` shows a running agent, and ends as it should."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtu_agent.cli import exit_codes, main
from support.agent_process import AgentProcess, until
from support.api_page import status
from support.scripted_http import JSON, Reply, serving
from support.servers import free_port

SITE = """
version: 1
site: demo
buses: {{floor1: {{port: /dev/ttyUSB7}}}}
devices:
  - {{name: meter, bus: floor1, unit: 1, driver: eastron.sdm120, interval: 1s}}
outputs: {{sqlite: {{directory: data}}}}
http: {{listen: "127.0.0.1:{port}"}}
"""


def top(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["top", *arguments])


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    """Yield an agent that polls a simulated meter."""
    agent = AgentProcess(tmp_path, SITE.format(port=free_port()))
    agent.start("--simulate", "--no-live")
    try:
        yield agent
    finally:
        agent.kill()


def test_a_running_agent_is_shown(agent: AgentProcess) -> None:
    """By its site's address: for people, and for programs."""
    config = str(agent.config)
    until(lambda: "● online" in top("-c", config).stdout, "the meter is online")

    shown = top("-c", config)
    (line,) = top("-c", config, "--json", "--once").stdout.splitlines()

    assert shown.exit_code == exit_codes.OK
    assert re.search(r"floor1 +meter +● online +\d s ", shown.stdout)
    assert "sqlite" in shown.stdout
    assert json.loads(line)["devices"][0]["state"] == "online"


def test_ctrl_c_ends_it_with_130_on_a_terminal() -> None:
    """The picture stays on the screen; there is no traceback."""
    far, near = pty.openpty()
    with serving(lambda _: Reply(200, json.dumps(status()), JSON)) as server:
        command = [sys.executable, "-m", "rtu_agent", "top", "--url", server.url, "--interval", "100ms"]
        with subprocess.Popen(command, stdin=near, stdout=near, stderr=near, start_new_session=True) as process:
            os.close(near)
            until(lambda: len(server.requests) > 1, "it has looked twice")
            process.send_signal(2)
            said = b"".join(everything(far))
            code = process.wait(20.0)
    os.close(far)

    assert code == exit_codes.INTERRUPTED, said
    assert b"plant-a" in said
    assert b"Traceback" not in said


def everything(far: int) -> Iterator[bytes]:
    """Yield what comes from a terminal until its last user has gone."""
    with suppress(OSError):
        while data := os.read(far, 4096):
            yield data


def test_an_agent_that_is_away_ends_a_single_look_with_69() -> None:
    """In words on standard error, and nothing on standard output."""
    for options in ([], ["--json", "--once"]):
        answer = top("--url", f"http://127.0.0.1:{free_port()}", *options)

        assert answer.exit_code == exit_codes.UNAVAILABLE
        assert "nobody listens there; is the agent running?" in answer.stderr
        assert answer.stdout == ""


def test_a_missing_login_ends_with_77_and_one_that_is_not_there_with_78(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is taken without being named when it is set."""
    monkeypatch.delenv("RTU_AGENT_LOGIN", raising=False)
    with serving(lambda request: Reply(200 if "Authorization" in request.headers else 401, "{}", JSON)) as server:
        assert top("--url", server.url).exit_code == exit_codes.PERMISSION
        assert top("--url", server.url, "--login", "env:NOT_THERE").exit_code == exit_codes.CONFIG_INVALID
        monkeypatch.setenv("RTU_AGENT_LOGIN", "alice:s3cret")
        assert "is no agent" in top("--url", server.url).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "127.0.0.1:9485"], "write http://127.0.0.1:9485"),
        (["--url", "http://a", "-c", "devices.yaml"], "give one of them"),
        (["--interval", "1ms"], "the shortest is 0.1s"),
        (["--login", "alice:s3cret"], "write env:NAME, file:PATH or credential:NAME"),
    ],
)
def test_misuse_is_explained(arguments: list[str], said: str) -> None:
    """With exit code 2; a password that was written out is not repeated."""
    answer = top(*arguments)

    assert answer.exit_code == exit_codes.USAGE
    assert said in answer.stderr
    assert "s3cret" not in answer.stderr


def test_a_free_port_of_the_site_is_not_known(tmp_path: Path) -> None:
    """It stands in the log of the agent alone."""
    (tmp_path / "devices.yaml").write_text(SITE.format(port=0), encoding="utf-8")

    answer = top("-c", str(tmp_path / "devices.yaml"))

    assert answer.exit_code == exit_codes.USAGE
    assert "give it with --url" in answer.stderr
