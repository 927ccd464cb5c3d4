"""Another process that holds the lock of a state directory, as a running agent does."""

import subprocess
import sys
from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from rtu_agent.app.control import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holding(directory: Path) -> "subprocess.Popen[str]":
    """Start a process that holds the lock until its standard input is closed."""
    command = [sys.executable, "-c", HOLD, str(directory)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
