"""`rtu-agent simulate` as people and programs use it, and the child that the agent makes of it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import minimalmodbus
import pytest

from rtu_agent.simulator.child import SimulatorFailedError, simulated_ports
from support.distributions import DRIVER, installing

SITE = """\
version: 1
site: plant-a
buses:
  floor1: {port: /dev/ttyUSB0, baudrate: 19200}
  floor2: {port: /dev/ttyUSB1, baudrate: 9600, parity: even}
devices:
  - {name: main-meter, bus: floor1, unit: 1, driver: eastron.sdm630}
  - {name: "feeder-{unit}", bus: floor1, unit: 2-4, driver: eastron.sdm120}
  - {name: lobby, bus: floor2, unit: 3, driver: generic.xy_md02}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A site of two buses."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE)
    return path


@contextmanager
def simulate(config: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command."""
    command = [sys.executable, "-m", "rtu_agent", "simulate", "-c", str(config), *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(config: Path, *options: str) -> tuple[int, str, str]:
    """Run the command to its end; return exit code, stdout and stderr."""
    with simulate(config, *options) as process:
        stdout, stderr = process.communicate(timeout=30)
        return process.returncode, stdout, stderr


def voltage(port: str, baudrate: int) -> float:
    """Read the voltage of the first unit."""
    instrument = minimalmodbus.Instrument(port, 1)
    instrument.serial.baudrate = baudrate
    instrument.serial.timeout = 5
    value: float = instrument.read_float(0, 4)
    instrument.serial.close()
    return value


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_cleanly(config: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C is an interruption, a service manager's wish is not; neither leaves a trace on stderr."""
    with simulate(config, "--json") as process:
        assert process.stdout
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [line["bus"] for line in lines] == ["floor1", "floor2"]
        assert 200 < voltage(lines[0]["port"], 19200) < 250

        process.send_signal(number)
        _, stderr = process.communicate(timeout=10)

        assert (process.returncode, stderr) == (code, "")


def test_it_ends_by_itself(config: Path, tmp_path: Path) -> None:
    """After the time given; a person sees a table and the commands that read it."""
    code, stdout, stderr = finished(config, "--for", "10ms", "--link", str(tmp_path / "ports"))

    assert (code, stderr) == (0, "")
    assert "eastron.sdm120" in stdout
    assert "mbpoll -m rtu -b 19200 -P none -a 1 -t 3:float -B -0 -r 0" in stdout
    assert not [*(tmp_path / "ports").iterdir()]


def test_only_the_named_buses_are_offered(config: Path) -> None:
    """Two agents may share a site file in a test."""
    code, stdout, _ = finished(config, "--json", "--for", "10ms", "floor2")

    assert code == 0
    assert [json.loads(line)["bus"] for line in stdout.splitlines()] == ["floor2"]


def test_a_bus_that_is_not_there_is_a_mistake_in_the_command(config: Path) -> None:
    """With the names that are there."""
    code, stdout, stderr = finished(config, "attic")

    assert (code, stdout) == (2, "")
    assert "no bus 'attic', it has floor1, floor2" in stderr


def test_faults_are_simulated_on_request(config: Path) -> None:
    """A port that will vanish has a name that it can come back under, and the exception comes."""
    with simulate(
        config, "--json", "--fault", "exception:code=04,unit=1", "--fault", "vanish:p=0", "floor1"
    ) as process:
        assert process.stdout
        port = json.loads(process.stdout.readline())["port"]
        instrument = minimalmodbus.Instrument(port, 1)
        instrument.serial.baudrate = 19200
        instrument.serial.timeout = 5

        assert Path(port).is_symlink()
        with pytest.raises(minimalmodbus.SlaveReportedException, match="device failure"):
            instrument.read_float(0, 4)

        instrument.serial.close()
        process.terminate()
        process.communicate(timeout=10)
    assert not Path(port).is_symlink()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("lat", "there is no fault 'lat', did you mean 'late'?\n    lat\n    ^"),
        ("crc:bus=flor1", "the site has no bus 'flor1', did you mean 'floor1'?"),
    ],
)
def test_a_fault_that_is_none_is_a_mistake_in_the_command(config: Path, fault: str, message: str) -> None:
    """With its place and its mend."""
    code, stdout, stderr = finished(config, "--fault", fault)

    assert (code, stdout) == (2, "")
    assert message in stderr


def test_faults_can_be_listed(config: Path) -> None:
    """Without a bus being simulated."""
    code, stdout, stderr = finished(config, "--fault", "list")

    assert (code, stderr) == (0, "")
    assert "\nbabble\n    A unit that has gone mad" in stdout


def test_a_broken_site_is_not_simulated(config: Path) -> None:
    """Exit code 78 and the place of the mistake."""
    config.write_text(SITE.replace("eastron.sdm630", "eastron.sdm63"))
    code, stdout, stderr = finished(config, "--for", "10ms")

    assert (code, stdout) == (78, "")
    assert f"{config}:7:" in stderr


def test_the_child_offers_its_ports_and_ends_with_its_parents_block(config: Path) -> None:
    """The agent reads simulated devices from another process."""
    with simulated_ports(config) as ports:
        assert [*ports] == ["floor1", "floor2"]
        assert 200 < voltage(ports["floor1"], 19200) < 250
        [child] = children()

    assert child not in children()


def children() -> list[str]:
    """Return the processes that this one has started and not seen end.

    A port that is gone would not prove it: the numbers of ptys are used again at once.
    """
    return Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split()


PARENT = """
import pathlib, sys, time, minimalmodbus
from rtu_agent.simulator.child import simulated_ports
with simulated_ports(pathlib.Path(sys.argv[1])) as ports:
    try:
        print(ports["floor1"], flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        instrument = minimalmodbus.Instrument(ports["floor1"], 1)
        instrument.serial.timeout = 5
        print(instrument.read_float(0, 4))
"""


@contextmanager
def parent(config: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run a program, in a process group of its own, that has the simulator as its child; give it and a port."""
    command = [sys.executable, "-c", PARENT, str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0) as process:
        try:
            assert process.stdout
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_the_child_ends_when_its_parent_is_killed(config: Path) -> None:
    """Nobody has to clean up after a `kill -9`."""
    with parent(config) as (process, port):
        assert port.exists()
        process.kill()

    deadline = time.monotonic() + 20
    while port.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not port.exists()


def test_a_ctrl_c_reaches_the_parent_only(config: Path) -> None:
    """The ports outlive the agent's last poll, though a terminal interrupts all programs in its foreground."""
    with parent(config) as (process, _):
        os.killpg(process.pid, signal.SIGINT)
        stdout, _ = process.communicate(timeout=30)

        assert process.returncode == 0
        assert 200 < float(stdout) < 250


def test_a_child_that_does_not_start_is_an_error(config: Path) -> None:
    """It says with which exit code it ended."""
    config.write_text("version: 1\n")

    with pytest.raises(SimulatorFailedError, match="exit code 78"), simulated_ports(config):
        pass


def test_a_driver_that_prints_does_not_hide_the_ports(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even one that prints what is no text, past everything that watches over standard output."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with installing(tmp_path, monkeypatch) as install:
        loud = "import os, sys\nprint('hello')\nos.write(sys.__stdout__.fileno(), bytes([255, 10]))\n"
        install("loud", loud + dedent(DRIVER))
        with simulated_ports(config) as ports:
            assert ports.keys() == {"floor1", "floor2"}
