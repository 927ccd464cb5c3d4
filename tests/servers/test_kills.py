"""Everything at once: the agent is killed, the server is killed, answers are lost, a token expires, lines are bad."""

import random
import urllib.error
import urllib.request
from pathlib import Path
from threading import Lock

import pytest

from rtu_agent.output.marks import Limits
from rtu_agent.output.spool import Spool
from support.killing import dead_letters, killing
from support.scripted_http import JSON, Reply, Request, serving
from support.servers import Influxd
from support.spool_and_send import is_poison

pytestmark = [pytest.mark.server, pytest.mark.slow]

ROUNDS = 100
OUTAGE_S = 20.0
RENEWALS = (20, 70)
"""Rounds after which the token is another; the agent is told three rounds later."""


class Proxy:
    """Stands before InfluxDB 1: knows who may write, and swallows a part of the answers after the server has stored."""

    def __init__(self, server: Influxd, chance: random.Random) -> None:
        self.token = "first"
        self.swallowed = 0
        self._server = server
        self._chance = chance
        self._lock = Lock()

    def __call__(self, request: Request) -> Reply:
        """Pass it on."""
        if request.headers["Authorization"] != f"Token {self.token}":
            return Reply(401, '{"error":"unauthorized"}', JSON)
        address = f"{self._server.url}{request.path}?db=modbus&precision=ms"
        try:
            with urllib.request.urlopen(urllib.request.Request(address, request.body, method="POST"), timeout=10):
                pass
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read().decode(), JSON)
        except OSError:  # it is dead, or died with the request
            return Reply(503)
        with self._lock:
            swallowed = self._chance.random() < 0.2
            self.swallowed += swallowed
        return Reply(silent=swallowed)


def test_the_database_has_what_was_committed_minus_the_dead_letters(influxd: Influxd, tmp_path: Path) -> None:
    """After 100 kills of the agent, random kills of the server, an outage of 20 s and two changes of the token."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    influxd.create_database("modbus")
    influxd.post("/write", b"m n=0i 0", db="modbus", precision="ms")  # from now on it is a number
    spool, token = tmp_path / "spool.db", tmp_path / "token"
    token.write_text("first")
    proxy = Proxy(influxd, random.Random(seed))
    with serving(proxy) as http, killing(spool, http.url, token) as killer:
        for number in range(ROUNDS):
            outage_s = OUTAGE_S if number == ROUNDS // 2 else 0.0
            dies = outage_s > 0.0 or chance.random() < 0.1
            if dies:
                influxd.kill()
            killer.run_and_kill(chance.randrange(1, 60), outage_s)
            if dies:
                influxd.restart()
            if number in RENEWALS:
                proxy.token = f"token-{number}"
            if number - 3 in RENEWALS:
                token.write_text(proxy.token)
        killer.run_to_the_end()
        assert killer.failures == []
    assert proxy.swallowed > 0
    stored = {row["time"]: row["n"] for row in influxd.query("SELECT n FROM m", "modbus")}
    refused = dead_letters(spool)
    assert all(number == time_ms for time_ms, number in stored.items())
    assert all("field type conflict" in reason for reason in refused.values())
    committed, poison = set(killer.committed), {number for number in killer.committed if is_poison(number)}
    assert committed - poison <= set(stored)
    assert poison <= set(refused)
    # A kill may come between a commit and its report: that line arrives too, and no other.
    unreported = (set(stored) | set(refused)) - committed
    assert len(unreported) <= ROUNDS
    assert all(number - 1 in committed or number == 0 for number in unreported)
    after = Spool(spool, ["server"], Limits())
    assert after.backlog("server").records == 0
    assert after.take_losses() == []
    after.close()
