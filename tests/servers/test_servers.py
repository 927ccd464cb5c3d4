"""The server fixtures themselves: the right process answers, and it can be killed and started again."""

import http.server
import os
from pathlib import Path

import pytest

from support.servers import HOST, Influxd, StartPrometheus, VictoriaMetrics, listens, require


@pytest.mark.server
def test_influxd_keeps_its_data_and_port_over_a_kill(influxd: Influxd) -> None:
    """Tests of outages rely on this: what was acknowledged is there after `kill` and `restart`."""
    influxd.create_database("d")
    influxd.post("/write", b"m,t=a v=1 1000", db="d", precision="ms")
    url = influxd.url
    influxd.kill()
    influxd.restart()
    assert influxd.url == url
    assert influxd.query("SELECT * FROM m", "d") == [{"time": 1000, "t": "a", "v": 1}]


@pytest.mark.server
def test_victoria_metrics_gives_back_samples(victoria_metrics: VictoriaMetrics) -> None:
    """`export` sees a sample at once, not after the usual flush interval."""
    victoria_metrics.post("/api/v2/write", b"m,t=a v=1.5 1795000000000", precision="ms")
    assert victoria_metrics.export() == {(("__name__", "m_v"), ("t", "a")): {1795000000000: 1.5}}


@pytest.mark.server
def test_prometheus_scrapes_a_target(prometheus: StartPrometheus, tmp_path: Path) -> None:
    """Targets and rule files given to the fixture are used."""
    rule = tmp_path / "rules.yml"
    rule.write_text("groups: [{name: g, rules: [{record: seen, expr: up}]}]")
    server = prometheus({"nobody": [f"{HOST}:1"]}, rules=[rule])
    assert server.get("/api/v1/rules")["data"]["groups"][0]["rules"][0]["name"] == "seen"
    assert server.healthy_targets() == set()


def test_a_foreign_process_is_not_taken_for_ours() -> None:
    """Somebody else on the port is told apart by who owns the socket."""
    server = http.server.HTTPServer((HOST, 0), http.server.BaseHTTPRequestHandler)
    try:
        assert listens(os.getpid(), server.server_port)
        assert not listens(os.getppid(), server.server_port)
    finally:
        server.server_close()


def test_a_missing_server_skips_and_fails_when_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    """CI cannot pass by skipping."""
    monkeypatch.delenv("RTU_AGENT_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install nothing-like-it"):
        require("no-such-server", "nothing-like-it")
    monkeypatch.setenv("RTU_AGENT_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed"):
        require("no-such-server", "nothing-like-it")
