"""Two agents at work, a healthy and a faulted one, and the servers that they fill.

The healthy one polls a simulated site, and waits for its devices longer than a busy machine holds them up. The faulted
one polls a disturbed bus, on which one device is silent, one refuses and one misses a value, and a bus whose port is
missing; it writes to a server that refuses and to one that is not there.
"""

import math
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from support.dashboards import Query, Values, boards, expand_influxql, expand_promql, variables
from support.servers import HOST, Influxd, Prometheus, free_port
from support.troubled_line import troubled_line

Labels = dict[str, str]

RUN_S = 12
"""How long the agents run before they are looked at, seconds: longer than the window of a rate."""
WINDOW = "8s"
RANGE_S = RUN_S
STOP_S = 15

HEALTHY = """\
version: 1
site: healthy-site
buses:
  hall: {{port: /dev/serial/by-id/simulated, baudrate: 115200, timeout: 5s}}
devices:
  - {{name: main-meter, bus: hall, unit: 1, driver: eastron.sdm630, interval: 1s, groups: {{slow: 2s}}}}
  - {{name: room.climate, bus: hall, unit: 2, driver: generic.xy_md02, interval: 1s}}
  - {{name: room-air, bus: hall, unit: 3, driver: senseair.s8, interval: 2s}}
outputs:
  influxdb: {{url: "{influx}", api: v1, bucket: healthy}}
http: {{listen: "{listen}"}}
state: state
"""

FAULTED = """\
version: 1
site: faulted-site
buses:
  noisy: {{port: {noisy}, baudrate: 115200, timeout: 100ms}}
  missing: {{port: {missing}, baudrate: 9600}}
devices:
  - {{name: silent, bus: noisy, unit: 1, driver: eastron.sdm120, interval: 500ms}}
  - {{name: refusing, bus: noisy, unit: 2, driver: generic.xy_md02, interval: 500ms}}
  - {{name: doubtful, bus: noisy, unit: 3, driver: ./doubtful.yaml, interval: 500ms}}
  - {{name: unplugged, bus: missing, unit: 1, driver: generic.xy_md02, interval: 500ms}}
outputs:
  stored: {{type: influxdb, url: "{influx}", api: v1, bucket: faulted}}
  refused: {{type: influxdb, url: "{influx}", api: v1, bucket: refusing}}
  away: {{type: influxdb, url: "http://{away}", api: v1, bucket: away}}
http: {{listen: "{listen}"}}
state: state
"""

DOUBTFUL = """\
driver: test.doubtful
kind: environment
description: A transmitter without a temperature sensor
source: none
table: input
points:
  temperature:       {at: 0x0001, type: i16, unit: "°C", scale: 0.1, invalid: [0x7FFF]}
  humidity_relative: {at: 0x0002, type: u16, unit: "%", scale: 0.1}
"""


