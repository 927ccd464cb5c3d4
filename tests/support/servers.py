"""Real servers from Debian's packages, one process per test: InfluxDB 1.6.7, VictoriaMetrics and Prometheus.

Each runs on free ports of the loopback address with its data in the test's own folder. It counts as started when it is
healthy *and* the process that owns the listening port is the one started here, so that a server that happens to run on
the machine is never taken for it.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import pytest

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
HOST = "127.0.0.1"
_LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require(binary: str, package: str) -> str:
    """Return the path of `binary`; skip the test if it is missing, or fail it when servers are required."""
    path = shutil.which(binary)
    if path is not None:
        return path
    message = f"{binary} is not installed; on Debian: apt-get install {package}"
    if os.environ.get("RTU_AGENT_REQUIRE_SERVERS") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def listens(pid: int, port: int) -> bool:
    """Tell whether the process `pid` owns a listening TCP socket on `port` (Linux)."""
    inodes: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            columns = line.split()
            if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    links = Path(f"/proc/{pid}/fd")
    return any(_target(link) in inodes for link in links.iterdir()) if links.exists() else False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed while we looked
        return ""


class Server:
    """One server process. `url` and the data folder stay the same when it is killed and started again."""

    binary: ClassVar[str]
    package: ClassVar[str]
    health: ClassVar[str]
    """Path that answers 2xx when the server is ready."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the server, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the server has written to its standard output and error."""
        return self.folder / f"{self.binary}.log"

    def command(self, path: str) -> list[str]:
        """Return the command line; writes the configuration files it names."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the process and wait until it is healthy; a port that was taken meanwhile is replaced by another."""
        path = require(self.binary, self.package)
        self.folder.mkdir(parents=True, exist_ok=True)
        attempts = 3
        for _ in range(attempts):
            self._launch(path)
            if self._came_up():
                return
            self.stop()
            self.port = free_port()
        raise AssertionError(f"{self.binary} did not start:\n{self._last_words()}")

    def restart(self) -> None:
        """Start the process again after `kill` or `stop`, on the same port and data."""
        self._launch(require(self.binary, self.package))
        if not self._came_up():
            raise AssertionError(f"{self.binary} did not start again:\n{self._last_words()}")

    def kill(self) -> None:
        """Kill the process as a power cut of the process would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT_S)
            self.process = None

    def stop(self) -> None:
        """Ask the process to end and wait for it; kill it if it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
            self.process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON that a GET answers with."""
        with urllib.request.urlopen(f"{self.url}{path}?{urllib.parse.urlencode(query)}", timeout=10) as reply:
            return json.load(reply)

    def post(self, path: str, body: bytes = b"", **query: str) -> str:
        """Return the text that a POST answers with; an error status raises `urllib.error.HTTPError`."""
        request = urllib.request.Request(f"{self.url}{path}?{urllib.parse.urlencode(query)}", data=body, method="POST")
        with urllib.request.urlopen(request, timeout=10) as reply:
            text: str = reply.read().decode()
            return text

    def _launch(self, path: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(path), stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def _came_up(self) -> bool:
        process = self.process
        assert process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and process.poll() is None:
            if listens(process.pid, self.port) and self._healthy():
                return True
            time.sleep(0.01)
        return False

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}{self.health}", timeout=1):
                return True
        except OSError:  # includes URLError and HTTPError
            return False

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else "(it wrote nothing)"


class Influxd(Server):
    """InfluxDB 1.6.7, which knows `/write` and `/query` but not `/api/v2/write`."""

    binary = "influxd"
    package = "influxdb"
    health = "/ping"

    def command(self, path: str) -> list[str]:
        """Return the command line; the port for backups is any free one."""
        configuration = self.folder / "influxdb.conf"
        configuration.write_text(
            f'reporting-disabled = true\nbind-address = "{HOST}:0"\n'
            f'[meta]\ndir = "{self.folder}/meta"\n'
            f'[data]\ndir = "{self.folder}/data"\nwal-dir = "{self.folder}/wal"\n'
            "query-log-enabled = false\n"
            "[monitor]\nstore-enabled = false\n"
            f'[http]\nbind-address = "{HOST}:{self.port}"\nlog-enabled = false\n'
        )
        return [path, "run", "-config", str(configuration)]

    def create_database(self, name: str) -> None:
        """Create a database."""
        self.query(f'CREATE DATABASE "{name}"')

    def query(self, influxql: str, database: str = "") -> list[dict[str, Any]]:
        """Return the rows of all series of the first statement, one mapping from column to value each.

        `time` is in milliseconds; the tags of a `GROUP BY` stand among the columns.
        """
        answer = json.loads(self.post("/query", db=database, q=influxql, epoch="ms"))["results"][0]
        if "error" in answer:
            raise AssertionError(f"{influxql}: {answer['error']}")
        return [
            dict(zip(series["columns"], row, strict=True)) | series.get("tags", {})
            for series in answer.get("series", [])
            for row in series.get("values", [])
        ]


class VictoriaMetrics(Server):
    """VictoriaMetrics 1.79.5, which takes InfluxDB's `/write` and `/api/v2/write`."""

    binary = "victoria-metrics"
    package = "victoria-metrics"
    health = "/health"

    def command(self, path: str) -> list[str]:
        """Return the command line; old samples are kept."""
        return [
            path,
            f"-storageDataPath={self.folder}/vm",
            f"-httpListenAddr={HOST}:{self.port}",
            "-retentionPeriod=100y",
            "-memory.allowedBytes=256MB",
            "-search.latencyOffset=0s",
        ]

    def export(self, match: str = '{__name__!=""}') -> dict[tuple[tuple[str, str], ...], dict[int, float]]:
        """Return all samples: series (sorted labels, `__name__` among them) to time in milliseconds to value."""
        self.post("/internal/force_flush")
        samples: dict[tuple[tuple[str, str], ...], dict[int, float]] = {}
        for line in self.post("/api/v1/export", **{"match[]": match}).splitlines():
            series = json.loads(line)
            labels = tuple(sorted(series["metric"].items()))
            samples.setdefault(labels, {}).update(zip(series["timestamps"], series["values"], strict=True))
        return samples


