"""SIGHUP means two things: read the configuration anew, and that the terminal of the agent is gone."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

from rtu_agent.cli.signals import on_signal

if sys.platform == "win32":
    HANGUP: Final[tuple[signal.Signals, ...]] = ()

    def on_hangup(loop: asyncio.AbstractEventLoop, reload: Callable[[], None], stop: Callable[[], None]) -> None:
        """Do nothing: there is no such signal."""

else:
    HANGUP: Final[tuple[signal.Signals, ...]] = (signal.SIGHUP,)
    """The signal, where there is one."""

    def on_hangup(loop: asyncio.AbstractEventLoop, reload: Callable[[], None], stop: Callable[[], None]) -> None:
        """Let the loop call `reload` on a hangup, or `stop` on one that comes because the terminal is gone.

        Who starts it with `nohup` wants it to go on without its terminal.
        """
        may_stop = _has_terminal() and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
        on_signal(loop, signal.SIGHUP, lambda: stop() if may_stop and not _has_terminal() else reload())

    def _has_terminal() -> bool:
        try:
            os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        except OSError:
            return False
        return True
