"""Devices whose names are an attack, from their registers to everything that leaves the agent."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from line_protocol_parser import parse_line

from support import hostile
from support.agent_process import AgentProcess, until
from support.scripted_http import JSON, Reply, Request, serving
from support.servers import Influxd, free_port
from support.truth_slave import TruthSlave

WORDS = 60
"""Registers of a text; two of them fit into one reply."""
ATTACKS = [text.encode("utf-8", "surrogatepass") for text in hostile.TEXTS.values()]
ATTACKS += [b"\xff\xfe\xc3(\x80\xf0\x9f", b"\xed\xa0\x80\xed\xb0\x80", b"\xc0\x8a\xe0\x80\x8a"]
"""Also bytes that are not UTF-8, and overlong line feeds."""
UNITS = range(1, len(ATTACKS) + 1)

MAP = f"""
driver: test.names
kind: names
description: devices that say what they are
source: written for this test
table: holding
points:
  serial_number: {{at: 0, type: string, words: {WORDS}, group: once}}
  message: {{at: 100, type: string, words: {WORDS}, group: fast, vendor_specific: true}}
"""


def word(unit: int, address: int) -> int:
    """Return two characters of the text of a unit, which begins at 0 and again at 100."""
    text = ATTACKS[unit - 1][: 2 * WORDS].ljust(2 * WORDS, b"\0")
    place = 2 * (address % 100)
    return int.from_bytes(text[place : place + 2], "big")


def site(port: Path, listen: str, outputs: str) -> str:
    """Return a site of all attackers on one bus."""
    return f"""
version: 1
site: test
buses:
  b: {{port: {port}, baudrate: 115200, timeout: 500ms}}
devices:
  - {{name: "names-{{unit}}", bus: b, unit: 1-{UNITS[-1]}, driver: ./names.yaml, interval: 200ms}}
outputs:
  {outputs}
http: {{listen: "{listen}"}}
"""


@contextmanager
def attackers(folder: Path) -> Iterator[Path]:
    """Give the port of a bus with all attackers on it, and put their register map into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "names.yaml").write_text(MAP, encoding="utf-8")
    slave = TruthSlave(folder / "port", lambda *_: 0.001, word)
    slave.plug()
    try:
        yield slave.path
    finally:
        slave.unplug()


@contextmanager
def running(agent: AgentProcess, *options: str) -> Iterator[AgentProcess]:
    """Start an agent, and leave none behind when the test fails."""
    agent.start(*options)
    try:
        yield agent
    finally:
        agent.kill()


def scraped(listen: str) -> str:
    """Return the metrics."""
    with urllib.request.urlopen(f"http://{listen}/metrics", timeout=10) as reply:
        text: str = reply.read().decode()
        return text


def assert_one_printable_line_each(text: str) -> list[str]:
    """Return the lines, none of which holds anything but printable characters."""
    lines = text.split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    return lines


def texts_in(file: Path) -> list[str]:
    """Return every text in every table of an SQLite file."""
    connection = sqlite3.connect(file)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    cells = [cell for name in names for row in connection.execute(f'SELECT * FROM "{name}"') for cell in row]
    connection.close()
    return [cell.decode() if isinstance(cell, bytes) else cell for cell in cells if isinstance(cell, bytes | str)]


