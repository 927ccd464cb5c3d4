"""What `check` predicts is what the wire then carries: an agent polls a simulated bus whose trace is measured."""

import json
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from rtu_agent.app import load
from rtu_agent.cli import main
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.site import SimulatedBus, simulated_site
from rtu_agent.simulator.wire import Transmission
from support.agent_process import AgentProcess, until

LINE = LineSettings(9600)
THOUGHT_S = 0.02
"""The slaves take longer than the simulator needs for the reply on a busy machine, so that none is late."""
TURNAROUND = f"{1000 * (LINE.t35_s + THOUGHT_S):.3f}ms"
WINDOW_S = 24.0
"""A whole number of every interval, so that the window begins and ends at the same place of the schedule."""

SITE = """
version: 1
site: test
buses:
  b: {{port: {port}, baudrate: 9600}}
devices:
  - {{name: "climate-{{unit}}", bus: b, unit: 1-4, driver: generic.xy_md02, interval: 1s}}
  - {{name: wide, bus: b, unit: 11, driver: ./wide.yaml, interval: 1s}}
  - {{name: "patient-{{unit}}", bus: b, unit: 21-22, driver: ./patient.yaml, interval: 3s}}
http: {{listen: "127.0.0.1:0"}}
"""
WIDE = """
driver: test.wide
kind: words
description: Words here and there, which make blocks of any width
source: written for this test
table: holding
type: u16
max_block: 40
gaps_readable: true
points:
  a: {at: 0, vendor_specific: true}
  b: {at: 4, vendor_specific: true}
  c: {at: 39, vendor_specific: true}
  d: {at: 40, vendor_specific: true}
  e: {at: 200, table: input, vendor_specific: true}
  f: {at: 7, table: coil, type: bit, vendor_specific: true}
"""
PATIENT = WIDE.replace("test.wide", "test.patient").replace("table: holding", "table: holding\npause: 80ms", 1)


def utilisation(trace: Sequence[Transmission], since_s: float) -> float:
    """Return the share of the window that requests take, replies, what lies between, and t3.5 after each reply."""
    held_s = 0.0
    for request, reply in pairwise(trace):
        if request.sender == "master" and since_s <= request.start_s < since_s + WINDOW_S:
            assert reply.sender == "slave", "every request is answered"
            held_s += reply.end_s + LINE.t35_s - request.start_s
    return held_s / WINDOW_S


@pytest.mark.slow
def test_the_predicted_utilisation_is_the_measured_one(tmp_path: Path) -> None:
    """Within 5 %, the silence included, as the simulated wire measures it."""
    agent = AgentProcess(tmp_path, SITE.format(port="/dev/ttyUSB0"))
    (tmp_path / "wide.yaml").write_text(WIDE, encoding="utf-8")
    (tmp_path / "patient.yaml").write_text(PATIENT, encoding="utf-8")
    loaded = load(agent.config)
    units = {entry.unit: loaded.driver_of(entry.driver) for entry in loaded.site.devices}
    trace: list[Transmission] = []
    with simulated_site([SimulatedBus("b", LINE, units, THOUGHT_S, trace.append)]) as ports:
        agent.config.write_text(SITE.format(port=ports["b"]), encoding="utf-8")
        agent.start()
        until(lambda: len(trace) > 2 * 40, "two rounds of polls")
        since_s = time.monotonic()
        until(lambda: time.monotonic() > since_s + WINDOW_S + 1, "the window", WINDOW_S + 20)
        assert agent.stop() == 0
    answer = CliRunner().invoke(main, ["check", "-c", str(agent.config), "--turnaround", TURNAROUND, "--json"])
    [predicted] = json.loads(answer.stdout)["load"]

    assert predicted["fits"]
    assert predicted["utilisation"] > 0.4
    assert utilisation(trace, since_s) == pytest.approx(predicted["utilisation"], rel=0.05)
