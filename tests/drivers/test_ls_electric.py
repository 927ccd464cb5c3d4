"""What the devices of LS ELECTRIC demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}
PLAIN, SWAPPED = DRIVERS["ls_electric.gimac1000"], DRIVERS["ls_electric.gimac1000_swapped"]


def said(driver: type[Driver], name: str, registers: str) -> object:
    """Return what a point makes of its registers."""
    point = next(point for point in driver.points if point.name == name)
    return Decoder([point], [point.span])([bytes.fromhex(registers)]).values[0]


def test_there_is_a_driver_for_each_order_of_words() -> None:
    """60 Hz in both; with the wrong one it is next to nothing, not another frequency."""
    assert said(PLAIN, "frequency", "42700000") == said(SWAPPED, "frequency", "00004270") == 60.0
    assert said(PLAIN, "frequency", "00004270") == pytest.approx(0.0, abs=1e-30)


def test_the_setting_swaps_no_text() -> None:
    """It is about measurements."""
    assert said(SWAPPED, "model_id", b"GIMAC1000".ljust(32, b"\0").hex()) == "GIMAC1000"


def test_the_meters_say_kilo_or_not() -> None:
    """The same address holds W on one and kW on the other."""
    assert said(PLAIN, "active_power", "447a0000") == 1000.0
    assert said(DRIVERS["ls_electric.gimac_ii_plus"], "active_power", "3f800000") == 1000.0


def test_no_table_is_mistaken_for_the_other() -> None:
    """Address 0 is a voltage as an input register and a text as a holding register."""
    assert {(point.table.value, point.name) for point in PLAIN.points if point.address == 0} == {
        ("input", "voltage_avg"),
        ("holding", "manufacturer"),
    }
