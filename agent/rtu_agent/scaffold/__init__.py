"""Packages for drivers that nobody has written yet: everything but the facts of the device."""

from rtu_agent.scaffold.names import ScaffoldError, names_of
from rtu_agent.scaffold.package import write_package

__all__ = ["ScaffoldError", "names_of", "write_package"]