def test_no_device_gets_out_of_its_string(tmp_path: Path) -> None:
    """Log, live lines, metrics, SQLite, spool and dead letters, with a server that throws every line back in anger."""
    listen = f"127.0.0.1:{free_port()}"

    def refuse(request: Request) -> Reply:
        angry = f"\x1b[31munable to parse\n {request.body[:300].decode()} \ud800\u202e {'x' * 65536}"
        return Reply(400, json.dumps({"error": angry}), JSON)

    with attackers(tmp_path) as port, serving(refuse) as server:
        outputs = f'sqlite: {{directory: data}}\n  influxdb: {{url: "{server.url}", bucket: b, api: v1}}'
        with running(AgentProcess(tmp_path, site(port, listen, outputs)), "-v", "--live") as agent:
            until(lambda: bool(agent.events("records_dropped")), "a line that was refused")
            until(
                lambda: {event["device"] for event in agent.events("poll_finished")} >= names(), "a poll of each device"
            )
            metrics = scraped(listen)
            assert agent.stop() == 0

    assert hostile.WITNESS not in metrics
    for line in assert_one_printable_line_each(metrics):
        assert "evil" not in line
    lines = assert_one_printable_line_each(agent.log.read_text(encoding="utf-8"))
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert {event["event"] for event in events} >= {"agent_started", "poll_finished", "records_dropped", "write_failed"}
    assert max(map(len, lines)) < 10_000
    dead = texts_in(tmp_path / "state" / "spool.sqlite3")
    assert any("unable to parse" in text for text in dead)
    [readings] = (tmp_path / "data").glob("*.sqlite")
    stored = texts_in(readings)
    assert any(hostile.WITNESS in text for text in stored), "the attack was read"
    for text in (*dead, *stored):
        assert_one_printable_line_each(text)
    for request in (each for each in server.requests if each.method == "POST"):
        for line in assert_one_printable_line_each(request.body.decode()):
            assert parse_line(line)["measurement"] in {"names", "device_info", "modbus_event"}


def names() -> set[str]:
    """Return the names of all devices."""
    return {f"names-{unit}" for unit in UNITS}


@pytest.mark.server
def test_no_device_gets_out_of_its_string_in_a_database(tmp_path: Path, influxd: Influxd) -> None:
    """InfluxDB 1.6.7 has one text for each device and time, no other series, and nothing that does not print."""
    influxd.create_database("modbus")
    with attackers(tmp_path) as port:
        outputs = f'influxdb: {{url: "{influxd.url}", bucket: modbus, api: v1}}'
        with running(AgentProcess(tmp_path, site(port, "127.0.0.1:0", outputs))) as agent:
            until(
                lambda: {row["device"] for row in influxd.query("SELECT * FROM names", "modbus")} == names(),
                "a record of each device",
            )
            assert agent.stop() == 0

    assert {row["name"] for row in influxd.query("SHOW MEASUREMENTS", "modbus")} <= {
        "names", "device_info", "modbus_event",
    }  # fmt: skip
    assert {row["value"] for row in influxd.query("SHOW TAG VALUES WITH KEY = device", "modbus")} == names()
    rows = influxd.query("SELECT * FROM names", "modbus") + influxd.query("SELECT * FROM device_info", "modbus")
    texts = [row.get("message") or row.get("serial_number") or "" for row in rows]
    assert all(text.isprintable() for text in texts)
    assert any(hostile.WITNESS in text for text in texts)
    assert agent.events("write_failed") == []


def test_no_device_steers_the_terminal(tmp_path: Path) -> None:
    """On a terminal the table shows the texts: no control character reaches it but those that the table itself uses."""
    with attackers(tmp_path) as port:
        config = tmp_path / "devices.yaml"
        config.write_text(site(port, "127.0.0.1:0", "sqlite: {directory: data}"), encoding="utf-8")
        screen, inside = pty.openpty()
        command = [sys.executable, "-m", "rtu_agent", "run", "-c", str(config), "--for", "6s"]
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "160", "LINES": "60", "NO_COLOR": "1"}
        process = subprocess.Popen(command, stdin=inside, stdout=inside, stderr=inside, env=environment, cwd=tmp_path)
        os.close(inside)
        drawn = b"".join(iter(lambda: read(screen), b"")).decode()
        assert process.wait(30) == 0
        os.close(screen)

    for moves in ("\x1b[?25l", "\x1b[?25h", "\x1b[1A", "\x1b[2K", "\x1b[1m", "\x1b[0m", "\x1b[2m", "\x1b[1;2m"):
        drawn = drawn.replace(moves, "")
    assert_one_printable_line_each(drawn.replace("\r", ""))
    assert "message" in drawn
    assert "[red]" in drawn


def read(screen: int) -> bytes:
    """Return what was drawn; nothing when the program has ended."""
    try:
        return os.read(screen, 65536)
    except OSError:  # the other end is closed
        return b""
