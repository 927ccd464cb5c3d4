"""What the sensors of Renke demand of their drivers."""

from rtu_agent.plugins import load_drivers
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.writes import WriteRegisters

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}


def test_humidity_comes_before_temperature() -> None:
    """The other way round than on the XY-MD02; and only the temperature falls below zero."""
    assert [(point.name, point.address, point.codec.type) for point in DRIVERS["renke.rs_ws"].points] == [
        ("humidity_relative", 0, "u16"),
        ("temperature", 1, "i16"),
    ]


def test_a_soil_sensor_is_not_asked_for_what_it_has_not_got() -> None:
    """It would answer 0 or 255, which is a plausible and wrong value."""
    asked = {
        name: [point.address for point in driver.points]
        for name, driver in DRIVERS.items()
        if name.startswith("renke.soil")
    }

    assert asked == {
        "renke.soil_3in1": [0, 1, 2],
        "renke.soil_4in1": [0, 1, 2, 3],
        "renke.soil_7in1": [0, 1, 2, 3, 4, 5, 6],
        "renke.soil_npk": [30, 31, 32],
    }


def test_the_documented_way_to_give_a_sensor_its_unit() -> None:
    """myduino, Industrial-Soil-Sensor-RS485, README: unit 2 for a sensor that has unit 1."""
    assert frame(1, WriteRegisters(0x07D0, (2,)).encode()) == bytes.fromhex("01 10 07 D0 00 01 02 00 02 42 C1")
