"""The promise itself: what was committed arrives, wherever the agent is killed and however the server behaves."""

import os
import random
import subprocess
import sys
from itertools import islice
from pathlib import Path
from threading import Lock

from rtu_agent.output.marks import Limits
from rtu_agent.output.spool import Spool
from support.scripted_http import Reply, Request, serving

ROUNDS = 20
TESTS = Path(__file__).parents[1]
PROGRAM = TESTS / "support" / "spool_and_send.py"


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
            for line in request.body.split(b"\n"):
                self.lines_received += 1
                self.stored[line.rpartition(b" ")[2]] = line
            return Reply(silent=mood < 0.30)  # the answer is lost after the commit


def start(spool: Path, url: str, first: int, count: int) -> subprocess.Popen[str]:
    """Start the program."""
    command = [sys.executable, str(PROGRAM), str(spool), url, str(first), str(count)]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_everything_committed_arrives_over_many_kills(tmp_path: Path) -> None:
    """Kill -9 at a random moment, again and again; what was reported as committed is in the database, unchanged."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    server = MoodyServer(random.Random(seed))
    spool = tmp_path / "spool.db"
    committed: list[int] = []
    with serving(server) as http:
        for _ in range(ROUNDS):
            first = committed[-1] + 2 if committed else 0
            process = start(spool, http.url, first, 1_000_000)
            assert process.stdout is not None
            committed += [int(line) for line in islice(process.stdout, chance.randrange(1, 120))]
            process.kill()
            committed += [int(line) for line in process.stdout.read().splitlines()]
            process.stdout.close()
            process.wait()
        last = start(spool, http.url, committed[-1] + 2, 0)
        last.communicate(timeout=30)
        assert last.returncode == 0
    assert {b"%d" % number for number in committed} <= set(server.stored)
    assert all(line == b"m n=%bi %b" % (key, key) for key, line in server.stored.items())
    # A kill may come between a commit and its report: that line arrives too, and no other.
    assert len(server.stored) - len(committed) <= ROUNDS
    assert server.lines_received < 3 * len(server.stored), "an acknowledged backlog was sent again"
    after = Spool(spool, ["server"], Limits())
    assert after.backlog("server").records == 0
    assert after.take_losses() == []
    after.close()
