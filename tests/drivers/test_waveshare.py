"""What modules of Waveshare demand of their drivers."""

import pytest

from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import Driver
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.writes import WriteSingle
from rtu_agent.testing import blocks_of
from rtu_drivers.waveshare import IO8, Relay4, Relay8, Relay16, Relay32


@pytest.mark.parametrize(
    ("relay", "value", "documented"),
    [
        (0, 0xFF00, "01 05 00 00 FF 00 8C 3A"),
        (0, 0x0000, "01 05 00 00 00 00 CD CA"),
        (1, 0xFF00, "01 05 00 01 FF 00 DD FA"),
        (0, 0x5500, "01 05 00 00 55 00 F2 9A"),
    ],
    ids=["relay 0 on", "relay 0 off", "relay 1 on", "relay 0 toggled, which is not Modbus"],
)
def test_the_documented_way_to_switch_a_relay(relay: int, value: int, documented: str) -> None:
    """Waveshare wiki, Protocol Manual of Modbus RTU Relay; the reply repeats the request."""
    write = WriteSingle(Table.COIL, relay, value)

    assert frame(1, write.encode()) == bytes.fromhex(documented)
    assert write.reply_size(bytes.fromhex(documented)[1:-2]) == len(write.encode())


@pytest.mark.parametrize(("module", "relays"), [(Relay4, 4), (Relay8, 8), (Relay16, 16), (Relay32, 32), (IO8, 8)])
def test_one_read_tells_every_relay_and_no_other(module: type[Driver], relays: int) -> None:
    """A coil beyond the last relay would be refused; relay 1 is coil 0."""
    coils = [point for point in module.points if point.table is Table.COIL]

    assert [(point.name, point.address) for point in coils] == [
        (f"digital_output_{relay}", relay - 1) for relay in range(1, relays + 1)
    ]
    assert f"coil 0x0000+{relays}" in [str(block) for block in blocks_of(module, "fast")]


def test_only_one_module_has_inputs() -> None:
    """Eight of them, in a table of their own."""
    assert [str(block) for block in blocks_of(IO8, "fast")] == ["coil 0x0000+8", "discrete_input 0x0000+8"]
    assert not [point.name for point in Relay32.points if "input" in point.name]


@pytest.mark.parametrize("module", [Relay4, Relay8, Relay16, Relay32, IO8], ids=lambda module: module.name)
def test_no_module_is_switched(module: type[Driver]) -> None:
    """The drivers only read."""
    assert not module.writes
