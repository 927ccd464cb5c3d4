"""Masters that are not ours read simulated buses, and nobody is faster than the wire."""

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import minimalmodbus
import pytest
import serial

from rtu_agent.clock import HandClock
from rtu_agent.protocol.crc import crc_bytes, crc_is_good
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.overview import mbpoll_command
from rtu_agent.simulator.site import SimulatedBus, simulated_site
from rtu_agent.simulator.values import sources
from rtu_agent.simulator.wire import Transmission
from support.servers import require
from support.simulated import Allrounder

LINE = LineSettings(19200)
CLOCK = HandClock()
"""Stands still, so that every reply has known values."""

NOW_S = CLOCK.wall()


@dataclass
class Running:
    """A running site of two buses with two units each."""

    ports: dict[str, str]
    trace: list[Transmission]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """One site for all tests of this module."""
    trace: list[Transmission] = []
    units = {1: Allrounder, 2: Allrounder}
    buses = [SimulatedBus("floor1", LINE, units, trace=trace.append), SimulatedBus("floor2", LINE, units)]
    with simulated_site(buses, seed=5, clock=CLOCK) as ports:
        yield Running(dict(ports), trace)


def master(port: str, unit: int = 1) -> minimalmodbus.Instrument:
    """Return a minimalmodbus instrument that waits long, for a machine that is busy."""
    instrument = minimalmodbus.Instrument(port, unit)
    instrument.serial.baudrate = LINE.baudrate
    instrument.serial.timeout = 5
    return instrument


def expected(name: str, bus: str = "floor1", unit: int = 1) -> float:
    """Return what the device measures."""
    return sources(Allrounder.points, f"5/{bus}/{unit}")[name](NOW_S)


def test_minimalmodbus_reads_every_kind_of_value(running: Running) -> None:
    """Floats, scaled integers, integers, texts and bits, each as its driver writes it."""
    instrument = master(running.ports["floor1"])

    assert instrument.read_float(0x0000, 4) == pytest.approx(expected("voltage"), rel=1e-6)
    assert instrument.read_register(0x0028, 1, 4, signed=True) == pytest.approx(expected("temperature"), abs=0.05)
    assert instrument.read_long(0xFC00, 3) == expected("serial_number")
    assert instrument.read_string(0x002D, 2, 4) == expected("device_name")
    assert instrument.read_bit(0x0003, 1) == expected("digital_output_1")
    assert instrument.read_bit(0x0000, 2) == expected("digital_input_1")


def test_units_and_buses_differ(running: Running) -> None:
    """Sixteen feeders with one value would look like a broken bus."""
    voltages = {
        (bus, unit): master(running.ports[bus], unit).read_float(0x0000, 4) for bus in running.ports for unit in (1, 2)
    }

    assert voltages == pytest.approx({key: expected("voltage", *key) for key in voltages}, rel=1e-6)
    assert len(set(voltages.values())) == 4


def asked(port: str, request: str, size: int, timeout: float = 5) -> str:
    """Send a frame without its checksum; return a reply of up to `size` bytes without its own."""
    body = bytes.fromhex(request)
    with serial.Serial(port, LINE.baudrate, timeout=timeout) as opened:
        opened.write(body + crc_bytes(body))
        reply: bytes = opened.read(size)
    assert crc_is_good(reply) or not reply
    return reply[:-2].hex(" ")


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        pytest.param("01 04 0042 0001", "01 84 02", id="no such register"),
        pytest.param("01 03 0000 0002", "01 83 02", id="not in that table"),
        pytest.param("01 01 0003 0002", "01 81 02", id="one of two bits is missing"),
        pytest.param("01 04 0000 003D", "01 84 03", id="wider than the device answers"),
        pytest.param("01 04 0000 007E", "01 84 03", id="wider than a frame"),
        pytest.param("01 06 FC00 0001", "01 86 01", id="write"),
        pytest.param("01 42", "01 c2 01", id="unknown function"),
    ],
)
def test_what_a_device_cannot_do_is_refused(running: Running, request_: str, reply: str) -> None:
    """As a device refuses it, at once; and the next request is answered as ever."""
    assert asked(running.ports["floor1"], request_, 5) == reply
    assert asked(running.ports["floor1"], "01 01 0003 0001", 6) == f"01 01 01 {int(expected('digital_output_1')):02x}"


