"""Requests are encoded and replies accepted as pymodbus, an independent implementation, would have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
)

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.pdu import ReadRequest

THEIRS = {
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE_INPUT: ReadDiscreteInputsRequest,
    Table.HOLDING: ReadHoldingRegistersRequest,
    Table.INPUT: ReadInputRegistersRequest,
}


@given(st.sampled_from(list(Table)), st.integers(0, 0xFF00), st.integers(1, 125))
def test_reads_are_encoded_as_pymodbus_does(table: Table, address: int, count: int) -> None:
    """All four read functions, any address and count."""
    theirs = THEIRS[table](address=address, count=count)

    ours = ReadRequest(table, address, count).encode()

    assert bytes((theirs.function_code,)) + theirs.encode() == ours


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=125))
def test_replies_of_pymodbus_are_accepted_whole_and_in_part(words: list[int]) -> None:
    """The reply pymodbus builds belongs to the request, at every length, and gives its words back."""
    request = ReadRequest(Table.HOLDING, 0, len(words))
    reply = bytes((3,)) + ReadHoldingRegistersResponse(registers=words).encode()

    assert {request.reply_size(reply[:size]) for size in range(len(reply) + 1)} == {len(reply)}
    assert request.longest_reply == len(reply)
    assert b"".join(word.to_bytes(2, "big") for word in words) == request.payload(reply)
    assert words == DecodePDU(is_server=False).decode(reply).registers


def test_another_count_is_not_accepted() -> None:
    """A reply with more, fewer or an odd number of bytes does not answer."""
    request = ReadRequest(Table.INPUT, 0, 10)

    assert not any(request.reply_size(bytes((4, size))) for size in (10, 19, 21, 40))
    assert not request.reply_size(bytes((3, 20)))


@pytest.mark.parametrize(
    ("table", "address", "count"),
    [
        (Table.HOLDING, 0, 0),
        (Table.HOLDING, 0, 126),
        (Table.COIL, 0, 2001),
        (Table.INPUT, 0xFFFF, 2),
        (Table.COIL, -1, 1),
    ],
)
def test_impossible_reads_cannot_be_made(table: Table, address: int, count: int) -> None:
    """What one request cannot carry is the caller's mistake."""
    with pytest.raises(LocalProtocolError):
        ReadRequest(table, address, count)
