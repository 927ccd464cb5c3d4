"""Where everything comes together: a site is read, made into objects, run, and changed while it runs."""

from rtu_agent.app.agent import SPOOL_FILE, Agent
from rtu_agent.app.loading import LoadedSite, load, objection_to
from rtu_agent.app.making import (
    bus_of,
    grant,
    learnt,
    line_of,
    make_device,
    polled_on,
    rs485_of,
    spool_limits,
    writable_units,
)
from rtu_agent.app.naming import kinds_in, names_in, roster_of

__all__ = [
    "SPOOL_FILE",
    "Agent",
    "LoadedSite",
    "bus_of",
    "grant",
    "kinds_in",
    "learnt",
    "line_of",
    "load",
    "make_device",
    "names_in",
    "objection_to",
    "polled_on",
    "roster_of",
    "rs485_of",
    "spool_limits",
    "writable_units",
]
