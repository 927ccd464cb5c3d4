"""The agent as its user runs it: with simulated buses, for a while, once, until Ctrl-C."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.agent_process import AgentProcess, until

SITE = """
version: 1
site: demo
buses:
  floor1: {port: /dev/ttyUSB7, baudrate: 38400}
  floor2: {port: /dev/ttyUSB8, baudrate: 38400, parity: even}
devices:
  - {name: meter, bus: floor1, unit: 1, driver: eastron.sdm630, interval: 500ms}
  - {name: "climate-{unit}", bus: floor2, unit: 3-4, driver: generic.xy_md02, interval: 500ms}
http: {listen: "127.0.0.1:PORT"}
"""


def site(port: int = 0) -> str:
    """Return a site whose HTTP port is given."""
    return SITE.replace("PORT", str(port))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_simulated_run_ends_by_itself_with_a_summary(tmp_path: Path) -> None:
    """`--for` polls, stores, says so line by line and in the end, and exits with 0."""
    agent = AgentProcess(tmp_path, site())

    assert agent.run("--simulate", "--for", "4s") == 0

    said = agent.log.read_text(encoding="utf-8")
    assert said.count(" polls ") >= 3
    assert "demo: 3 devices on 2 buses" in said
    [file] = [file for file in (tmp_path / "data").iterdir() if not file.name.endswith(("-wal", "-shm"))]
    connection = sqlite3.connect(file)
    fields = {field for (field,) in connection.execute("SELECT DISTINCT field FROM readings WHERE device = 'meter'")}
    connection.close()
    assert {"voltage_l1_n_v", "active_power_w", "quality"} <= fields


def test_the_summary_as_json_is_the_only_thing_on_stdout(tmp_path: Path) -> None:
    """A program can read it: everything read, stored and failed, and the accounts add up."""
    summary = summary_of(tmp_path, "--for", "3s")

    for bus in summary["buses"].values():
        polls = bus["polls"]
        assert polls["scheduled"] == polls["good"] + sum(polls["failed"].values()) + sum(polls["skipped"].values())
        assert polls["good"] > 5
        assert polls["failed"] == {}


def test_json_lines_are_the_only_thing_on_stdout(tmp_path: Path) -> None:
    """With a live view and a summary, which go elsewhere then."""
    agent = AgentProcess(tmp_path, site() + "outputs: {jsonl: {}}\n")
    command = [sys.executable, "-m", "rtu_agent", "run", "-c", str(agent.config), "--simulate", "--once", "--live"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 0
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {record["tags"]["device"] for record in records} == {"meter", "climate-3", "climate-4"}
    assert "polls" in ended.stderr


def test_a_device_that_reports_by_exception_stores_what_is_new(tmp_path: Path) -> None:
    """Once where nothing changes much; it is polled as often as ever, and its neighbours store everything."""
    report = "report: {deadband: {temperature: 100, humidity_relative: 100}, heartbeat: 1h}"
    text = site().replace("generic.xy_md02, ", f"generic.xy_md02, {report}, ") + "outputs: {jsonl: {}}\n"
    agent = AgentProcess(tmp_path, text)
    command = [sys.executable, "-m", "rtu_agent", "run", "-c", str(agent.config), "--simulate", "--for", "4s"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert ended.returncode == 0
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    stored = Counter(record["tags"]["device"] for record in records if record["measurement"] != "device_info")
    assert stored["climate-3"] == stored["climate-4"] == 1
    assert stored["meter"] > 3


def test_a_reader_that_goes_away_ends_an_agent_that_has_no_other_output(tmp_path: Path) -> None:
    """`rtu-agent run | head -1` gives the prompt back."""
    agent = AgentProcess(tmp_path, site() + "outputs: {jsonl: {}}\n")
    command = [sys.executable, "-m", "rtu_agent", "run", "-c", str(agent.config), "--simulate"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["quality"] == 0
        process.stdout.close()
        said = process.stderr.read()

    assert process.returncode == 0
    assert "whoever read the lines from standard output has gone" in said
    assert "Traceback" not in said


def test_once_polls_every_group_once_and_ends(tmp_path: Path) -> None:
    """`--once` ends when each group of each device has been polled."""
    devices = summary_of(tmp_path, "--once")["devices"]

    assert devices["meter"]["polls"]["good"] >= 3
    assert devices["climate-4"]["polls"]["good"] >= 1


def test_once_says_that_a_device_has_failed(tmp_path: Path) -> None:
    """With exit code 3, as every command does that asks devices; the others are stored."""
    agent = AgentProcess(tmp_path, site())

    assert agent.run("--simulate", "--once", "--fault", "drop-request:unit=3,bus=floor2") == 3
    assert "Traceback" not in agent.log.read_text(encoding="utf-8")


def test_network_ports_are_simulated_like_any_other(tmp_path: Path) -> None:
    """Nothing is connected to; the gateway's line is kept, and Modbus TCP needs none."""
    text = site().replace("/dev/ttyUSB7, baudrate: 38400", '"tcp://no-such-host.invalid"')
    text = text.replace("/dev/ttyUSB8", '"rtu+tcp://no-such-host.invalid:4001"')

    summary = summary_of(tmp_path, "--once", text=text)

    assert text.count("no-such-host") == 2
    assert summary["devices"]["meter"]["polls"]["good"] >= 3
    assert summary["devices"]["climate-4"]["polls"]["good"] >= 1


