"""A program that spools and sends until it is killed: `python spool_and_send.py SPOOL URL FIRST COUNT`.

Appends COUNT lines, numbered from FIRST, and prints each number when its commit has returned. Sends what it has spooled
meanwhile, and ends when nothing is left to do.
"""

import http.client
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from rtu_agent.clock import SystemClock
from rtu_agent.events import Event
from rtu_agent.output.contract import NetworkOutput, Verdict
from rtu_agent.output.marks import Limits
from rtu_agent.output.retry import action
from rtu_agent.output.sender import Sender
from rtu_agent.output.spool import Spool
from support.watching import wait_until


class Plain(NetworkOutput):
    """Posts over the standard library, which starts faster than the client library."""

    Settings = BaseModel

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc

    def send(self, body: bytes) -> Verdict:
        """Post on a connection of its own."""
        connection = http.client.HTTPConnection(self._address, timeout=5)
        try:
            connection.request("POST", "/api/v2/write", body)
            status = connection.getresponse().status
        finally:
            connection.close()
        return Verdict(action(status, from_database=True), f"HTTP {status}")

    def close(self) -> None:
        """Nothing is open."""


def ignore(_: Event) -> None:
    """Watch nothing."""


def main() -> None:
    """Run."""
    path, url, first, count = sys.argv[1:]
    spool = Spool(Path(path), ["server"], Limits())
    sender = Sender("server", Plain(url), spool, ignore, SystemClock())
    sender.start()
    for number in range(int(first), int(first) + int(count)):
        spool.append(b"m n=%di %d" % (number, number), 1, number, number, number)
        sender.wake()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    wait_until(lambda: spool.backlog("server").records == 0)


if __name__ == "__main__":
    main()
