"""What is done on a signal, also where the event loop cannot wait for signals."""

import asyncio
import signal
from collections.abc import Callable


def on_signal(loop: asyncio.AbstractEventLoop, number: signal.Signals, act: Callable[[], None]) -> None:
    """Let the loop act on a signal."""
    try:
        loop.add_signal_handler(number, act)
    except NotImplementedError:  # on Windows; there the loop would not wake up by itself
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