@pytest.mark.parametrize("request_", ["03 04 0000 0002", "00 04 0000 0002", "01", "FF" * 300])
def test_nobody_answers_what_concerns_nobody(running: Running, request_: str) -> None:
    """Another unit, a broadcast, noise; and the next request is answered as ever."""
    assert asked(running.ports["floor1"], request_, 1, timeout=0.3) == ""
    assert asked(running.ports["floor1"], "01 01 0003 0001", 6) == f"01 01 01 {int(expected('digital_output_1')):02x}"


def test_a_port_can_be_closed_and_opened_again(running: Running) -> None:
    """As an agent does that is restarted."""
    for _ in range(3):
        instrument = master(running.ports["floor2"])
        assert instrument.read_float(0x0000, 4) == pytest.approx(expected("voltage", "floor2"), rel=1e-6)
        instrument.serial.close()


def test_no_reply_is_earlier_than_the_wire_allows(running: Running) -> None:
    """A reply takes the characters of both frames, t3.5 and the turnaround, or longer on a busy machine."""
    instrument = master(running.ports["floor1"])
    instrument.read_registers(0x0000, 10, 4)
    running.trace.clear()

    began_s = time.monotonic()
    instrument.read_registers(0x0000, 48, 4)
    took_s = time.monotonic() - began_s

    assert took_s >= LINE.wire_s(8) + LINE.t35_s + 0.002 + LINE.wire_s(101)
    request, reply = running.trace
    assert (request.sender, reply.sender) == ("master", "slave")
    assert request.start_s >= began_s
    assert request.end_s - request.start_s == pytest.approx(LINE.wire_s(8))
    assert reply.start_s - request.end_s >= LINE.t35_s + 0.002 - 1e-9
    assert reply.end_s - reply.start_s >= LINE.wire_s(101) - 1e-9
    assert reply.received_s >= reply.end_s


@pytest.mark.server
def test_mbpoll_reads_a_value(running: Running) -> None:
    """With the command that the overview suggests."""
    mbpoll = require("mbpoll", "mbpoll")
    _, *options = mbpoll_command(running.ports["floor1"], LINE, 2, Allrounder).split()

    said = subprocess.run([mbpoll, "-o", "5", *options], capture_output=True, text=True, check=True).stdout

    value = next(line for line in said.splitlines() if line.startswith("[0]")).split()[-1]
    assert float(value) == pytest.approx(expected("voltage", unit=2), rel=1e-5)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """No thread, no open file, no link, however often it is used."""
    before = threading.active_count(), {*Path("/dev/fd").iterdir()}
    for _ in range(2):
        with simulated_site([SimulatedBus("floor1", LINE, {1: Allrounder})], links=tmp_path) as ports:
            assert (tmp_path / "floor1").resolve() == Path(ports["floor1"])

    assert (threading.active_count(), {*Path("/dev/fd").iterdir()}) == before
    assert not [*tmp_path.iterdir()]


def test_a_link_that_cannot_be_made_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The ports are given back."""
    before = threading.active_count(), {*Path("/dev/fd").iterdir()}
    (tmp_path / "floor1").write_text("precious")

    buses = [SimulatedBus("floor1", LINE, {1: Allrounder})]
    with pytest.raises(FileExistsError), simulated_site(buses, links=tmp_path):
        pass

    assert (threading.active_count(), {*Path("/dev/fd").iterdir()}) == before


def test_the_time_of_the_values_cannot_be_set_back() -> None:
    """An operator who sets the clock does not turn the counters back."""
    clock = HandClock()
    with simulated_site([SimulatedBus("floor1", LINE, {1: Allrounder})], clock=clock) as ports:
        instrument = master(ports["floor1"])
        before = instrument.read_float(0x0026, 4)
        clock.turn(36_000.0)
        clock.set_wall(0.0)

        assert instrument.read_float(0x0026, 4) > before
