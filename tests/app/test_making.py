"""What a site says becomes what the rooms of the agent are given."""

import pytest

from rtu_agent.app import rs485_of
from rtu_agent.bus.rs485 import Rs485
from rtu_agent.config.entries import Rs485Entry


def test_a_bus_without_rs485_is_left_alone() -> None:
    """Most adapters switch by themselves."""
    assert rs485_of(None) is None


def test_an_empty_mapping_takes_what_the_kernel_takes() -> None:
    """The defaults of the file and those of the port are the same."""
    assert rs485_of(Rs485Entry()) == Rs485()


@pytest.mark.parametrize("delay_ms", range(1, 101))
def test_delays_become_whole_milliseconds(delay_ms: int) -> None:
    """Every one that the file takes; 0.029 s is not quite 29 ms for a computer."""
    entry = Rs485Entry.model_validate({"delay_before": f"{delay_ms}ms", "rts_on_send": False, "rx_during_tx": True})

    assert rs485_of(entry) == Rs485(rts_on_send=False, delay_before_ms=delay_ms, rx_during_tx=True)
