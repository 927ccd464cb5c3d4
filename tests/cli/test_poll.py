"""`rtu-agent poll` prints what devices say, and its exit code tells how it went."""

import json
import os
import pty
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtu_agent.app import load
from rtu_agent.bus.port_error import PortError
from rtu_agent.cli import exit_codes, main
from rtu_agent.domain.registers import Span, Table
from rtu_agent.poll.facts import Facts, fingerprint
from rtu_agent.poll.facts_file import FILE, FactsFile
from rtu_agent.poll.refusals import Refusal

SITE = """
version: 1
site: demo
buses:
  floor1: {port: PORT, baudrate: 38400, timeout: 100ms}
devices:
  - {name: meter, bus: floor1, unit: 1, driver: eastron.sdm120}
  - {name: climate, bus: floor1, unit: 2, driver: generic.xy_md02}
outputs:
  sqlite: {directory: data}
"""


def poll(folder: Path, *arguments: str, port: str = "/dev/ttyUSB7") -> Result:
    """Run the command on a site in `folder`."""
    config = folder / "devices.yaml"
    config.write_text(SITE.replace("PORT", port), encoding="utf-8")
    return CliRunner().invoke(main, ["poll", "-c", str(config), *arguments])


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A port on which nobody answers."""
    far, near = pty.openpty()
    tty.setraw(near)
    yield os.ttyname(near)
    os.close(far)
    os.close(near)


@contextmanager
def held_by_another_process(port: str) -> Iterator[None]:
    """Keep a port open as a running agent does."""
    hold = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, port]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.communicate()


def test_values_come_with_their_words_and_blocks(tmp_path: Path) -> None:
    """For people: one line a value, and what became of each poll."""
    result = poll(tmp_path, "--simulate", "meter")

    assert result.exit_code == exit_codes.OK, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "meter: unit 1 on floor1, eastron.sdm120"
    [voltage] = [line.split() for line in lines if line.split()[0] == "voltage_v"]
    assert voltage[2] == "V"
    assert 180 < float(voltage[1]) < 270
    assert voltage[5:] == ["input", voltage[6]]
    assert any("good, quality good" in line for line in lines)
    assert lines[-1] == "  learnt: nothing yet"
    assert "climate" not in result.stdout


def test_nothing_is_stored(tmp_path: Path) -> None:
    """Neither values nor what was learnt."""
    poll(tmp_path, "--simulate")

    assert [path.name for path in tmp_path.iterdir()] == ["devices.yaml"]


def test_a_program_gets_everything(tmp_path: Path) -> None:
    """All devices of the site, in its order."""
    result = poll(tmp_path, "--simulate", "--json")

    meter, climate = json.loads(result.stdout)
    assert (meter["device"], climate["device"]) == ("meter", "climate")
    assert meter["good"]
    values = {name: value for polled in meter["polls"] for name, value in polled["values"].items()}
    assert values["voltage_v"]["unit"] == "V"
    assert len(bytes.fromhex(values["voltage_v"]["raw"])) == 4
    assert values["voltage_v"]["block"] in [block["block"] for polled in meter["polls"] for block in polled["blocks"]]
    assert meter["learnt"] is None


def test_a_silent_device_has_failed(tmp_path: Path, silent_port: str) -> None:
    """Exit code 3, and the line says that nobody answered."""
    result = poll(tmp_path, "climate", port=silent_port)

    assert result.exit_code == exit_codes.SOME_DEVICE_FAILED
    assert "nobody answered" in result.stdout
    assert "no_reply, no values" in result.stdout


def test_a_port_that_another_process_uses_is_busy(tmp_path: Path, silent_port: str) -> None:
    """Exit code 75 with the reason, and what the running agent has learnt is shown and left as it is."""
    config = tmp_path / "devices.yaml"
    config.write_text(SITE.replace("PORT", silent_port), encoding="utf-8")
    loaded = load(config)
    mark = fingerprint(loaded.driver_of("generic.xy_md02"), "floor1", 2)
    file = FactsFile(loaded.site.state)
    file.write({"climate": Facts(mark, 0.0123, 0.25, frozenset({Refusal(Span(Table.INPUT, 2, 1))}))})
    before = file.path.stat()
    with held_by_another_process(silent_port):
        result = poll(tmp_path, "climate", port=silent_port)

    assert result.exit_code == exit_codes.PORT_BUSY
    assert "another process uses the port" in result.stderr
    assert "it answers after 12.3 ms and is waited for 250 ms; it refuses input 0x0002+1" in result.stdout
    after = file.path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_port_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    """Exit code 69; it is said once and not for each device."""
    result = poll(tmp_path, port=str(tmp_path / "nowhere"))

    assert result.exit_code == exit_codes.UNAVAILABLE
    assert result.stderr.count("there is no such port") == 1


def test_a_permission_that_is_missing_has_its_own_code() -> None:
    """77, as everywhere."""
    error = PortError("permission denied")
    error.__cause__ = PermissionError(13, "Permission denied")

    assert exit_codes.of_port_error(error) == exit_codes.PERMISSION


def test_a_device_that_the_site_does_not_have_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    """Exit code 2, with what was probably meant."""
    result = poll(tmp_path, "metre")

    assert result.exit_code == exit_codes.USAGE
    assert "no device 'metre', did you mean 'meter'?" in result.stderr


def test_a_damaged_file_of_facts_is_told_and_left_alone(tmp_path: Path) -> None:
    """Setting it aside is for the agent that owns it."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / FILE).write_text("{", encoding="utf-8")

    result = poll(tmp_path, port=str(tmp_path / "nowhere"))

    assert FILE in result.stderr
    assert (tmp_path / "state" / FILE).read_text(encoding="utf-8") == "{"
