"""A running agent that is asked over HTTP all the time, by quick clients and by clients that never finish."""

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from support.agent_process import AgentProcess, until
from support.servers import free_port
from support.truth_slave import TruthSlave

MAP = """
driver: test.truth
kind: truth
description: registers that say where they are
source: written for this test
table: holding
points:
  at_10: {at: 10, type: u16, group: fast, vendor_specific: true}
"""
SITE = """
version: 1
site: test
buses:
  b: {{port: {port}, baudrate: 115200, timeout: 2s}}
devices:
  - {{name: "truth-{{unit}}", bus: b, unit: 1-4, driver: ./truth.yaml, interval: 500ms}}
outputs:
  sqlite: {{directory: data}}
http: {{listen: "{listen}"}}
"""
SECONDS = 6
A_SECOND = 50


def status(listen: str) -> Any:
    """Return what the agent says of itself."""
    with urllib.request.urlopen(f"http://{listen}/api/v1/status", timeout=10) as answer:
        return json.loads(answer.read())


def polled(listen: str) -> int:
    """Return how many polls were good; none before the agent answers."""
    try:
        return int(status(listen)["buses"][0]["polls"]["good"])
    except OSError:
        return 0


@contextmanager
def many_clients(listen: str, asked: list[int]) -> Iterator[None]:
    """Ask for everything again and again, while others begin requests of which they never send the end."""
    host, _, port = listen.rpartition(":")
    over = threading.Event()

    def ask(path: str) -> None:
        while not over.wait(2 / A_SECOND):
            with suppress(OSError), urllib.request.urlopen(f"http://{listen}{path}", timeout=10) as answer:
                asked.append(len(answer.read()))

    def hold() -> None:
        while not over.is_set():
            with suppress(OSError), socket.create_connection((host, int(port)), timeout=5) as client:
                client.sendall(b"GET /metrics HTTP/1.0\r\nX: " + 30_000 * b"x")
                over.wait(0.5)

    threads = [threading.Thread(target=ask, args=(path,)) for path in ("/metrics", "/api/v1/status")]
    threads += [threading.Thread(target=hold) for _ in range(20)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_no_poll_is_lost_while_everybody_asks(tmp_path: Path) -> None:
    """As many polls as are due are done, none is skipped, and every answer is whole."""
    (tmp_path / "truth.yaml").write_text(MAP, encoding="utf-8")
    slave = TruthSlave(tmp_path / "port", lambda *_: 0.001)
    slave.plug()
    listen = f"127.0.0.1:{free_port()}"
    agent = AgentProcess(tmp_path, SITE.format(port=slave.path, listen=listen))
    agent.start()
    asked: list[int] = []
    try:
        until(lambda: polled(listen) >= 8, "polls")
        with many_clients(listen, asked):
            before = status(listen)
            time.sleep(SECONDS)
            after = status(listen)
        threads = len(list(Path(f"/proc/{agent.pid}/task").iterdir()))
        assert agent.stop() == 0
    finally:
        agent.kill()
        slave.unplug()

    polls = after["buses"][0]["polls"]
    assert polls["skipped"] == polls["failed"] == {}
    done = polls["good"] - before["buses"][0]["polls"]["good"]
    due = 4 * (after["uptime_s"] - before["uptime_s"]) / 0.5
    assert abs(done - due) <= 8, "two ticks of each device lie between being due and being counted"
    assert len(asked) > A_SECOND, "it was asked"
    assert min(asked) > 1000, "and answered"
    assert threads < 50