@dataclass(frozen=True)
class Plant:
    """One agent's data, as the two servers hold them."""

    job: str
    influx: Influxd
    prometheus: Prometheus
    address: str
    """Of the agent itself."""

    def choose(self, uid: str, chosen: Values) -> dict[str, list[str]]:
        """Return the options of each variable of a board, where nothing is `chosen`, in the way Grafana finds them."""
        values: dict[str, list[str]] = {}
        for variable in variables(boards()[uid]):
            if variable["type"] != "datasource":
                options = self._options(variable, values)
                wanted = chosen.get(variable["name"], options)
                assert wanted, f"variable {variable['name']} has no value"
                values[variable["name"]] = list(wanted)
        return values

    def points(self, query: Query, values: Values) -> int:
        """Ask one query; return how many values came back that are not null."""
        if query.language == "promql":
            series = self._promql(query, expand_promql(query.text, values, WINDOW, f"{RANGE_S}s"))
            return sum(numbers for _, numbers in series)
        time_filter = f"time >= {int((time.time() - 60) * 1000)}ms and time <= {int(time.time() * 1000)}ms"
        text = expand_influxql(query.text, values, "1s", time_filter)
        (result,) = self.influx.get("/query", db=self.job, q=text)["results"]
        assert "error" not in result, (text, result)
        rows = [row for series in result.get("series", []) for row in series["values"]]
        return sum(value is not None for _, *row in rows for value in row)  # the first column is the time

    def shown(self, query: Query, values: Values) -> list[Labels]:
        """Ask one query of Prometheus; return the labels of each series that has something to draw."""
        series = self._promql(query, expand_promql(query.text, values, WINDOW, f"{RANGE_S}s"))
        return [labels for labels, numbers in series if numbers]

    def counted(self, counter: str) -> list[Labels]:
        """Return the labels under which the agent has counted something."""
        with urlopen(f"http://{self.address}/metrics", timeout=10) as answer:
            families = [*text_string_to_metric_families(answer.read().decode())]
        return [s.labels for family in families for s in family.samples if s.name == counter and s.value]

    def field_kinds(self, measurement: str) -> dict[str, str]:
        """Return the fields of a measurement and their types."""
        return {row["fieldKey"]: row["fieldType"] for row in self._influxql(f'SHOW FIELD KEYS FROM "{measurement}"')}

    def stored_fields(self, measurement: str, device: str) -> list[str]:
        """Return the fields that one device has values of."""
        (row,) = self._influxql(f'SELECT count(/.+/) FROM "{measurement}" WHERE "device" = \'{device}\'')
        counts = {column.removeprefix("count_"): count for column, count in row.items() if column.startswith("count_")}
        return sorted(field for field, count in counts.items() if count and field != "quality")

    def _options(self, variable: dict[str, Any], values: Values) -> list[str]:
        if variable["type"] == "custom":
            return [option["value"] for option in variable["options"]]
        if variable["datasource"]["type"] == "prometheus":
            found = self._label_values(expand_promql(variable["query"]["query"], values, WINDOW, f"{RANGE_S}s"))
        else:
            found = self._first_values(expand_influxql(variable["query"], values, "1s", "not used"))
        keep = re.compile(variable["regex"].strip("/"))
        return sorted(option for option in found if keep.search(option))

    def _label_values(self, text: str) -> set[str]:
        match = re.fullmatch(r"label_values\((.+), (\w+)\)", text)
        assert match, text
        series = self.prometheus.get("/api/v1/series", **{"match[]": match[1]})["data"]
        return {labels[match[2]] for labels in series}

    def _first_values(self, text: str) -> set[str]:
        """Grafana takes the second column of a tag's values, and the first of anything else."""
        column = "value" if text.startswith("SHOW TAG VALUES") else None
        return {row[column] if column else next(iter(row.values())) for row in self._influxql(text)}

    def _influxql(self, text: str) -> list[dict[str, Any]]:
        return self.influx.query(text, database=self.job)

    def _promql(self, query: Query, text: str) -> list[tuple[Labels, int]]:
        """Return each series with how many numbers it has; what is not a number is drawn as nothing."""
        if query.instant:
            series = [(one["metric"], [one["value"]]) for one in self.prometheus.query(text)]
        else:
            now = time.time()
            window = {"start": str(now - RANGE_S), "end": str(now), "step": "1"}
            answer = self.prometheus.get("/api/v1/query_range", query=text, **window)
            series = [(one["metric"], one["values"]) for one in answer["data"]["result"]]
        return [(labels, sum(not math.isnan(float(value)) for _, value in samples)) for labels, samples in series]


@contextmanager
def running_plants(folder: Path) -> Iterator[dict[str, Plant]]:
    """Start the servers and the agents, let them run for a while, and give the two plants by their jobs."""
    influx = Influxd(folder / "influxd")
    listen = {job: f"{HOST}:{free_port()}" for job in ("healthy", "faulted")}
    prometheus = Prometheus(folder / "prometheus", {job: [at] for job, at in listen.items()})
    with ExitStack() as running:
        for server in (influx, prometheus):
            running.callback(server.stop)
            server.start()
        for database in ("healthy", "faulted", "refusing"):
            influx.create_database(database)
        for kind in ("energy_meter", "environment", "modbus_event"):
            influx.post("/write", f'{kind} quality="text, so that numbers are refused"'.encode(), db="refusing")
        noisy = running.enter_context(troubled_line())
        healthy = HEALTHY.format(influx=influx.url, listen=listen["healthy"])
        faulted = FAULTED.format(
            influx=influx.url,
            listen=listen["faulted"],
            noisy=noisy,
            missing=folder / "no-such-port",
            away=f"{HOST}:{free_port()}",
        )
        running.enter_context(_agent(folder / "healthy", healthy, "--simulate"))
        running.enter_context(_agent(folder / "faulted", faulted))
        _wait_for_scrapes(prometheus, len(listen))
        time.sleep(RUN_S)
        yield {job: Plant(job, influx, prometheus, at) for job, at in listen.items()}


@contextmanager
def _agent(folder: Path, site: str, *options: str) -> Iterator[None]:
    """Run `rtu-agent run` on a site until the tests are over, then see it end well. Its log is shown if one fails."""
    folder.mkdir()
    (folder / "devices.yaml").write_text(site)
    (folder / "doubtful.yaml").write_text(DOUBTFUL)
    log = folder / "agent.log"
    command = [sys.executable, "-m", "rtu_agent", "run", "--config", "devices.yaml", "--no-live", *options]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder)
    try:
        yield
        assert process.poll() is None, "the agent ended early"
        process.terminate()
        assert process.wait(STOP_S) == 0
    except BaseException:
        sys.stderr.write(log.read_text())
        raise
    finally:
        process.kill()
        process.wait()


def _wait_for_scrapes(prometheus: Prometheus, count: int) -> None:
    """Wait until every agent has answered Prometheus."""
    deadline = time.monotonic() + 20
    while len(prometheus.healthy_targets()) < count:
        assert time.monotonic() < deadline, "an agent is not there to be scraped"
        time.sleep(0.1)
