"""What controllers of Omron demand of their drivers."""

from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.writes import WriteRegisters
from rtu_agent.testing import blocks_of, told
from rtu_drivers.omron import E5CC, E5CCTenths

LIMITS = bytes.fromhex("03E8 FC18")
"""1000 and -1000, from the examples of H175 and H186, section 4-4-2."""


def test_the_documented_write_in_2_byte_mode() -> None:
    """H175 and H186, section 4-4-2: the alarm limits of unit 1, and the reply."""
    write = WriteRegisters(0x2105, (0x03E8, 0xFC18))
    reply = bytes.fromhex("01 10 21 05 00 02 5B F5")

    assert frame(1, write.encode()) == bytes.fromhex("01 10 21 05 00 02 04 03 E8 FC 18 66 BB")
    assert write.reply_size(reply[1:-2]) == len(reply) - 3
    assert frame(1, reply[1:-2]) == reply


def test_the_documented_write_in_4_byte_mode() -> None:
    """The same limits at 0x010A, twice as wide."""
    write = WriteRegisters(0x010A, (0x0000, 0x03E8, 0xFFFF, 0xFC18))
    reply = bytes.fromhex("01 10 01 0A 00 04 E0 34")

    assert frame(1, write.encode()) == bytes.fromhex("01 10 01 0A 00 04 08 00 00 03 E8 FF FF FC 18 8D E9")
    assert write.reply_size(reply[1:-2]) == len(reply) - 3
    assert frame(1, reply[1:-2]) == reply


def test_the_limits_are_read_where_the_example_writes_them() -> None:
    """Address, sign and digits of the manual's example."""
    limits = [E5CC.alarm_1_upper_limit, E5CC.alarm_1_lower_limit]

    assert [limit.address for limit in limits] == [0x2105, 0x2106]
    assert b"".join(limit.encode(value) for limit, value in zip(limits, (1000, -1000), strict=True)) == LIMITS
    assert [told(limits[0], 0x03E8), told(limits[1], 0xFC18)] == [1000, -1000]
    assert [told(E5CCTenths.alarm_1_upper_limit, 0x03E8), told(E5CCTenths.alarm_1_lower_limit, 0xFC18)] == [100, -100]


def test_two_reads_tell_all() -> None:
    """The 2-byte mode has what is measured in one row, and the set values in another."""
    assert [str(block) for block in blocks_of(E5CC, "normal")] == ["holding 0x2000+6", "holding 0x2103+4"]


def test_what_is_displayed_has_the_decimals_of_the_display() -> None:
    """Outputs in percent and the heater current have one decimal in any case."""
    for whole, tenths in zip(E5CC.points, E5CCTenths.points, strict=True):
        assert (whole.name, whole.span) == (tenths.name, tenths.span)
        assert (whole.scale, tenths.scale) in [(1, 0.1), (0.1, 0.1)] or whole.name == "status"
        assert (whole.scale == 0.1) is (whole.unit in ("%", "A"))
