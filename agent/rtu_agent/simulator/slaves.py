"""The units of one bus: pymodbus's own serial server, asked for values that move."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pymodbus.constants import ExcCodes
from pymodbus.datastore import ModbusServerContext
from pymodbus.server import ModbusSerialServer

from rtu_agent.domain.registers import Span, Table
from rtu_agent.simulator.image import Refused, Registers

_TABLES: Final = {
    1: Table.COIL,
    2: Table.DISCRETE_INPUT,
    3: Table.HOLDING,
    4: Table.INPUT,
    5: Table.COIL,
    6: Table.HOLDING,
    16: Table.HOLDING,
}


class _Memory(ModbusServerContext):
    """Where the server looks for values.

    pymodbus's own memory holds values that stand still, has bits by sixteen only and answers for units that are not
    there. Of a memory the server calls only what is defined here, because no other functions reach it.
    """

    def __init__(self, images: Mapping[int, Registers], now: Callable[[], float]) -> None:
        # Deliberately not the base class's: it builds registers. These two attributes tell the server to ask us.
        self.simdevices = []
        self.old_simulator = True
        self._images = images
        self._now = now

    async def async_getValues(  # noqa: N802 - pymodbus's name
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        """Return the items of one read, or why it is refused."""
        try:
            return self._images[device_id].read(Span(_TABLES[func_code], address, count), self._now())
        except Refused as refusal:
            return ExcCodes(refusal.code)

    async def async_setValues(  # noqa: N802 - pymodbus's name
        self, device_id: int, func_code: int, address: int, values: Sequence[int] | Sequence[bool]
    ) -> ExcCodes | None:
        """Write items one after the other; return why the first of them is refused that is."""
        try:
            for place, value in enumerate(values):
                self._images[device_id].write(address + place, int(value), _TABLES[func_code])
        except Refused as refusal:
            return ExcCodes(refusal.code)
        return None


class Slaves:
    """The server for all units of one bus.

    Args:
        images: the registers of each unit.
        port: the port on which the slaves hear requests and write replies; what the wire does is not seen there.
        now: the time for which values are asked, seconds since 1970.
    """

    def __init__(self, images: Mapping[int, Registers], port: str, now: Callable[[], float]) -> None:
        self._server = ModbusSerialServer(_Memory(images, now), port=port, baudrate=115_200)

    async def start(self) -> None:
        """Open the port.

        Raises:
            RuntimeError: it cannot be opened.
        """
        await self._server.serve_forever(background=True)

    async def stop(self) -> None:
        """Close the port."""
        await self._server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus's
