"""What meters of Carlo Gavazzi demand of their drivers, beyond the value of each point."""

import struct

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver
from rtu_agent.normalize.decode import Decoder
from rtu_agent.testing import blocks_of, told
from rtu_drivers.carlo_gavazzi import EM24, EM110, EM111, EM112, EM112B25, EM340, ET112, ET340

EVERY_METER = pytest.mark.parametrize(
    "meter", [EM24, EM110, EM111, EM112, EM112B25, EM340, ET112, ET340], ids=lambda meter: meter.name
)


@EVERY_METER
def test_the_low_word_comes_first(meter: type[Driver]) -> None:
    """Of every number that has more than one."""
    orders = {point.codec.word_order for point in meter.registers if point.codec.items > 1 and point.kind == "float"}

    assert orders == {"little"}


@pytest.mark.parametrize("meter", [EM24, EM340])
def test_weights_are_tenths(meter: type[Driver]) -> None:
    """230.1 V and -100 W: protocols, INT32 with the low word first, V and W in tenths."""
    assert told(meter.voltage_l1_n, 2301, 0) == 230.1
    assert told(meter.active_power, 64536, 65535) == -100.0


@pytest.mark.parametrize("meter", [EM110, EM111, EM112, EM112B25, EM340, ET112, ET340], ids=lambda meter: meter.name)
def test_the_code_of_the_model_proves_the_product(meter: type[Driver]) -> None:
    """Each code that the driver expects is the name of a product that it is for, and each product has a code."""
    [proof] = meter.proofs
    named = {meter.model_id.names[code] for code in proof.expected}

    assert named == {product.split()[0] for product in meter.products}


@EVERY_METER
def test_the_model_is_asked_for_in_a_request_of_its_own(meter: type[Driver]) -> None:
    """To a wider read, the second word of what is measured at 0x000A stands there."""
    assert blocks_of(meter, "once").count(Span(Table.INPUT, 0x000B, 1)) == 1


@EVERY_METER
def test_what_is_measured_next_to_the_model_is_read_whole(meter: type[Driver]) -> None:
    """Voltage between phases, or demand: both of its words come from one read."""
    [measured] = [point for point in meter.points if point.address == 0x000A]
    blocks = blocks_of(meter, measured.group)

    assert [block for block in blocks if block.address <= 0x000A and block.end >= 0x000C]
    assert Span(Table.INPUT, 0x000B, 1) not in blocks


def test_an_em24_is_asked_for_eleven_registers_at_most() -> None:
    """It answers no wider read."""
    assert max(block.count for block in blocks_of(EM24, "normal", "slow")) == 10


@pytest.mark.parametrize("low_word", [0x0000, 0x1234, 0xFFFF])
def test_the_high_word_says_the_overflow_of_an_em24(low_word: int) -> None:
    """Shown as EEE, whatever the low word is; one less is a number."""
    power, current = EM24.active_power, EM24.current_l1

    decoded = Decoder([power], [power.span])([struct.pack(">HH", low_word, 0x7FFF)])
    assert decoded.reasons == {"active_power_w": Reason.OUT_OF_RANGE}
    assert told(current, low_word, 0x7FFF) is None
    assert told(power, 0xFFFF, 0x7FFE) == 214741811.1
    assert told(current, 0xFFFF, 0x7FFE) == 2147418.111


def test_the_finest_import_counter_is_read() -> None:
    """Tenths of a kWh, thousandths, tenths of a Wh; always one point of one name."""
    assert told(EM110.energy_import_active, 0x3039, 0x0000) == 1234.5
    assert told(EM112B25.energy_import_active, 0x614E, 0x00BC, 0, 0) == 1234.5678

    whole, decimals = Span(Table.INPUT, 0x0400, 2), Span(Table.INPUT, 0x0402, 2)
    for meter in (EM111, EM112):
        parts = Decoder([meter.energy_import_active], [whole, decimals])
        assert parts([struct.pack(">HH", 1234, 0), struct.pack(">HH", 567, 0)]).values == (1234.567,)


@pytest.mark.parametrize("meter", [EM111, EM112])
def test_both_parts_of_a_counter_travel_together(meter: type[Driver]) -> None:
    """Else one could turn over between two reads, and the sum would be wrong by a whole kWh."""
    assert Span(Table.INPUT, 0x0400, 4) in blocks_of(meter, "slow")


def test_no_read_goes_from_one_table_of_an_et340_to_the_next() -> None:
    """What is between them is refused."""
    blocks = blocks_of(ET340, "slow", turnaround_s=0.5)

    assert Span(Table.INPUT, 0x0082, 14) in blocks
    assert all(block.end <= 0x0082 or block.address >= 0x0082 for block in blocks)


def test_hours_of_operation_are_hundredths() -> None:
    """1.5 h are 5400 s."""
    assert told(ET112.operating_time, 150, 0) == told(ET340.operating_time, 150, 0) == 5400.0
