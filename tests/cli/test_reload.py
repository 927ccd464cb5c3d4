"""`rtu-agent reload` as its user calls it, and the running agent as a service manager sees it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtu_agent.app.stop import STOP_S
from support.agent_process import AgentProcess, until
from support.changing_sites import MAP
from support.truth_slave import TruthSlave

SITE = """
version: 1
site: demo
buses:
  floor1: {port: PORT, baudrate: 115200, timeout: 200ms}
devices:
  - {name: one, bus: floor1, unit: 1, driver: ./truth.yaml, interval: 100ms}
outputs:
  sqlite: {directory: data}
http: {listen: "127.0.0.1:0"}
"""


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentProcess]:
    """An agent on a line that answers; not started."""
    (tmp_path / "truth.yaml").write_text(MAP)
    slave = TruthSlave(tmp_path / "port", lambda *_: 0.002)
    slave.plug()
    agent = AgentProcess(tmp_path, SITE.replace("PORT", str(tmp_path / "port")))
    try:
        yield agent
    finally:
        agent.kill()
        slave.unplug()


def reload(agent: AgentProcess, *options: str) -> "subprocess.CompletedProcess[str]":
    """Ask for a reload."""
    command = [sys.executable, "-m", "rtu_agent", "reload", "-c", str(agent.config), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_verdict_is_printed(agent: AgentProcess) -> None:
    """Good ones with what has changed, bad ones with every mistake and exit code 78; the agent goes on in any case."""
    agent.start()
    until(lambda: agent.events("port_opened") != [], "the start")
    good = agent.config.read_text()

    agent.config.write_text(good.replace("name: one", "name: other"))
    done = reload(agent)
    agent.config.write_text(good.replace("unit: 1", "unit: 300"))
    refused = reload(agent)
    as_json = reload(agent, "--json")
    agent.config.write_text(good + "  not: [yaml")
    broken = reload(agent)

    assert (done.returncode, done.stdout) == (0, "added device other; removed device one\n")
    assert refused.returncode == 78
    assert refused.stderr.startswith(f"{agent.config}:7:36: unit 300 is outside 1 to 247\n")
    assert json.loads(as_json.stderr)["outcome"] == "refused"
    assert broken.returncode == 78
    assert len(agent.events("config_reloaded")) == 1
    assert len(agent.events("config_refused")) == 3
    assert agent.stop() == 0
    gone = reload(agent)
    assert (gone.returncode, gone.stderr.split(";")[0]) == (
        69,
        f"no agent runs with the state directory {agent.folder}/state",
    )


FAIL = """
from rtu_agent.cli import main
from rtu_agent.output.delivery import Delivery

def fail(self, switch, timeout_s, end_old=Delivery.end_old):
    if not switch.old.files:
        return end_old(self, switch, timeout_s)  # the start has nothing to end
    raise ZeroDivisionError

Delivery.end_old = fail
main()
"""


def test_a_step_that_fails_on_the_way_ends_the_agent(agent: AgentProcess) -> None:
    """Whoever has asked hears that at once; what was read is stored, and who starts it anew gets the new file."""
    command = [sys.executable, "-c", FAIL, "run", "-c", str(agent.config)]
    text = agent.config.read_text()
    with agent.log.open("wb") as log, subprocess.Popen(command, stderr=log, cwd=agent.folder) as process:
        try:
            until(lambda: agent.events("port_opened") != [], "the start")
            agent.config.write_text(text.replace("directory: data", "directory: other"))
            asked = reload(agent, "--timeout", "50s")
            code = process.wait(20)
        finally:
            process.kill()

    assert (asked.returncode, asked.stderr) == (
        69,
        "the agent has ended before it said what came of it; its log says why\n",
    )
    assert code == 1
    assert agent.events("records_dropped") == []
    assert len(agent.events("agent_stopped")) == 1
    agent.start()
    until(lambda: len(agent.events("port_opened")) == 2, "the second start")
    until((agent.folder / "other").exists, "the new place")
    assert agent.stop() == 0


def test_a_file_that_is_not_there_is_said(agent: AgentProcess) -> None:
    """Before anybody is asked."""
    agent.config.unlink()

    answer = reload(agent)

    assert (answer.returncode, answer.stderr) == (69, f"{agent.config}: No such file or directory\n")


def test_the_service_manager_hears_of_every_state(
    agent: AgentProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready, alive while polls get done, reloading and ready again, stopping; a missing server is no failed start."""
    agent.config.write_text(
        agent.config.read_text().replace("outputs:", 'outputs:\n  influxdb: {url: "http://127.0.0.1:9", bucket: b}')
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{tmp_path.name}-{os.getpid()}")
        manager.settimeout(20.0)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path.name}-{os.getpid()}")
        agent.start()
        said = [_said(manager)]
        assert said == ["READY=1"]
        while not any(line.startswith("STATUS=1 bus; 1 of 1 device up; ") for line in said):
            said.append(_said(manager))
        assert "WATCHDOG=1" in said
        os.kill(agent.pid, signal.SIGHUP)
        while "RELOADING=1" not in said[-1]:
            said.append(_said(manager))
        assert int(said[-1].partition("MONOTONIC_USEC=")[2]) <= time.monotonic() * 1e6
        while said[-1] != "READY=1":
            said.append(_said(manager))
        assert agent.stop() == 0
        while said[-1] != "STOPPING=1":
            said.append(_said(manager))


def _hear_all(manager: socket.socket) -> None:
    while _said(manager):
        pass


