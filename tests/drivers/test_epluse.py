"""What the sensors of E+E demand of their drivers."""

from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}


def test_the_carbon_dioxide_of_the_manual() -> None:
    """EE872 user manual, section 5.2.3: 1288.34375 ppm at 0x0424. The registers are not printed; low word first."""
    [co2] = [point for point in DRIVERS["epluse.ee872"].points if point.name == "co2"]

    assert co2.address == 0x0424
    assert Decoder([co2], [co2.span])([bytes.fromhex("0b0044a1")]).values == (1288.34375,)


def test_the_two_generations_have_nothing_in_common() -> None:
    """Neither an address nor the unit: one cannot be taken for the other."""
    newer, older = DRIVERS["epluse.ee872"], DRIVERS["epluse.ee800"]

    assert {point.address for point in newer.points}.isdisjoint(point.address for point in older.points)
    assert (newer.serial.unit, older.serial.unit) == (237, 241)
