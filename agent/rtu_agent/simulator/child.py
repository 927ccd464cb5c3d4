"""The simulator as a child process, so that its timing and the agent's do not compete for one interpreter."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from rtu_agent.simulator.announcement import understand

START_S: Final = 30.0
STOP_S: Final = 5.0
_MOST_AT_ONCE: Final = 65_536


class SimulatorFailedError(RuntimeError):
    """The child did not offer its ports; what went wrong is on stderr."""


@contextmanager
def simulated_ports(config: Path, faults: Sequence[str] = ()) -> Iterator[Mapping[str, str]]:
    """Run `rtu-agent simulate` on a site for as long as the context lasts; give the port of each bus by its name.

    The child lives until its stdin is closed, so it ends with this process even if that is killed. A Ctrl-C on the
    terminal does not reach it: the ports must outlive the last poll.

    Args:
        config: the site.
        faults: what goes wrong on its buses, each as on the command line.

    Raises:
        SimulatorFailedError: the child ended, or its ports were not ready within 30 s.
    """
    command = [sys.executable, "-m", "rtu_agent", "simulate", "--config", str(config), "--json", "--until-eof"]
    command += [option for spec in faults for option in ("--fault", spec)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, process_group=0) as child:  # noqa: S603 - this program
        try:
            yield _ports(child)
        finally:
            _stop(child)


def _ports(child: subprocess.Popen[bytes]) -> Mapping[str, str]:
    deadline = time.monotonic() + START_S
    told = b""
    while (ports := understand(told.decode(errors="replace"))) is None:
        more = _read(child, deadline)
        if not more:
            raise SimulatorFailedError(f"the simulator ended with exit code {child.wait(STOP_S)} before it was ready")
        told += more
    return ports


def _read(child: subprocess.Popen[bytes], deadline: float) -> bytes:
    stdout = cast("IO[bytes]", child.stdout)
    readable, _, _ = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))
    if not readable:
        raise SimulatorFailedError(f"the simulator was not ready within {START_S:g} s")
    return os.read(stdout.fileno(), _MOST_AT_ONCE)


def _stop(child: subprocess.Popen[bytes]) -> None:
    cast("IO[bytes]", child.stdin).close()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
