"""The frame with which a unit answers one that it is able to answer: reads and writes of what its registers hold.

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.1 to 6.6 and 6.12.
"""

import struct
from collections.abc import Sequence
from typing import Final

from rtu_agent.domain.registers import Span, Table
from rtu_agent.poll.requests import COIL_ON
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.pdu import EXCEPTION_BIT, READ_FUNCTIONS
from rtu_agent.simulator.image import Refused, Registers

_READS: Final = {function: table for table, function in READ_FUNCTIONS.items()}
_WRITE_COIL: Final = 5
_WRITE_REGISTER: Final = 6
_BITS: Final = 8
_VALUES: Final = 7
"""Where the words of a write of several registers begin."""


def reply_to(request: bytes, registers: Registers, time_s: float) -> bytes:
    """Return the reply of a unit that has these registers to a frame that the ear of a simulated bus lets pass.

    Args:
        request: the frame: functions 01 to 06 or 10.
        registers: what the unit holds.
        time_s: seconds since 1970, at which it is asked.
    """
    unit, function = request[:2]
    try:
        return frame(unit, bytes([function]) + _done(request, registers, time_s))
    except Refused as refusal:
        return frame(unit, bytes([function | EXCEPTION_BIT, refusal.code]))


def _done(request: bytes, registers: Registers, time_s: float) -> bytes:
    """Do what is asked for; return what stands behind the function code of the reply."""
    function, address, number = struct.unpack_from(">BHH", request, 1)
    if function in _READS:
        items = registers.read(Span(_READS[function], address, number), time_s)
        payload = payload_of(_READS[function], items)
        return bytes([len(payload)]) + payload
    if function == _WRITE_COIL:
        registers.write(address, int(number == COIL_ON), Table.COIL)
    elif function == _WRITE_REGISTER:
        registers.write(address, number)
    else:
        for place, word in enumerate(struct.unpack_from(f">{number}H", request, _VALUES)):
            registers.write(address + place, word)
    return request[2:6]


def payload_of(table: Table, items: Sequence[int]) -> bytes:
    """Return words as they stand in a reply, high byte first, or bits, the first in the lowest place."""
    if not table.of_bits:
        return struct.pack(f">{len(items)}H", *items)
    number = sum(item << place for place, item in enumerate(items))
    return number.to_bytes((len(items) + _BITS - 1) // _BITS, "little")