def test_simulated_buses_have_faults_on_request(tmp_path: Path) -> None:
    """Every read of the bus that is named is refused; the other bus is as ever."""
    summary = summary_of(tmp_path, "--for", "6s", "--fault", "exception:code=04,bus=floor1")

    assert summary["devices"]["meter"]["polls"]["good"] == 0
    assert summary["devices"]["meter"]["polls"]["failed"]["exception"] >= 2
    assert summary["devices"]["climate-3"]["polls"]["good"] >= 2


def summary_of(folder: Path, *options: str, text: str | None = None) -> Any:
    """Run the simulated site and return its summary, which must be all that is on stdout."""
    config = folder / "devices.yaml"
    config.write_text(text or site(), encoding="utf-8")
    command = [sys.executable, "-m", "rtu_agent", "run", "-c", str(config), "--simulate", "--json", *options]
    answer = subprocess.run(command, capture_output=True, check=True, cwd=folder)
    assert "agent_started" in answer.stderr.decode()
    return json.loads(answer.stdout)


def test_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    """What was read is stored, the summary is shown, nothing is left running, and the exit code says interrupted."""
    agent = AgentProcess(tmp_path, site())
    agent.start("--simulate")
    until(lambda: agent.log.exists() and " good " in agent.log.read_text(encoding="utf-8"), "polls")
    children = Path(f"/proc/{agent.pid}/task/{agent.pid}/children").read_text().split()

    assert agent.interrupt() == 130

    assert children
    said = agent.log.read_text(encoding="utf-8")
    assert "demo: 3 devices on 2 buses" in said
    assert "Traceback" not in said
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []


SIGNALS_AS_ON_WINDOWS = """
import asyncio
def refuse(*_):
    raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = refuse
from rtu_agent.cli import main
main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_signals_end_it_where_the_loop_cannot_wait_for_them(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """As on Windows: no traceback, and the same exit codes."""
    config = tmp_path / "devices.yaml"
    config.write_text(site(), encoding="utf-8")
    command = [sys.executable, "-c", SIGNALS_AS_ON_WINDOWS, "run", "-c", str(config), "--no-live"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, text=True) as process:
        assert process.stderr is not None
        said = ""
        while "port_open_failed" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        process.send_signal(number)
        said += process.stderr.read()

    assert process.returncode == code
    assert "Traceback" not in said


def test_the_simulator_does_not_outlive_a_killed_agent(tmp_path: Path) -> None:
    """Its ports go with the agent, also after kill -9."""
    agent = AgentProcess(tmp_path, site())
    agent.start("--simulate")
    until(lambda: agent.log.exists() and " good " in agent.log.read_text(encoding="utf-8"), "polls")
    [child] = Path(f"/proc/{agent.pid}/task/{agent.pid}/children").read_text().split()

    agent.kill()

    until(lambda: not _alive(child), "the simulator's end")


def _alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_metrics_are_served_while_it_runs(tmp_path: Path) -> None:
    """Prometheus finds the bus, the device and the output; it is healthy and ready."""
    port = free_port()
    agent = AgentProcess(tmp_path, site(port))
    agent.start("--simulate")
    until(lambda: agent.log.exists() and " good " in agent.log.read_text(encoding="utf-8"), "polls")
    time.sleep(2)
    metrics = get(port, "/metrics")
    assert json.loads(get(port, "/healthz"))["loop_silent_s"] < 5
    assert json.loads(get(port, "/readyz"))["waiting_for_ports"] == []
    assert agent.stop() == 0

    assert 'rtu_agent_bus_port_open{bus="floor1"} 1.0' in metrics
    assert 'rtu_agent_device_up{bus="floor2",device="climate-3"} 1.0' in metrics
    assert 'rtu_agent_output_writes_total{outcome="ok",output="sqlite"}' in metrics


def get(port: int, path: str) -> str:
    """Return what the agent answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
        text: str = reply.read().decode()
        return text


