"""A simulated device has the registers of its driver and no others."""

import struct

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, f32, u16
from rtu_agent.simulator.ear import ExceptionCode
from rtu_agent.simulator.image import Image, Refused
from rtu_agent.simulator.values import sources
from support.simulated import Allrounder

NOW_S = 1_795_000_000.0
IMAGE = Image(Allrounder, "seed")
VALUES = sources(Allrounder.points, "seed")


class Strict(Driver, table="input"):
    """Has nothing between its two points."""

    name = "acme.strict"
    kind = "energy_meter"

    voltage = f32(0x0000, "V")
    frequency = u16(0x0004, "Hz", scale=0.01)


@pytest.mark.parametrize("point", Allrounder.points, ids=lambda point: point.name)
def test_the_registers_of_a_point_hold_its_value(point: object) -> None:
    """As the driver writes it, at the time of the read."""
    items = IMAGE.read(point.span, NOW_S)

    size = "B" if point.table.of_bits else "H"
    assert struct.pack(f">{len(items)}{size}", *items) == point.encode(VALUES[point.name](NOW_S))


def test_registers_move_with_the_time() -> None:
    """The same read, a minute later."""
    span = Span(Table.INPUT, 0x0000, 2)

    assert IMAGE.read(span, NOW_S) != IMAGE.read(span, NOW_S + 60)


def test_a_block_is_its_points_with_zeros_between() -> None:
    """If the driver says that gaps can be read."""
    block = IMAGE.read(Span(Table.INPUT, 0x0000, 12), NOW_S)

    assert block[0:2] == IMAGE.read(Span(Table.INPUT, 0x0000, 2), NOW_S)
    assert block[2:6] == [0, 0, 0, 0]
    assert block[6:8] == IMAGE.read(Span(Table.INPUT, 0x0006, 2), NOW_S)


def test_a_block_may_begin_and_end_inside_a_value() -> None:
    """Registers are registers; what they mean is the master's business."""
    first, second = IMAGE.read(Span(Table.INPUT, 0x0000, 2), NOW_S)

    assert IMAGE.read(Span(Table.INPUT, 0x0000, 1), NOW_S) == [first]
    assert IMAGE.read(Span(Table.INPUT, 0x0001, 1), NOW_S) == [second]


@pytest.mark.parametrize(
    ("driver", "span"),
    [
        pytest.param(Strict, Span(Table.INPUT, 0x0002, 1), id="a gap that cannot be read"),
        pytest.param(Strict, Span(Table.INPUT, 0x0000, 5), id="across a gap that cannot be read"),
        pytest.param(Strict, Span(Table.INPUT, 0x0005, 1), id="behind the last point"),
        pytest.param(Strict, Span(Table.HOLDING, 0x0000, 2), id="another table"),
        pytest.param(Strict, Span(Table.COIL, 0x0000, 1), id="a table of bits"),
        pytest.param(Strict, Span(Table.INPUT, 0xFFFF, 2), id="behind the last address"),
        pytest.param(Allrounder, Span(Table.INPUT, 0x0030, 2), id="unreadable"),
        pytest.param(Allrounder, Span(Table.INPUT, 0x002F, 0x0012), id="across the unreadable"),
        pytest.param(Allrounder, Span(Table.INPUT, 0x0042, 1), id="behind the last point, gaps readable"),
        pytest.param(Allrounder, Span(Table.COIL, 0x0002, 1), id="the bit before"),
        pytest.param(Allrounder, Span(Table.COIL, 0x0003, 2), id="the bit behind"),
    ],
)
def test_other_addresses_are_illegal(driver: type[Driver], span: Span) -> None:
    """Exception 02, also if only a part of the block is missing."""
    with pytest.raises(Refused) as refused:
        Image(driver, "seed").read(span, NOW_S)

    assert refused.value.code is ExceptionCode.ILLEGAL_ADDRESS


def test_a_block_wider_than_the_device_answers_is_refused() -> None:
    """Exception 03: the driver says 60, though its registers are there."""
    with pytest.raises(Refused) as refused:
        IMAGE.read(Span(Table.INPUT, 0x0000, 61), NOW_S)

    assert refused.value.code is ExceptionCode.ILLEGAL_VALUE
