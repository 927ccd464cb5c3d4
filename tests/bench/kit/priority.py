"""Puts a process before all others of the machine, so that what else runs there is not measured."""

import os


def take_priority(priority: int) -> bool:
    """Ask for real-time scheduling; return whether it was given. All clients of a comparison get the same."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except (AttributeError, PermissionError):
        return False
    return True
