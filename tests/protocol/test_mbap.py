"""A Modbus TCP stream: one frame is the reply, and only if all of it is right."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.mbap import Expected, read
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.writes import WriteSingle

ASKED = Expected(7, 3, 3, ReadRequest(Table.HOLDING, 0x10, 2))
PDU = bytes((3, 4, 0, 3, 0, 0x10))


def adu(transaction: int, unit: int, pdu: bytes, *, protocol: int = 0, length: int | None = None) -> bytes:
    """Return one frame."""
    return struct.pack(">HHHB", transaction, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


RIGHT = adu(7, 3, PDU)
FRAMES = st.one_of(
    st.binary(max_size=30),
    st.builds(
        adu, st.sampled_from([0, 6, 7]), st.sampled_from([3, 4]), st.sampled_from([PDU, b"\x83\x02", b"\x04\x01"])
    ),
)


def test_the_reply_is_taken_and_what_follows_is_left() -> None:
    """Its PDU, and the place behind it."""
    stream = read(RIGHT + RIGHT, ASKED)

    assert (stream.kind, stream.pdu, stream.used, stream.foreign) == ("good", PDU, len(RIGHT), [])


def test_the_units_own_exception_is_a_reply() -> None:
    """Of this function, with a code and nothing else."""
    assert read(adu(7, 3, b"\x83\x02"), ASKED).kind == "exception"
    assert read(adu(7, 3, b"\x84\x02"), ASKED).kind == "foreign"
    assert read(adu(7, 3, b"\x83"), ASKED).kind == "foreign"
    assert read(adu(7, 3, b"\x83\x02\x00"), ASKED).kind == "foreign"


@pytest.mark.parametrize(
    "pdu",
    [
        bytes((4,)) + PDU[1:],
        bytes((3, 2, 0, 3)),
        bytes((3, 6, 0, 3, 0, 0x10, 0, 0)),
        bytes((3, 5, 0, 3, 0, 0x10, 0)),
        PDU + b"\x00",
        PDU[:-1],
        bytes((3, 2)) + PDU[2:],
        b"\x03",
        b"\x55\x00",
    ],
)
def test_an_answer_of_another_shape_ends_the_request(pdu: bytes) -> None:
    """Another function, another count, a byte count that is not that of the frame: nothing else will come."""
    stream = read(adu(7, 3, pdu), ASKED)

    assert stream.kind == "foreign"
    assert stream.foreign == [(0, 7, 3, pdu[0])]


@pytest.mark.parametrize("transaction", [0, 6, 8, 0x0700, 0xFFFF])
def test_another_transaction_is_passed_over(transaction: int) -> None:
    """Zero is a number like any other."""
    stream = read(adu(transaction, 3, PDU) + RIGHT, ASKED)

    assert stream.kind == "good"
    assert stream.foreign == [(0, transaction, 3, 3)]
    assert read(adu(transaction, 3, PDU), ASKED).kind is None


def test_another_units_answer_to_this_transaction_ends_it() -> None:
    """The server has answered, and it was not the unit."""
    assert read(adu(7, 4, PDU), ASKED).kind == "foreign"


def test_a_write_is_answered_with_what_was_written() -> None:
    """Another address or value is not the answer."""
    asked = Expected(7, 3, 6, WriteSingle(Table.HOLDING, 0x10, 5))

    assert read(adu(7, 3, bytes.fromhex("0600100005")), asked).kind == "good"
    assert read(adu(7, 3, bytes.fromhex("0600100006")), asked).kind == "foreign"


@pytest.mark.parametrize("broken", [{"protocol": 1}, {"length": 0}, {"length": 1}, {"length": 255}])
def test_a_stream_that_is_out_of_step_is_damaged(broken: dict[str, int]) -> None:
    """Behind a wrong header nobody knows where the next frame begins."""
    assert read(adu(7, 3, PDU, **broken), ASKED).kind == "damaged"
    assert read(adu(7, 3, PDU, **broken), None).kind == "damaged"


def test_without_a_request_all_is_foreign() -> None:
    """Nobody waits for it."""
    stream = read(RIGHT + RIGHT, None)

    assert stream.kind is None
    assert [at for at, *_ in stream.foreign] == [0, len(RIGHT)]
    assert stream.used == 2 * len(RIGHT)


@given(st.lists(FRAMES, max_size=6).map(b"".join), st.integers(0, 100))
def test_the_result_does_not_depend_on_the_cut(data: bytes, cut: int) -> None:
    """What is decided of a part stays when more comes, and nothing is taken that is not the reply."""
    part, whole = read(data[:cut], ASKED), read(data, ASKED)

    assert whole.foreign[: len(part.foreign)] == part.foreign
    assert part.kind is None or (part.kind, part.pdu, part.used) == (whole.kind, whole.pdu, whole.used)
    assert whole.kind != "good" or data[: whole.used].endswith(RIGHT)
