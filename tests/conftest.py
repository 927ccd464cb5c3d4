"""What several rooms share: how hypothesis judges, and servers from Debian's packages, one process per test."""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings

from support.servers import Influxd, Prometheus, StartPrometheus, VictoriaMetrics

# Examples are judged by what they find, not by how busy the machine is.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With RTU_AGENT_REQUIRE_SERVERS=1 a skipped test has failed: nothing may hide that a server is missing."""
    report = yield
    if report.skipped and os.environ.get("RTU_AGENT_REQUIRE_SERVERS") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


@pytest.fixture
def influxd(tmp_path: Path) -> Iterator[Influxd]:
    """A running InfluxDB 1.6.7 without any database."""
    server = Influxd(tmp_path / "influxd")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def victoria_metrics(tmp_path: Path) -> Iterator[VictoriaMetrics]:
    """A running, empty VictoriaMetrics."""
    server = VictoriaMetrics(tmp_path / "victoria-metrics")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[StartPrometheus]:
    """Starts a Prometheus: `prometheus({"agent": ["127.0.0.1:9485"]}, rules=[path])`."""
    with ExitStack() as running:

        def start(targets: Mapping[str, Sequence[str]], rules: Sequence[Path] = ()) -> Prometheus:
            server = Prometheus(Path(mkdtemp(prefix="prometheus-", dir=tmp_path)), targets, rules)
            running.callback(server.stop)
            server.start()
            return server

        yield start
