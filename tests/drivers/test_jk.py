"""What the battery management systems of Jikong demand of their driver."""

from rtu_agent.driver_api import Points, Read
from rtu_agent.normalize.decode import Decoder
from rtu_agent.protocol.crc import crc16
from rtu_agent.testing import Registers, blocks_of, told
from rtu_drivers.jk import PB


def test_the_request_for_the_voltage_is_that_of_a_bus_log() -> None:
    """The start address counts bytes, the quantity registers: esphome-jk-bms, issue 390."""
    logged = bytes.fromhex("01 03 12 90 00 02 C1 5E")
    assert crc16(logged[:-2]) == int.from_bytes(logged[-2:], "little")
    device = Registers({0x1290: 0x0000, 0x1291: 0xCFD0})

    device.run(PB.reading("normal", Points([(PB.battery_voltage.span, None)], PB.limits.stride)))

    [asked] = device.seen
    assert isinstance(asked, Read)
    assert bytes([1, 3]) + asked.address.to_bytes(2, "big") + asked.count.to_bytes(2, "big") == logged[:-2]


def test_words_are_two_addresses_apart() -> None:
    """53.2 V, 532 W, -10 A, 25.0 and 24.5 °C and an alarm come from one block of ten registers at 0x1290."""
    payload = bytes.fromhex("0000 CFD0 0008 1E20 FFFF D8F0 00FA 00F5 0000 0010")
    names = ("battery_voltage", "battery_current", "battery_power", "battery_temperature_1", "battery_temperature_2")
    signals = [signal for signal in PB.signals if signal.name in (*names, "alarm")]
    block = next(block for block in blocks_of(PB, "normal") if block.address <= 0x1290 // 2 < block.end)
    whole = bytearray(2 * block.count)
    start = 2 * (0x1290 // 2 - block.address)
    whole[start : start + len(payload)] = payload

    decoded = dict(zip([signal.name for signal in signals], Decoder(signals, [block])([whole]).values, strict=True))

    assert decoded == {
        "battery_voltage": 53.2,
        "battery_current": -10.0,
        "battery_power": -532.0,
        "battery_temperature_1": 25.0,
        "battery_temperature_2": 24.5,
        "alarm": 0x10,
    }
    assert PB.meaning(PB.alarm.field.name, 0x10) == ("cell overvoltage",)


def test_two_bytes_share_a_register() -> None:
    """0x0157 at 0x12A6: the balancer charges, 87 % are left."""
    assert (told(PB.balance_state, 0x0157), told(PB.battery_soc, 0x0157)) == (1, 87.0)
    assert PB.balance_state.meaning(1) == ("charging",)
    assert (told(PB.battery_soh, 0x6401), told(PB.precharge, 0x6401)) == (100.0, 1)


def test_every_cell_has_its_number() -> None:
    """Sixteen, each two bytes behind the one before."""
    cells = [point for point in PB.points if point.name.removeprefix("cell_voltage_").isdigit()]

    assert [(point.name, point.address) for point in cells] == [
        (f"cell_voltage_{cell + 1}", 0x1200 + 2 * cell) for cell in range(16)
    ]
    assert told(PB.cell_voltage_16, 3312) == 3.312


def test_no_read_is_wider_than_has_been_seen() -> None:
    """122 registers are read in the field."""
    blocks = [block for group in ("normal", "slow", "once") for block in blocks_of(PB, group)]

    assert max(block.count for block in blocks) <= 122
