"""Real faults on simulated wires, a real agent, a real Prometheus with the shipped rules and a real Alertmanager.

A minute of the rules is a second here (`hastened`). Every fault has a bus or an output of its own; all are at work at
the same time, and each must raise its own alert and no other. That no fault moves the counters of another is proven in
tests/faults, on a clock that jumps: in real time a busy machine is a fault, too.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from rtu_agent.app import load
from rtu_agent.forecast import forecasts
from rtu_agent.plugins import load_drivers
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.site import SimulatedBus, simulated_site
from support.agent_process import AgentProcess, until
from support.distributions import installing
from support.hastened import hastened
from support.mortal import Mortal
from support.scripted_http import JSON, Reply, Request, serving
from support.servers import HOST, Alertmanager, Prometheus, free_port, require

pytestmark = [pytest.mark.server, pytest.mark.slow]

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus"
LINE = LineSettings(19_200)
SLOW_LINE = LineSettings(2_400)
UNITS = (1, 2, 3)
PATIENCE_S = 90.0
EVERY = "500ms"
"""A scrape that a busy machine answers too late begins the time of every alert anew."""


@dataclass(frozen=True)
class Row:
    """A fault, the counters of its bus that it moves, and the alert that it raises."""

    fault: str
    moves: set[str]
    alert: str
    units: tuple[int, ...] = ()
    """The devices that the alert is about; none where it is about the bus."""
    interval: str = "500ms"


ROWS = {
    "silent": Row("drop-reply:unit=2", {"no_reply"}, "RtuAgentDeviceDown", (2,)),
    "cut": Row("drop-request", {"no_reply"}, "RtuAgentBusDown"),
    "damaged": Row("crc:p=0.2", {"damaged", "noise"}, "RtuAgentBusNoisy"),
    "foreign": Row("unsolicited:p=0.5", {"foreign frames"}, "RtuAgentForeignFrames"),
    "late": Row("late:p=0.5,by=700ms", {"no_reply", "late replies"}, "RtuAgentLateReplies"),
    "refusing": Row("exception:unit=2,code=04", {"exception"}, "RtuAgentDeviceDown", (2,)),
    "unwilling": Row("exception:code=04", {"exception"}, "RtuAgentDeviceDown", UNITS),
    "unplugged": Row("vanish:for=1h", {"not opened", "port_lost"}, "RtuAgentBusDown"),
    "flapping": Row("vanish:p=0.03,for=100ms", {"reopened", "port_lost"}, "RtuAgentPortFlapping", interval="250ms"),
    "full": Row("", {"overload"}, "RtuAgentBusSaturated", interval="50ms"),
}
SITE = """\
version: 1
site: faults
buses:
{buses}
devices:
  - {{name: another, bus: mistaken, unit: 1, driver: abb.b21, interval: 500ms}}
  - {{name: misread, bus: mistaken, unit: 2, driver: acme.raising, interval: 500ms}}
  - {{name: "well-{{unit}}", bus: well, unit: 1-3, driver: generic.xy_md02, interval: 500ms}}
  - {{name: "mortal-{{unit}}", bus: mortal, unit: 1-3, driver: generic.xy_md02, interval: 500ms}}
  - {{name: air, bus: well, unit: 4, driver: senseair.s8, interval: 1s}}
{devices}
outputs:
  kept: {{type: sqlite, directory: data}}
  away: {{type: influxdb, url: "http://{host}:{away}", api: v1, bucket: b}}
  choosy: {{type: influxdb, url: "{choosy}", api: v1, bucket: b}}
spool: {{keep: 20s}}
http: {{listen: "{host}:{port}"}}
state: state
"""


RAISING = """
    from rtu_agent.driver_api import Driver, Read, hookimpl, script, u16

    class Raising(Driver, table="input"):
        name = "acme.raising"
        kind = "environment"

        status_code = u16(1, vendor_specific=True)

        @script()
        def fetched(self, points):
            (word,) = yield Read("input", 1)
            raise ValueError(word)

    @hookimpl
    def rtu_provide_drivers():
        return [Raising]
