"""The door for drivers: one hook, one implementation in each distribution.

A distribution names a module under the entry-point group `rtu_agent.drivers`; the hook is a function of that module:

    @hookimpl
    def rtu_provide_drivers() -> list[type[Driver]]:
        return [TH1]
"""

from collections.abc import Iterable
from typing import Final

import pluggy

from rtu_agent.driver_api.driver import Driver

PROJECT: Final = "rtu_agent"
ENTRY_POINTS: Final = "rtu_agent.drivers"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks the function of a distribution that hands over its drivers."""


@hookspec
def rtu_provide_drivers() -> Iterable[type[Driver]]:  # type: ignore[empty-body]  # a specification has no body
    """Return the drivers of this distribution; called once, when the agent starts."""
