"""Which event loop the agent runs in: uvloop where it is installed, for less work per byte; it is never needed."""

import asyncio
from importlib import import_module


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop."""
    try:
        uvloop = import_module("uvloop")
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