class Prometheus(Server):
    """Prometheus 2.42 that scrapes `targets` several times a second and evaluates `rules` as often."""

    binary = "prometheus"
    package = "prometheus"
    health = "/-/ready"

    def __init__(
        self,
        folder: Path,
        targets: Mapping[str, Sequence[str]],
        rules: Sequence[Path] = (),
        alertmanagers: Sequence[str] = (),
        every: str = "200ms",
    ) -> None:
        """`targets` maps a job name to `host:port` addresses; `rules` are rule files; alerts go to `alertmanagers`.

        A target must answer before the next scrape, which comes `every` so often.
        """
        super().__init__(folder)
        self.targets = targets
        self.rules = rules
        self.alertmanagers = alertmanagers
        self.every = every

    def command(self, path: str) -> list[str]:
        """Return the command line."""
        jobs = [{"job_name": job, "static_configs": [{"targets": list(at)}]} for job, at in self.targets.items()]
        configuration = self.folder / "prometheus.yml"
        configuration.write_text(  # JSON is YAML
            json.dumps(
                {
                    "global": dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), self.every),
                    "scrape_configs": jobs,
                    "rule_files": [str(rule.resolve()) for rule in self.rules],
                    "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(self.alertmanagers)}]}]},
                }
            )
        )
        return [
            path,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={self.folder}/tsdb",
            f"--web.listen-address={HOST}:{self.port}",
        ]

    def query(self, promql: str) -> list[dict[str, Any]]:
        """Return the result of an instant query: `metric` (labels) and `value` (time, text) each."""
        result: list[dict[str, Any]] = self.get("/api/v1/query", query=promql)["data"]["result"]
        return result

    def healthy_targets(self) -> set[str]:
        """Return the addresses whose last scrape succeeded."""
        targets = self.get("/api/v1/targets")["data"]["activeTargets"]
        addresses = (re.sub(r"^https?://|/metrics$", "", target["scrapeUrl"]) for target in targets)
        return {at for at, target in zip(addresses, targets, strict=True) if target["health"] == "up"}


class Alertmanager(Server):
    """Debian's Alertmanager with a configuration of ours."""

    binary = "prometheus-alertmanager"
    package = "prometheus-alertmanager"
    health = "/-/ready"

    def __init__(self, folder: Path, configuration: Path) -> None:
        super().__init__(folder)
        self.configuration = configuration

    @property
    def address(self) -> str:
        """Where Prometheus finds it."""
        return f"{HOST}:{self.port}"

    def command(self, path: str) -> list[str]:
        """Return the command line of a single Alertmanager."""
        return [
            path,
            f"--config.file={self.configuration}",
            f"--storage.path={self.folder}/data",
            f"--web.listen-address={self.address}",
            "--cluster.listen-address=",
        ]

    def raise_alerts(self, *labels: dict[str, str]) -> None:
        """Send alerts as Prometheus does."""
        body = json.dumps([{"labels": alert} for alert in labels]).encode()
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/api/v2/alerts", body, headers), timeout=10):
            pass

    def alerts(self) -> list[tuple[dict[str, str], str]]:
        """Return the labels of each alert that has not ended, and its state: `active` or `suppressed`."""
        return [(alert["labels"], alert["status"]["state"]) for alert in self.get("/api/v2/alerts")]


class StartPrometheus(Protocol):
    """What the fixture `prometheus` gives."""

    def __call__(self, targets: Mapping[str, Sequence[str]], rules: Sequence[Path] = ()) -> Prometheus:
        """Start one and wait until it is ready; it is stopped with the test."""
