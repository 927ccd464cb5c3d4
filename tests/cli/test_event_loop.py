"""The event loop of `rtu-agent run`."""

import asyncio
import sys
from types import ModuleType

import pytest

from rtu_agent.cli.event_loop import new_event_loop


def test_asyncio_serves_where_uvloop_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never needed."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = new_event_loop()
    loop.close()

    assert type(loop).__module__.startswith("asyncio")


def test_uvloop_serves_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever loop it makes is the one that runs."""
    made = asyncio.new_event_loop()
    uvloop = ModuleType("uvloop")
    vars(uvloop)["new_event_loop"] = lambda: made
    monkeypatch.setitem(sys.modules, "uvloop", uvloop)
    loop = new_event_loop()
    loop.close()

    assert loop is made
