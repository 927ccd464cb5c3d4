"""The agent as its user starts it: a process with a devices.yaml."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 20.0


class AgentProcess:
    """`rtu-agent run` in a folder of its own; what it said stands in `log`."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "devices.yaml"
        self.config.write_text(site, encoding="utf-8")
        self.log = folder / "agent.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running agent."""
        assert self._process is not None
        return self._process.pid

    def start(self, *options: str) -> None:
        """Start it; returns at once."""
        command = [sys.executable, "-m", "rtu_agent", "run", "-c", str(self.config), *options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)

    def run(self, *options: str) -> int:
        """Run it to its end and return its exit code."""
        self.start(*options)
        return self.wait()

    def wait(self, timeout_s: float = 60.0) -> int:
        """Wait for its end and return its exit code."""
        assert self._process is not None
        code = self._process.wait(timeout_s)
        self._process = None
        return code

    def kill(self) -> None:
        """End it as a power cut of the process would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.wait(STOP_TIMEOUT_S)

    def interrupt(self) -> int:
        """Press Ctrl-C and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self.wait(STOP_TIMEOUT_S)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log lines about one kind of event; one that is just being written may be there in part."""
        whole, _, _ = (self.log.read_bytes() if self.log.exists() else b"").rpartition(b"\n")
        parsed = (json.loads(line) for line in whole.split(b"\n") if line.startswith(b"{"))
        return [line for line in parsed if line.get("event") == name]


def until(true: Callable[[], bool], what: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Wait until something is true; fail with what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for: {what}"
        time.sleep(0.02)
