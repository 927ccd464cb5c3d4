"""The promise itself: what was committed arrives, wherever the agent is killed and however the server behaves."""

import random
from pathlib import Path
from threading import Lock

import pytest

from rtu_agent.output.marks import Limits
from rtu_agent.output.spool import Spool
from support.killing import dead_letters, killing
from support.scripted_http import JSON, Reply, Request, serving
from support.spool_and_send import is_poison, line

ROUNDS = 60


class MoodyServer:
    """Stores by series and timestamp like a database; a third of the time something goes wrong around it."""

    def __init__(self, chance: random.Random) -> None:
        self.stored: dict[bytes, bytes] = {}
        self.lines_received = 0
        self._chance = chance
        self._lock = Lock()

    def __call__(self, request: Request) -> Reply:
        """Answer one write."""
        with self._lock:
            mood = self._chance.random()
            if mood < 0.15:
                return Reply(503)
            lines = request.body.split(b"\n")
            good = [each for each in lines if b"poison" not in each]
            for each in good:
                self.lines_received += 1
                self.stored[each.rpartition(b" ")[2]] = each
            if len(good) < len(lines):
                return Reply(400, '{"error":"field type conflict"}', JSON)
            return Reply(silent=mood < 0.30)  # the answer is lost after the commit


@pytest.mark.slow
def test_everything_committed_arrives_over_many_kills(tmp_path: Path) -> None:
    """Kill -9 at a random moment, again and again; what was reported as committed is in the database, unchanged."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    server = MoodyServer(random.Random(seed))
    spool, token = tmp_path / "spool.db", tmp_path / "token"
    token.write_text("t")
    with serving(server) as http, killing(spool, http.url, token) as killer:
        for _ in range(ROUNDS):
            killer.run_and_kill(chance.randrange(1, 120))
        killer.run_to_the_end()
        assert killer.failures == []
    good = {b"%d" % number for number in killer.committed if not is_poison(number)}
    assert good <= set(server.stored)
    assert all(stored == line(int(key)) for key, stored in server.stored.items())
    refused = dead_letters(spool)
    assert {number for number in killer.committed if is_poison(number)} <= set(refused)
    assert all(is_poison(number) for number in refused)
    # A kill may come between a commit and its report: that line arrives too, and no other.
    assert len(server.stored) + len(refused) - len(killer.committed) <= ROUNDS
    after = Spool(spool, ["server"], Limits())
    assert after.backlog("server").records == 0
    assert after.take_losses() == []
    after.close()
