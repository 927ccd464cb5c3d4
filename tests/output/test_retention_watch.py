"""A server that keeps less than the spool may hold is said once, at start."""

import pytest

from rtu_agent.events import RetentionTooShort
from rtu_agent.output.contract import NetworkOutput
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_settings import InfluxdbSettings
from rtu_agent.output.marks import Limits
from rtu_agent.output.retention_watch import watch_retention
from support.database import Database
from support.influxdb_2 import Influxdb2
from support.scripted_http import Script, serving
from support.servers import Influxd
from support.watching import Seen

DAY_S = 86_400.0


class Keeping(Database):
    """A server that says how long it keeps records."""

    def __init__(self, keeps_s: float | None) -> None:
        super().__init__()
        self._keeps_s = keeps_s

    def keeps_s(self) -> float | None:
        """Say it, or fail."""
        if self._keeps_s == 0:
            raise OSError
        return self._keeps_s


def said(*outputs: NetworkOutput) -> list[RetentionTooShort]:
    """What is said of these outputs."""
    seen = Seen()
    for thread in watch_retention({f"o{place}": each for place, each in enumerate(outputs)}, Limits(), seen):
        thread.join(20.0)
    return seen.of(RetentionTooShort)


def test_only_what_is_too_short_is_said() -> None:
    """For ever is long enough, as long as the spool is enough, and who does not answer is not accused."""
    assert said(Keeping(None), Keeping(30 * DAY_S), Keeping(0)) == []
    assert said(Keeping(7 * DAY_S)) == [RetentionTooShort("o0", 7 * DAY_S, 30 * DAY_S)]


def output(url: str, **settings: object) -> InfluxdbOutput:
    """An output to this server."""
    return InfluxdbOutput("db", InfluxdbSettings.model_validate({"url": url, "bucket": "modbus", **settings}))


@pytest.mark.server
def test_version_1_is_asked_for_its_policy(influxd: Influxd) -> None:
    """The one that is written to."""
    influxd.query("CREATE DATABASE modbus WITH DURATION 7d NAME week")
    influxd.query("CREATE RETENTION POLICY year ON modbus DURATION 52w REPLICATION 1")
    outputs = [output(influxd.url), output(influxd.url, bucket="modbus/year"), output(influxd.url, bucket="missing")]
    assert [event.keeps_s for event in said(*outputs)] == [7 * DAY_S]
    for each in outputs:
        each.close()


def test_version_2_is_asked_for_its_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that may not read it, or a bucket that is not there, is no finding."""
    monkeypatch.setenv("T", "s3cret")
    server = Influxdb2()
    server.buckets["modbus"] = {
        "id": "1", "name": "modbus", "orgID": "o", "retentionRules": [{"type": "expire", "everySeconds": 3600}],
    }  # fmt: skip
    scripts: list[Script] = [server, Influxdb2(), Influxdb2(token="another")]
    found = []
    for script in scripts:
        with serving(script) as http:
            asked = output(http.url, org="plant", token={"env": "T"})
            found.append([event.keeps_s for event in said(asked)])
            asked.close()
    assert found == [[3600.0], [], []]


def test_an_output_that_says_nothing_is_not_accused() -> None:
    """The contract's default."""
    assert said(Database()) == []
