"""What a judge of the whole agent needs: servers that are tormented, and a witness of every commit to the spool."""

import random
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from support.servers import Server

_LINE = re.compile(r"(\S+) (.+) (\d+)")
_FIELD = re.compile(r'([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]+)')

Point = tuple[str, str, int, str]
"""Measurement, tags, time in milliseconds, field."""


@dataclass(frozen=True)
class Told:
    """A line of line protocol, read by other eyes than the agent's: nothing in it needs an escape but texts."""

    measurement: str
    tags: str
    time_ms: int
    fields: dict[str, str]

    def points(self) -> dict[Point, str]:
        """Return its values as they are written."""
        return {(self.measurement, self.tags, self.time_ms, name): value for name, value in self.fields.items()}


def read(line: str) -> Told:
    """Read a line."""
    found = _LINE.fullmatch(line)
    assert found is not None, line
    measurement, _, tags = found[1].partition(",")
    return Told(measurement, tags, int(found[3]), dict(_FIELD.findall(found[2])))


class Witness(Thread):
    """Reads from outside what is committed to a spool, as long as it is there, and how large the spool is."""

    def __init__(self, spool: Path) -> None:
        super().__init__(daemon=True)
        self.lines: list[str] = []
        self.largest_payload = 0
        """Bytes of line protocol."""
        self.largest_files = 0
        """Bytes of the file and its journal."""
        self._spool = spool
        self._last = 0
        self._ended = Event()

    def run(self) -> None:
        """Look often."""
        while not self._ended.wait(0.05):
            self._look()

    def stop(self) -> None:
        """Look for the last time."""
        self._ended.set()
        self.join()
        self._look()

    def _look(self) -> None:
        files = [self._spool, self._spool.with_name(f"{self._spool.name}-wal")]
        self.largest_files = max(self.largest_files, sum(file.stat().st_size for file in files if file.exists()))
        with (
            suppress(sqlite3.OperationalError),  # it is being made, or somebody needs it for himself
            closing(sqlite3.connect(f"{self._spool.resolve().as_uri()}?mode=ro", uri=True)) as spool,
        ):
            (payload,) = spool.execute("SELECT coalesce(sum(length(body)), 0) FROM batch").fetchone()
            rows = spool.execute("SELECT id, body FROM batch WHERE id > ? ORDER BY id", (self._last,)).fetchall()
            self.largest_payload = max(self.largest_payload, payload)
            for number, body in rows:
                self._last = number
                self.lines += body.decode().split("\n")


def _killed(server: Server, chance: random.Random) -> None:
    server.kill()
    time.sleep(chance.uniform(0.1, 2.0))
    server.restart()


def _restarted(server: Server, chance: random.Random) -> None:
    server.stop()
    time.sleep(chance.uniform(0.0, 1.0))
    server.restart()


def _hanging(server: Server, chance: random.Random) -> None:
    """It accepts connections and bodies, and answers nothing."""
    with _stopped(server):
        time.sleep(chance.uniform(0.5, 3.0))


def _slow(server: Server, chance: random.Random) -> None:
    """It gets a fifth of the time."""
    for _ in range(chance.randrange(5, 12)):
        with _stopped(server):
            time.sleep(0.2)
        time.sleep(0.05)


@contextmanager
def _stopped(server: Server) -> Iterator[None]:
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


Torment = Callable[[Server, random.Random], None]
ANY: Sequence[Torment] = (_killed, _restarted, _hanging, _slow)
WITHOUT_KILLS: Sequence[Torment] = (_restarted, _hanging, _slow)
"""For a server that forgets what it has acknowledged when it is killed."""


class Tormentor(Thread):
    """Does one of these things to a server after the other, at random, and leaves it well."""

    def __init__(self, server: Server, torments: Sequence[Torment], chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.done: list[str] = []
        self.failed: Exception | None = None
        self._server = server
        self._torments = torments
        self._chance = chance
        self._ended = Event()

    def run(self) -> None:
        """Torment."""
        try:
            while not self._ended.wait(self._chance.uniform(0.2, 1.5)):
                torment = self._chance.choice(self._torments)
                self.done.append(torment.__name__)
                torment(self._server, self._chance)
        except Exception as error:  # noqa: BLE001 - said by `stop`, in the thread of the test
            self.failed = error

    def stop(self) -> None:
        """Let the server be."""
        self._ended.set()
        self.join()
        if self.failed is not None:
            raise self.failed
