"""Pseudo terminals look like serial ports and are none: no baud rate, no line, no adapter."""

import os


def is_pseudo_terminal(name: str) -> bool:
    """Return whether the port at this path is a pseudo terminal of this system."""
    return os.path.realpath(name).startswith("/dev/pts/")
