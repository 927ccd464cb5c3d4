"""Another program on the same machine that has a port open."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = b"""
import fcntl, os, signal, sys
held = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(held, fcntl.LOCK_EX)
print("held", flush=True)
signal.pause()
"""


@contextmanager
def holding(device: str, *more: str) -> Iterator[int]:
    """Let another process lock `device`, with `more` on its command line; yield its id."""
    # The program comes by its standard input, so that the command line stays short.
    command = [sys.executable, "-", device, *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(_HOLD)
            process.stdin.close()
            assert process.stdout.readline() == b"held\n"
            yield process.pid
        finally:
            process.kill()


def may_open(device: str) -> bool:
    """Return whether a program that knows of no lock, and is not root, can open `device`."""
    nobody = 65534 if os.getuid() == 0 else None
    if nobody is not None:
        Path(device).chmod(0o666)
    script = ["sh", "-c", ': <>"$0"', device]
    return subprocess.run(script, user=nobody, check=False, stderr=subprocess.DEVNULL).returncode == 0
