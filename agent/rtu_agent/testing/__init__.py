"""What tests are written with, ours and those of driver authors. Nothing in the agent depends on it."""

from rtu_agent.clock import HandClock

__all__ = ["HandClock"]
