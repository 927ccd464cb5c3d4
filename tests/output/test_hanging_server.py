"""The whole agent with a server that accepts connections and never says a word."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

from support.agent_process import AgentProcess, until
from support.scripted_http import Reply, serving

SITE = """\
version: 1
site: plant-a
http: {{listen: "127.0.0.1:0"}}
buses:
  b: {{port: /dev/ttyS0, baudrate: 19200}}
devices:
  - {{name: "room-{{unit}}", bus: b, unit: 1-2, driver: generic.xy_md02, interval: 500ms}}
outputs:
  hanging: {{type: influxdb, url: "http://127.0.0.1:{hanging}", bucket: b, api: v1}}
  healthy: {{type: influxdb, url: "{healthy}", bucket: b, api: v1}}
  sqlite: {{directory: data}}
"""


def stored(folder: Path) -> dict[str, int]:
    """Return how many records of each device the store has."""
    found = {"room-1": 0, "room-2": 0}
    for file in folder.glob("readings-*.sqlite"):
        with closing(sqlite3.connect(file)) as day:
            query = "SELECT device, count(*) FROM readings WHERE field = 'quality' AND value = 0 GROUP BY device"
            found |= {device: found[device] + records for device, records in day.execute(query)}
    return found


def accepted(server: socket.socket) -> socket.socket:
    """Return the next connection."""
    server.settimeout(60.0)
    connection, _ = server.accept()
    connection.settimeout(60.0)
    return connection


def test_a_server_that_hangs_stops_neither_polls_nor_other_outputs(tmp_path: Path) -> None:
    """While one request waits for its answer, every device is polled on and both other outputs go on."""
    with serving(lambda _: Reply()) as healthy, socket.create_server(("127.0.0.1", 0)) as hanging:
        agent = AgentProcess(tmp_path, SITE.format(hanging=hanging.getsockname()[1], healthy=healthy.url))
        agent.start("--simulate")
        held: list[socket.socket] = []
        try:
            held.append(accepted(hanging))
            while held[-1].recv(4) != b"POST":  # the first may ask for the retention
                held.append(accepted(hanging))
            before, requests = stored(tmp_path / "data"), len(healthy.requests)
            until(lambda: all(now >= before[device] + 4 for device, now in stored(tmp_path / "data").items()), "polls")
            until(lambda: len(healthy.requests) >= requests + 2, "requests to the healthy server")
            assert agent.events("write_failed") == []
            assert agent.stop() == 0
        finally:
            agent.kill()
            for request in held:
                request.close()
