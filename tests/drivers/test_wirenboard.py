"""What devices of Wiren Board demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.testing import blocks_of, told
from rtu_drivers.wirenboard import MR6C, MSW3, MR6CFirmware123, MSW3Firmware435


@pytest.mark.parametrize("device", [MR6C, MR6CFirmware123, MSW3, MSW3Firmware435], ids=lambda device: device.name)
def test_nothing_between_two_points_is_read(device: type[Driver]) -> None:
    """A block with an address that the device has not got is refused as a whole."""
    blocks = [block for group in device.intervals for block in blocks_of(device, group)]
    asked = {(block.table, item) for block in blocks for item in range(block.address, block.end)}

    assert asked == {(point.table, item) for point in device.points for item in range(point.address, point.span.end)}


def test_input_0_has_a_place_of_its_own() -> None:
    """Not before input 1: discrete input 7, counter 39, frequency 54."""
    assert [MR6C.digital_input_0.address, MR6C.pulse_count_0.address, MR6C.input_frequency_0.address] == [7, 39, 54]


def test_a_frequency_has_16_bits_behind_the_point() -> None:
    """The scale of the template, 1.52588e-05, is 2 to the power of -16."""
    assert [told(MR6C.input_frequency_1, 50, 0), told(MR6C.input_frequency_1, 49, 0x8000)] == [50.0, 49.5]
    assert MR6C.input_frequency_1.scale == pytest.approx(1.52588e-05, rel=1e-5)


def test_what_a_relay_is_asked_for_is_not_what_its_contact_is() -> None:
    """Two tables, two names; the contact is known to newer firmware only."""
    assert (str(MR6C.digital_output_6.span), str(MR6C.contact_6.span)) == (
        "coil 0x0005+1",
        "discrete_input 0x0065+1",
    )
    assert {point.name for point in MR6C.points} - {point.name for point in MR6CFirmware123.points} == {
        f"contact_{relay}" for relay in range(1, 7)
    }


def test_a_sensor_that_is_not_there_has_no_value() -> None:
    """Each value has its own pattern: of humidity that without a sign, although it is read with one."""
    assert told(MSW3.temperature, 0x7FFF) is None
    assert told(MSW3.humidity_relative, 0xFFFF) is None
    assert told(MSW3.illuminance, 0xFFFF, 0xFFFF) is None
    assert [told(point, 0xFFFF) for point in (MSW3.co2, MSW3.tvoc, MSW3.motion, MSW3.humidity_absolute)] == [None] * 4


def test_just_below_zero_is_a_temperature() -> None:
    """0xFFFF is its -0.01 °C, and no sign of a missing sensor."""
    assert told(MSW3.temperature, 0xFFFF) == -0.01


def test_the_finer_of_two_values_is_read() -> None:
    """Temperature and humidity are at 0 and 1 with one decimal, at 4 and 5 with two."""
    assert [(point.address, point.scale) for point in (MSW3.temperature, MSW3.humidity_relative)] == [
        (4, 0.01),
        (5, 0.01),
    ]


def test_a_text_has_one_character_in_each_register() -> None:
    """In its low byte; the model is told by how it begins."""
    text = [*map(ord, "WBMSW3"), *[0] * 14]

    assert told(MSW3.model_id, *text) == "WBMSW3"
    [proof] = MSW3.proofs
    assert proof.holds(told(MSW3.model_id, *text))


def test_older_firmware_computes_less() -> None:
    """Absolute humidity and dew point came with 4.36."""
    newer = {point.name for point in MSW3.points} - {point.name for point in MSW3Firmware435.points}

    assert newer == {"humidity_absolute", "dew_point"}
