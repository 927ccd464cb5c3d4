"""What the inverters of Growatt demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.normalize.decode import Decoder
from rtu_agent.testing import told
from rtu_drivers.growatt import MINTLX, MINTLXH, MODTLX, SPH, ProtocolI


@pytest.mark.parametrize(
    ("inverter", "address"), [(ProtocolI, 11), (MINTLX, 35), (MODTLX, 35), (SPH, 35), (MINTLXH, 3023)]
)
def test_each_generation_has_its_output_power_elsewhere(inverter: type[Driver], address: int) -> None:
    """Protocol I, protocol II, and the block from 3000 on: 5000.0 W, high word first."""
    [power] = [point for point in inverter.points if point.name == "active_power"]

    assert power.address == address
    assert told(power, 0x0000, 0xC350) == 5000.0


def test_a_power_factor_is_coded_around_ten_thousand() -> None:
    """Without a sign on the wire: 10000 is zero, and what is beyond 20000 is nothing."""
    factor = MINTLXH.power_factor

    assert [told(factor, raw) for raw in (0, 10000, 20000, 20001)] == [-1.0, 0.0, 1.0, None]


def flow(name: str, into: float, out_of: float) -> float:
    """Return a flow of an SPH that is given as two amounts, both in W."""
    [signal] = [signal for signal in SPH.signals if signal.name == name]
    spans = [*signal.reads]
    payloads = [round(10 * watts).to_bytes(4, "big") for watts in (into, out_of)]
    [value] = Decoder([signal], spans)(payloads).values
    assert isinstance(value, float)
    return value


def test_what_flows_two_ways_has_a_sign() -> None:
    """Into the battery and out of the grid is positive."""
    assert flow("battery_power", 1500.0, 0.0) == 1500.0
    assert flow("battery_power", 0.0, 800.5) == -800.5
    assert flow("grid_power", 300.0, 0.0) == 300.0
    assert flow("grid_power", 0.0, 4200.0) == -4200.0
