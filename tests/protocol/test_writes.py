"""Writes are encoded as pymodbus does, and confirmed by their own echo only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.pdu.register_message import WriteMultipleRegistersRequest, WriteSingleRegisterRequest

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.writes import WriteRegisters, WriteSingle


@given(st.integers(0, 0xFF00), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=123))
def test_writes_are_encoded_as_pymodbus_does(address: int, values: list[int]) -> None:
    """Functions 06 and 10."""
    many = WriteMultipleRegistersRequest(address=address, registers=values)
    one = WriteSingleRegisterRequest(address=address, registers=values[:1])

    assert bytes((16,)) + many.encode() == WriteRegisters(address, tuple(values)).encode()
    assert bytes((6,)) + one.encode() == WriteSingle(Table.HOLDING, address, values[0]).encode()


def test_a_write_is_answered_by_its_own_echo_only() -> None:
    """Address and value must come back as they were sent."""
    request = WriteSingle(Table.HOLDING, 0x10, 7)

    assert request.reply_size(bytes.fromhex("0600100007")) == request.longest_reply == 5
    assert not request.reply_size(bytes.fromhex("0600100008"))
    assert not request.reply_size(bytes.fromhex("0600110007"))
    assert request.payload(request.encode()) == b""
    assert bytes.fromhex("050010ff00") == WriteSingle(Table.COIL, 0x10, 0xFF00).encode()


def test_many_registers_are_confirmed_by_address_and_count() -> None:
    """The reply repeats the beginning of the request."""
    request = WriteRegisters(0x10, (1, 2))

    assert request.reply_size(bytes.fromhex("1000100002")) == request.longest_reply == 5
    assert not request.reply_size(bytes.fromhex("1000100003"))
    assert request.payload(bytes.fromhex("1000100002")) == b""


def test_impossible_writes_cannot_be_made() -> None:
    """A write carries 1 to 123 registers."""
    with pytest.raises(LocalProtocolError, match="1 to 123"):
        WriteRegisters(0, ())