def _said(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def test_a_missing_port_is_no_failed_start(
    agent: AgentProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent is ready, and alive: it tries again."""
    agent.config.write_text(agent.config.read_text().replace(str(tmp_path / "port"), "/dev/no-such-port"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{tmp_path.name}-{os.getpid()}-m")
        manager.settimeout(20.0)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path.name}-{os.getpid()}-m")
        agent.start()
        said = [_said(manager) for _ in range(3)]

    assert said[0] == "READY=1"
    assert said[1:] == ["WATCHDOG=1", "STATUS=1 bus, 1 port closed; 0 of 1 device up"]


def test_a_driver_that_hangs_the_loop_starves_the_watchdog(
    agent: AgentProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said by a timer while nothing gets done."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{tmp_path.name}-{os.getpid()}-w")
        manager.settimeout(20.0)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path.name}-{os.getpid()}-w")
        agent.start()
        while _said(manager) != "WATCHDOG=1":
            pass
        os.kill(agent.pid, signal.SIGSTOP)
        manager.settimeout(2.5)
        with pytest.raises(TimeoutError):
            _hear_all(manager)
        os.kill(agent.pid, signal.SIGCONT)
        manager.settimeout(20.0)
        while _said(manager) != "WATCHDOG=1":
            pass


HANG = """
import sys, threading
from rtu_agent.bus import adapter
from rtu_agent.output import {module}
{what} = lambda *_, **__: threading.Event().wait()
from rtu_agent.cli import main
main()
"""


@pytest.mark.parametrize(
    ("module", "what"),
    [
        ("influxdb", "influxdb.InfluxdbOutput.send"),
        ("sqlite", "sqlite.SqliteOutput.write"),
        ("sqlite", "adapter.Adapter.open"),
    ],
)
def test_nothing_that_hangs_keeps_it_from_ending(agent: AgentProcess, module: str, what: str) -> None:
    """A server, a disk, a port: it has ended within its time, and a second wish makes it end at once."""
    agent.config.write_text(
        agent.config.read_text().replace("outputs:", 'outputs:\n  influxdb: {url: "http://127.0.0.1:9", bucket: b}')
    )
    code = HANG.format(module=module, what=what)
    command = [sys.executable, "-c", code, "run", "-c", str(agent.config)]
    for wishes in (1, 2):
        with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=agent.folder, text=True) as process:
            assert process.stderr is not None
            while "agent_started" not in process.stderr.readline():
                pass
            time.sleep(1.5)
            started = time.monotonic()
            for _ in range(wishes):
                process.send_signal(signal.SIGTERM)  # does nothing where it has ended already
                time.sleep(0.2)
            said = process.stderr.read()
        assert process.returncode == 0
        assert "Traceback" not in said
        assert time.monotonic() - started < 4 * STOP_S


IN_A_TERMINAL = """
import os, pty, signal, sys, time
process, terminal = pty.fork()
if process == 0:
    if sys.argv[1] == "nohup":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(sys.executable, [sys.executable, *sys.argv[3:], "run", "--no-live", "-c", sys.argv[2]])
said = b""
while b"port_opened" not in said:
    said += os.read(terminal, 4096)
while sys.argv[1] == "in a shell" and not os.path.exists("writes"):
    time.sleep(0.01)
os.close(terminal)
for _ in range(5 if sys.argv[1] == "in a shell" else 0):  # two in one moment may arrive as one
    time.sleep(0.05)
    os.kill(process, signal.SIGHUP)
if sys.argv[1] == "nohup":
    os.kill(process, signal.SIGHUP)
    print(process, flush=True)
    sys.stdin.read()
    os.kill(process, signal.SIGTERM)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
"""


def test_a_closed_terminal_ends_an_agent_that_was_started_in_it(agent: AgentProcess) -> None:
    """An agent that nobody sees any more would keep the ports."""
    command = [sys.executable, "-c", IN_A_TERMINAL, "plainly", str(agent.config), "-m", "rtu_agent"]

    assert subprocess.run(command, check=False, timeout=60, cwd=agent.folder).returncode == 0


SLOW_DISK = """
import pathlib, time
from rtu_agent.cli import main
from rtu_agent.output.sqlite import SqliteOutput

def slowly(self, records, write=SqliteOutput.write):
    with pathlib.Path("writes").open("a") as writes:
        print("began", file=writes, flush=True)
        time.sleep(1.0)
        write(self, records)
        print("ended", file=writes, flush=True)

SqliteOutput.write = slowly
main()
"""


def test_a_closed_terminal_hurries_nobody(agent: AgentProcess) -> None:
    """The shell tells its jobs of it, and so does the terminal: that is one wish, and what was read is written."""
    command = [sys.executable, "-c", IN_A_TERMINAL, "in a shell", str(agent.config), "-c", SLOW_DISK]

    assert subprocess.run(command, check=False, timeout=60, cwd=agent.folder).returncode == 0
    writes = (agent.folder / "writes").read_text().split()
    assert writes.count("began") == writes.count("ended") > 0


def test_an_agent_started_with_nohup_goes_on_without_its_terminal(agent: AgentProcess) -> None:
    """A hangup is only a wish for a reload then."""
    command = [sys.executable, "-c", IN_A_TERMINAL, "nohup", str(agent.config), "-m", "rtu_agent"]
    verdict = agent.folder / "state" / "reload.json"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=agent.folder) as process:
        assert process.stdin is not None
        until(verdict.exists, "the reload")
        process.stdin.close()
        assert process.wait(60) == 0

    assert json.loads(verdict.read_text())["said"] == "nothing has changed"
