"""Starts `spool_and_send` again and again, and kills it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

TESTS = Path(__file__).parents[1]
_BEYOND = 30
"""Lines that the program goes on to append while it is killed."""


class Killer:
    """Runs the program for one spool and one server; numbers go on where the one before was killed."""

    def __init__(self, spool: Path, url: str, token: Path, stdin: IO[str], stdout: IO[str]) -> None:
        self.committed: list[int] = []
        self.failures: list[str] = []
        self._arguments = f"{spool} {url} {token}"
        self._stdin = stdin
        self._stdout = stdout

    def run_and_kill(self, commits: int, lives_s: float = 0.0) -> None:
        """Run until so many lines are committed and some time longer, then kill -9."""
        pid = self._start(commits + _BEYOND)
        self.committed += [int(text) for text in islice(self._output(), commits)]
        time.sleep(lives_s)
        os.kill(pid, signal.SIGKILL)
        self.committed += [int(text) for text in self._output()]

    def run_to_the_end(self) -> None:
        """Let one send what is left."""
        self._start(0)
        assert list(self._output()) == []

    def _start(self, count: int) -> int:
        # A kill may come between a commit and its report: that number is not used again.
        first = self.committed[-1] + 2 if self.committed else 0
        self._stdin.write(f"{self._arguments} {first} {count}\n")
        self._stdin.flush()
        word, pid = self._stdout.readline().split()
        assert word == "pid"
        return int(pid)

    def _output(self) -> Iterator[str]:
        for text in self._stdout:
            if text == "end\n":
                return
            if text.startswith("failed"):
                self.failures.append(text)
            else:
                yield text


def dead_letters(spool: Path) -> dict[int, str]:
    """Return the reasons of the lines that the server refused, by their numbers."""
    connection = sqlite3.connect(spool)
    rows = connection.execute("SELECT line, reason FROM dead").fetchall()
    connection.close()
    return {int(bytes(each).rpartition(b" ")[2]): reason for each, reason in rows}


@contextmanager
def killing(spool: Path, url: str, token: Path) -> Iterator[Killer]:
    """A killer, whose program ends with it."""
    command = [sys.executable, "-m", "support.spool_and_send"]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Killer(spool, url, token, process.stdin, process.stdout)
        finally:
            process.stdin.close()
            process.terminate()
