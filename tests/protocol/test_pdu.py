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
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.pdu import ReadRequest, WriteRegisters, WriteSingle

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


@given(st.integers(0, 0xFF00), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=123))
def test_writes_are_encoded_as_pymodbus_does(address: int, values: list[int]) -> None:
    """Functions 06 and 10."""
    many = WriteMultipleRegistersRequest(address=address, registers=values)
    one = WriteSingleRegisterRequest(address=address, registers=values[:1])

    assert bytes((16,)) + many.encode() == WriteRegisters(address, tuple(values)).encode()
    assert bytes((6,)) + one.encode() == WriteSingle(Table.HOLDING, address, values[0]).encode()


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=125))
def test_replies_of_pymodbus_are_accepted_whole_and_in_part(words: list[int]) -> None:
    """The reply pymodbus builds belongs to the request, at every length, and gives its words back."""
    request = ReadRequest(Table.HOLDING, 0, len(words))
    reply = bytes((3,)) + ReadHoldingRegistersResponse(registers=words).encode()

    assert len(reply) == request.reply_size
    assert all(request.accepts_head(reply[:size]) for size in range(len(reply) + 1))
    assert b"".join(word.to_bytes(2, "big") for word in words) == request.payload(reply)
    assert words == DecodePDU(is_server=False).decode(reply).registers


def test_another_count_is_not_accepted() -> None:
    """A reply with more, fewer or an odd number of bytes does not answer."""
    request = ReadRequest(Table.INPUT, 0, 10)

    assert not any(request.accepts_head(bytes((4, size))) for size in (10, 19, 21, 40))
    assert not request.accepts_head(bytes((3, 20)))


def test_a_write_is_answered_by_its_own_echo_only() -> None:
    """Address and value must come back as they were sent."""
    request = WriteSingle(Table.HOLDING, 0x10, 7)

    assert request.accepts_head(bytes.fromhex("0600100007"))
    assert not request.accepts_head(bytes.fromhex("0600100008"))
    assert not request.accepts_head(bytes.fromhex("0600110007"))
    assert request.payload(request.encode()) == b""
    assert not WriteRegisters(0x10, (1, 2)).accepts_head(bytes.fromhex("1000100003"))
    assert WriteRegisters(0x10, (1, 2)).payload(bytes.fromhex("1000100002")) == b""
    assert bytes.fromhex("050010ff00") == WriteSingle(Table.COIL, 0x10, 0xFF00).encode()


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


def test_impossible_writes_cannot_be_made() -> None:
    """A write carries 1 to 123 registers."""
    with pytest.raises(LocalProtocolError, match="1 to 123"):
        WriteRegisters(0, ())
