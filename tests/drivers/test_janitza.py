"""What analysers of Janitza demand of their drivers, beyond the value of each point."""

from rtu_agent.domain.registers import Span, Table
from rtu_agent.testing import blocks_of
from rtu_drivers.janitza import UMG96RM


def test_all_measurements_fit_one_request() -> None:
    """From 19000 to 19121, 122 registers."""
    assert blocks_of(UMG96RM, "normal", "slow") == (Span(Table.HOLDING, 19000, 122),)


def test_it_is_not_asked_faster_than_it_measures() -> None:
    """It has new values every 200 ms."""
    assert UMG96RM.limits.min_interval_s == 0.2