"""


def choosy(request: Request) -> Reply:
    """A database that has another type where the carbon dioxide belongs."""
    if b"co2" in request.body:
        return Reply(400, '{"error":"partial write: field type conflict: dropped=1"}', JSON)
    return Reply()


@dataclass
class Plant:
    """Everything at work."""

    agent: AgentProcess
    address: str
    alertmanager: Alertmanager
    mortal: Mortal

    def samples(self) -> list[Sample]:
        """Return what a scrape brings."""
        return [sample for family in text_string_to_metric_families(self.scrape()) for sample in family.samples]

    def scrape(self) -> str:
        """Return the metrics as they are served."""
        with urlopen(f"http://{self.address}/metrics", timeout=10) as reply:
            text: str = reply.read().decode()
            return text

    def alerts(self, **labels: str) -> set[tuple[str, ...]]:
        """Return the alerts with these labels that somebody is told of: name, and device or output."""
        return {
            (alert["alertname"], *(alert[name] for name in ("device", "output") if name in alert))
            for alert, state in self.alertmanager.alerts()
            if state == "active" and labels.items() <= alert.items()
        }


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """The site with its faults, polled, scraped and watched over."""
    folder = tmp_path_factory.mktemp("live")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        plugins = folder / "plugins"
        plugins.mkdir()
        stack.enter_context(installing(plugins, patch))("acme", RAISING)
        patch.setenv("PYTHONPATH", str(plugins))
        mortal = Mortal()
        ports = stack.enter_context(simulated_site(simulated(mortal)))
        server = stack.enter_context(serving(choosy))
        address = f"{HOST}:{free_port()}"
        agent = AgentProcess(folder / "agent", site(ports, server.url, address))
        alertmanager = Alertmanager(folder / "alertmanager", PROMETHEUS / "alertmanager.yml")
        stack.callback(alertmanager.stop)
        alertmanager.start()
        rules = folder / "rules.yml"
        rules.write_text(hastened((PROMETHEUS / "rules.yml").read_text(encoding="utf-8")), encoding="utf-8")
        prometheus = Prometheus(folder / "prometheus", {"rtu-agent": [address]}, [rules], [alertmanager.address], EVERY)
        agent.start()
        stack.callback(agent.kill)
        until(lambda: bool(agent.events("port_opened")), "the agent's start")
        stack.callback(prometheus.stop)
        prometheus.start()
        yield Plant(agent, address, alertmanager, mortal)


def simulated(mortal: Mortal) -> list[SimulatedBus]:
    """Return the wires: a good one, one whose units can be killed, and one for each fault."""
    thermometer, meter, air, other = (
        load_drivers().get(name) for name in ("generic.xy_md02", "eastron.sdm630", "senseair.s8", "abb.b23")
    )
    assert thermometer is not None
    assert meter is not None
    assert air is not None
    assert other is not None
    units = dict.fromkeys(UNITS, thermometer)
    return [
        SimulatedBus("well", LINE, units | {4: air}),
        SimulatedBus("mortal", LINE, units, faults=mortal),
        SimulatedBus("mistaken", LINE, {1: other, 2: thermometer}),
        *(
            SimulatedBus(name, LINE, units, faults=FaultPlan.of(row.fault, seed=name))
            if row.fault
            else SimulatedBus(name, SLOW_LINE, dict.fromkeys(UNITS, meter))
            for name, row in ROWS.items()
        ),
    ]


def site(ports: dict[str, str], choosy_url: str, address: str) -> str:
    """Return devices.yaml for the wires."""
    lines = {name: SLOW_LINE if name in ROWS and not ROWS[name].fault else LINE for name in ports}
    buses = "\n".join(
        f"  {name}: {{port: {port}, baudrate: {lines[name].baudrate}, timeout: 500ms}}" for name, port in ports.items()
    )
    devices = "\n".join(
        f'  - {{name: "{name}-{{unit}}", bus: {name}, unit: 1-3, interval: {row.interval}, '
        f"driver: {'generic.xy_md02' if row.fault else 'eastron.sdm630'}}}"
        for name, row in ROWS.items()
    )
    host, port = address.split(":")
    return SITE.format(buses=buses, devices=devices, host=host, port=port, away=free_port(), choosy=choosy_url)


def reaches(what: Callable[[], object], wanted: object) -> None:
    """Wait until something is as wanted; say what it was last if it never is."""
    deadline = time.monotonic() + PATIENCE_S
    while (last := what()) != wanted:
        assert time.monotonic() < deadline, f"{last} instead of {wanted}"
        time.sleep(0.1)


def test_every_time_in_the_rules_is_hastened() -> None:
    """Else an alert would be waited for in vain, or be tested with half of its times."""
    text = (PROMETHEUS / "rules.yml").read_text(encoding="utf-8")

    times = re.findall(r"for: \S+|\[\S+\]|\d+ \* 60|[<>]=? *\d{3,}", text)

    assert times
    assert [each for each in times if not re.fullmatch(r"for: \d+m|\[\d+m\]|\d+ \* 60", each)] == []
    assert not re.findall(r"for: \d+m|\[\d+m\]|\* 60", hastened(text))


@pytest.mark.parametrize("bus", ROWS)
def test_a_fault_raises_its_own_alert(plant: Plant, bus: str) -> None:
    """And no other on its bus."""
    row = ROWS[bus]
    told = {(row.alert, f"{bus}-{unit}") for unit in row.units} or {(row.alert,)}

    reaches(lambda: plant.alerts(bus=bus), told)


@pytest.mark.parametrize("bus", ROWS)
def test_a_fault_moves_its_own_counters(plant: Plant, bus: str) -> None:
    """Prometheus tells one cause from another by them."""
    assert moved(plant.samples(), bus) >= ROWS[bus].moves


def moved(samples: list[Sample], bus: str) -> set[str]:
    """Return the counters of a bus that tell of trouble and are not 0."""
    names = {
        "rtu_agent_bus_late_replies_total": "late replies",
        "rtu_agent_bus_foreign_frames_total": "foreign frames",
        "rtu_agent_bus_discarded_bytes_total": "noise",
    }
    found = set()
    for sample in samples:
        if sample.labels.get("bus") != bus or not sample.value:
            continue
        if sample.name == "rtu_agent_bus_requests_total" and sample.labels["outcome"] != "good":
            found.add(sample.labels["outcome"])
        elif sample.name == "rtu_agent_bus_port_reopens_total":
            found.add({"ok": "reopened", "failed": "not opened"}[sample.labels["outcome"]])
        elif sample.name == "rtu_agent_polls_skipped_total" and sample.labels["reason"] == "overload":
            found.add("overload")
        elif sample.name in names:
            found.add(names[sample.name])
    return found


def test_outputs_raise_their_own_alerts(plant: Plant) -> None:
    """One server is away for longer than records may wait, one refuses a part, and a local output is well.

    Nobody is told of the age of a backlog.
    """
    reaches(lambda: plant.alerts(output="away"), {("RtuAgentOutputStalled", "away"), ("RtuAgentDataDropped", "away")})
    reaches(lambda: plant.alerts(output="choosy"), {("RtuAgentRecordsRejected", "choosy")})
    assert plant.alerts(output="kept") == set()
    assert {output: answers(plant.samples(), output) for output in ("away", "choosy", "kept")} == {
        "away": {"retryable"},
        "choosy": {"ok", "rejected"},
        "kept": {"ok"},
    }


def answers(samples: list[Sample], output: str) -> set[str]:
    """Return what an output has answered so far."""
    writes = [s for s in samples if s.name == "rtu_agent_output_writes_total" and s.labels["output"] == output]
    return {sample.labels["outcome"] for sample in writes if sample.value}


@pytest.mark.parametrize("driver", ["abb.b21", "acme.raising"])
def test_a_driver_that_is_no_good_is_one_alert(plant: Plant, driver: str) -> None:
    """Be it not for the device that answers, or one that raises; the device itself is not down."""
    reaches(lambda: plant.alerts(driver=driver), {("RtuAgentDriverFailing",)})

    assert plant.alerts(bus="mistaken") == set()
    blamed = {s.labels["device"] for s in plant.samples() if s.name == "rtu_agent_device_driver_failed" and s.value}
    assert blamed == {"another", "misread"}


def test_every_series_that_a_rule_asks_for_is_there(plant: Plant) -> None:
    """With the labels by which it is chosen and told of; but for the adapter that these wires have none of."""
    rules = yaml.safe_load((PROMETHEUS / "rules.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    expressions = [rule["expr"] for rule in rules]
    served = plant.samples()
    asked = {choice for each in expressions for choice in re.findall(r"\b(rtu_agent_\w+)(?:{([^}]*)})?", each)}

    absent = {name for name, chosen in asked if not any(fits(sample, name, chosen) for sample in served)}
    told = {label for sample in served for label in sample.labels} | {"job", "instance"}
    grouped = {
        label
        for each in expressions
        for group in re.findall(r"(?:by|on) \(([^)]+)\)", each)
        for label in group.split(", ")
    }

    assert len(asked) > len(rules)
    assert absent == {"rtu_agent_bus_adapter_latency_seconds"}
    assert grouped <= told


def fits(sample: Sample, name: str, chosen: str) -> bool:
    """Tell whether a selector of PromQL takes a sample."""
    return sample.name == name and all(
        label in sample.labels and bool(re.fullmatch(value, sample.labels[label])) == (how[0] == "=")
        for label, how, value in re.findall(r"(\w+)(=~|!=|=)\"([^\"]*)\"", chosen)
    )


def test_a_device_that_dies_is_one_alert_until_it_lives_again(plant: Plant) -> None:
    """Exactly its own."""
    assert plant.alerts(bus="mortal") == set()
    plant.mortal.dead = frozenset({2})
    reaches(lambda: plant.alerts(bus="mortal"), {("RtuAgentDeviceDown", "mortal-2")})
    plant.mortal.dead = frozenset()
    reaches(lambda: plant.alerts(bus="mortal"), set())


def test_a_device_that_begins_to_refuse_is_one_alert_until_it_gives_values_again(plant: Plant) -> None:
    """It is there, so it is not down."""
    plant.mortal.refusing = frozenset({2})
    reaches(lambda: plant.alerts(bus="mortal"), {("RtuAgentDeviceFailing", "mortal-2")})
    plant.mortal.refusing = frozenset()
    reaches(lambda: plant.alerts(bus="mortal"), set())


def test_a_bus_that_dies_is_one_alert_and_none_of_its_devices(plant: Plant) -> None:
    """Until it lives again."""
    plant.mortal.dead = frozenset(UNITS)
    reaches(lambda: plant.alerts(bus="mortal"), {("RtuAgentBusDown",)})
    plant.mortal.dead = frozenset()
    reaches(lambda: plant.alerts(bus="mortal"), set())


def test_where_nothing_is_wrong_nobody_is_told(plant: Plant) -> None:
    """All the time the good bus was polled beside the others."""
    assert plant.alerts(bus="well") == set()


def test_what_is_served_pleases_promtool(plant: Plant) -> None:
    """The names follow the conventions, and the running configuration can be told."""
    promtool = require("promtool", "prometheus")
    check = subprocess.run(
        [promtool, "check", "metrics"], input=plant.scrape().encode(), capture_output=True, check=False
    )
    [info] = [sample.labels for sample in plant.samples() if sample.name == "rtu_agent_build_info"]

    assert (check.returncode, check.stdout, check.stderr) == (0, b"", b"")
    assert sha256(plant.agent.config.read_bytes()).hexdigest().startswith(info["config_hash"])
    assert info["config_hash"]


def test_a_bus_tells_what_check_reckons(plant: Plant) -> None:
    """The planned utilisation is that of the forecast, since nothing was learnt before."""
    told = {s.labels["bus"]: s.value for s in plant.samples() if s.name == "rtu_agent_bus_planned_utilisation"}

    assert told == pytest.approx({bus.name: bus.load.held for bus in forecasts(load(plant.agent.config), None)})


def test_a_configuration_that_is_refused_is_one_alert_until_it_is_mended(plant: Plant) -> None:
    """Polling goes on meanwhile."""

    def refused() -> set[tuple[str, ...]]:
        return {alert for alert in plant.alerts() if "Config" in alert[0]}

    good = plant.agent.config.read_text(encoding="utf-8")
    plant.agent.config.write_text(good.replace("unit: 4", "unit: 400"), encoding="utf-8")
    os.kill(plant.agent.pid, signal.SIGHUP)
    reaches(refused, {("RtuAgentConfigReloadFailed",)})
    plant.agent.config.write_text(good, encoding="utf-8")
    os.kill(plant.agent.pid, signal.SIGHUP)
    reaches(refused, set())
    assert plant.alerts(bus="well") == set()


def test_an_agent_that_is_gone_is_one_alert(plant: Plant) -> None:
    """Last: what it said of its buses ends with it."""
    plant.agent.kill()

    reaches(plant.alerts, {("RtuAgentAbsent",)})