def test_a_second_agent_of_one_site_is_refused(tmp_path: Path) -> None:
    """Exit code 75, with who is there and what to do; the first one is not touched, and leaves nothing in the way."""
    first, second = AgentProcess(tmp_path, site()), AgentProcess(tmp_path, site())
    second.log = tmp_path / "second.log"
    first.start("--simulate")
    try:
        until(lambda: first.events("agent_started") != [], "the start")
        code = second.run("--simulate", "--once")
        assert first.events("agent_stopped") == []
        pid = first.pid
        assert first.stop() == 0
    finally:
        first.kill()
    said = second.log.read_text(encoding="utf-8")

    assert code == 75
    assert f"process {pid} is an agent that uses {tmp_path / 'state'} already" in said
    assert second.events("agent_started") == []
    assert second.run("--simulate", "--once") == 0


def test_a_taken_address_is_said_and_exits_with_75(tmp_path: Path) -> None:
    """The message names the address and what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        agent = AgentProcess(tmp_path, site(port))

        assert agent.run("--for", "1s") == 75

    assert f"http: 127.0.0.1:{port} is taken by another program" in agent.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--for", "5"], 2, "Invalid value for '--for'"),
        (["--nonsense"], 2, "No such option"),
        (["--fault", "late"], 2, "--fault needs --simulate"),
        (["--simulate", "--fault", "lat"], 2, "there is no fault 'lat', did you mean 'late'?"),
        (["--simulate", "--fault", "late:unit=9"], 2, "the site has no unit 9, it has "),
        (["--simulate", "--fault", "late:bus=floor1,unit=8-9"], 2, "bus 'floor1' has no unit 8-9, it has "),
        (["--simulate", "--fault", "late:bus=attic"], 2, "the site has no bus 'attic', it has floor1, floor2"),
    ],
)
def test_misuse_is_explained(tmp_path: Path, options: list[str], code: int, words: str) -> None:
    """Wrong options exit with 2 and say what is wrong."""
    agent = AgentProcess(tmp_path, site())

    assert agent.run(*options) == code
    assert words in agent.log.read_text(encoding="utf-8")


def test_an_invalid_site_exits_with_78(tmp_path: Path) -> None:
    """And says where the mistake is."""
    agent = AgentProcess(tmp_path, site().replace("unit: 1,", "unit: 300,"))

    assert agent.run() == 78
    assert "devices.yaml:8:" in agent.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["token: {file: missing}", "ca_file: missing"])
def test_a_secret_or_a_certificate_that_is_not_there_exits_with_78(tmp_path: Path, key: str) -> None:
    """Said in a sentence, before the first poll."""
    output = f'outputs:\n  influxdb: {{url: "https://localhost", bucket: b, {key}}}\n'
    agent = AgentProcess(tmp_path, site() + output)

    assert agent.run("--for", "1s") == 78
    log = agent.log.read_text(encoding="utf-8")
    assert "missing" in log
    assert "cannot be read: No such file or directory" in log
    assert "Traceback" not in log


def test_a_missing_site_exits_with_69(tmp_path: Path) -> None:
    """The message names the file."""
    agent = AgentProcess(tmp_path, site())
    agent.config.unlink()

    assert agent.run() == 69
    assert "devices.yaml: No such file or directory" in agent.log.read_text(encoding="utf-8")
