"""A program that spools and sends until it is killed; a new one is forked for each line on its input.

    python -m support.spool_and_send < SPOOL URL TOKEN_FILE FIRST COUNT

Each appends COUNT lines, numbered from FIRST, and prints each number when its commit has returned. It sends what is
spooled meanwhile with the real output, and ends when nothing is left to do. `pid N` comes before, `end` after it.
Forking costs milliseconds; importing the client library again would cost most of the time of a test with many kills.
"""

import json
import os
import sys
from pathlib import Path

from rtu_agent.clock import SystemClock
from rtu_agent.events import Event
from rtu_agent.output import influxdb_doors, retry, sender
from rtu_agent.output.influxdb import InfluxdbOutput
from rtu_agent.output.influxdb_settings import InfluxdbSettings
from rtu_agent.output.marks import Limits
from rtu_agent.output.spool import Spool
from support.watching import wait_until

POISON_EVERY = 97
"""Every so many lines one has a text where all others have a number."""


def is_poison(number: int) -> bool:
    """Tell the lines that a server refuses."""
    return number % POISON_EVERY == POISON_EVERY - 1


def line(number: int) -> bytes:
    """Return the line of this number."""
    if is_poison(number):
        return b'm n="poison" %d' % number
    return b"m n=%di %d" % (number, number)


def ignore(_: Event) -> None:
    """Watch nothing."""


def run(path: str, url: str, token: str, first: int, count: int) -> None:
    """Spool and send."""
    sender.HOLD_S = 0.1  # type: ignore[misc]  # nobody mends a token within half a minute here
    retry.FIRST_PAUSE_S = 0.02  # type: ignore[misc]
    influxdb_doors.READ_TIMEOUT_S = 5.0  # type: ignore[misc]
    settings = {"url": url, "bucket": "modbus", "api": "v1", "token": {"file": token}}
    output = InfluxdbOutput("server", InfluxdbSettings.model_validate_json(json.dumps(settings)))
    spool = Spool(Path(path), ["server"], Limits())
    sending = sender.Sender("server", output, spool, ignore, SystemClock())
    sending.start()
    for number in range(first, first + count):
        spool.append(line(number), 1, number, number, number)
        sending.wake()
        _say(str(number))
    wait_until(lambda: spool.backlog("server").records == 0, 60.0)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork for each line."""
    for wanted in sys.stdin:
        path, url, token, first, count = wanted.split()
        child = os.fork()
        if child == 0:
            try:
                _say(f"pid {os.getpid()}")
                run(path, url, token, int(first), int(count))
                os._exit(0)
            except BaseException as error:  # noqa: BLE001 - said, and the test fails
                _say(f"failed {error!r}")
                os._exit(1)
        os.waitpid(child, 0)
        _say("end")


if __name__ == "__main__":
    main()
