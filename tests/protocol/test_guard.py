"""What may go onto a wire is decided by bytes, and nothing that a request says of itself changes it."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.crc import crc_bytes
from rtu_agent.protocol.errors import LocalProtocolError, WriteForbidden
from rtu_agent.protocol.guard import guarded, writes
from rtu_agent.protocol.identification import ReadIdentification, ReportServerId
from rtu_agent.protocol.objects import Category
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.writes import WriteRegisters, WriteSingle

READS = [
    *(ReadRequest(table, 0x10, 2) for table in Table),
    ReportServerId(),
    *(ReadIdentification(category) for category in Category),
]
WRITES = [
    "050010ff00",
    "0600100007",
    "0f00000009020101",
    "100010000204000a0102",
    "16000400f20025",
    "170003000600" + "0e000306" + "00ff00ff00ff",
]
"""The examples of the specification, sections 6.5, 6.6, 6.11, 6.12, 6.16 and 6.17, or of their form."""


class Says:
    """A request that encodes to what it is told, and says that it only reads."""

    writes: ClassVar[bool] = False
    function = 3
    longest_reply = 7

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def encode(self) -> Any:
        """Return the next answer; the last one again and again."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("request_", READS, ids=str)
def test_what_reads_may_be_asked_of_everybody(request_: ReadRequest) -> None:
    """Functions 1 to 4, 17 and 43/14, as they are encoded."""
    pdu = guarded(1, request_, ())

    assert pdu == request_.encode()
    assert not writes(pdu)


@pytest.mark.parametrize("pdu", WRITES)
def test_what_writes_needs_leave(pdu: str) -> None:
    """Only the units that are writable, and only the exact form."""
    request = Says(bytes.fromhex(pdu))

    assert guarded(7, request, {7}) == bytes.fromhex(pdu)
    with pytest.raises(WriteForbidden, match=f"function {pdu[:2].upper()} to unit 8: .*allow_writes: true"):
        guarded(8, request, {7})
    for wrong in (pdu[:-2], pdu + "00", pdu[:2]):
        with pytest.raises(LocalProtocolError, match="not one such request"):
            guarded(7, Says(bytes.fromhex(wrong)), {7})


@given(st.binary(min_size=1, max_size=253))
def test_only_the_reading_functions_pass_without_leave(pdu: bytes) -> None:
    """Whatever the bytes are."""
    try:
        guarded(1, Says(pdu), ())
    except LocalProtocolError:
        return
    sizes = {1: 5, 2: 5, 3: 5, 4: 5, 17: 1, 43: 4}
    assert sizes[pdu[0]] == len(pdu)
    assert pdu[0] != 43 or pdu[1] == 14


@pytest.mark.parametrize("function", [0, 7, 8, 20, 21, 24, 43, 65, 100, 127, 131, 144, 255])
def test_a_function_that_is_not_known_is_never_sent(function: int) -> None:
    """Where its request ends cannot be told, so a second one could hide behind it."""
    request = Says(bytes((function, 0x0D, 0, 0, 0)))

    with pytest.raises(WriteForbidden):
        guarded(1, request, ())
    with pytest.raises(LocalProtocolError, match="not one such request"):
        guarded(1, request, {1})


@pytest.mark.parametrize("read", ["0300000001", "11", "2b0e0100"])
@pytest.mark.parametrize("write", ["0600010002", "100001000102ffff"])
@pytest.mark.parametrize("writable", [(), (1,)])
def test_a_write_cannot_hide_behind_a_read(read: str, write: str, writable: tuple[int, ...]) -> None:
    """A slave that closes frames by their length would take the second one for itself."""
    first, second = bytes((1,)) + bytes.fromhex(read), bytes((2,)) + bytes.fromhex(write)
    smuggled = (first + crc_bytes(first) + second)[1:]

    with pytest.raises(LocalProtocolError):
        guarded(1, Says(smuggled), writable)


def test_a_count_that_lies_about_the_values_is_refused() -> None:
    """One register of two bytes, and a frame to somebody else where more would stand."""
    with pytest.raises(LocalProtocolError, match="not one such request"):
        guarded(1, Says(bytes.fromhex("10001000010a0001" + "0000000000000000")), {1})


class Lying(bytes):
    """Looks like a read to whoever compares, and is a write in a socket."""

    def __getitem__(self, _: Any) -> Any:
        return 3

    def __len__(self) -> int:
        return 5

    def __bytes__(self) -> bytes:
        return bytes.fromhex("0300000001")


class Anyone(int):
    """An address that is in every range and in every set."""

    def __le__(self, _: int) -> bool:
        return True

    def __ge__(self, _: int) -> bool:
        return True

    def __eq__(self, _: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


def raises() -> bytes:
    """Fail as a driver may."""
    raise RuntimeError("\x1b[31mno")


@pytest.mark.parametrize(
    "encoded",
    [
        Lying.fromhex("0600010002"),
        bytearray.fromhex("0300000001"),
        memoryview(bytes.fromhex("0300000001")),
        "0300000001",
        [3, 0, 0, 0, 1],
        None,
        b"",
        bytes.fromhex("0300000001").ljust(254, b"\0"),
        b"\x06" * 65536,
    ],
    ids=lambda encoded: type(encoded).__name__,
)
def test_only_plain_bytes_of_the_right_size_are_sent(encoded: Any) -> None:
    """What could change between the check and the wire, or is too much for a frame, is not sent."""
    with pytest.raises(LocalProtocolError, match="1 to 253 bytes, and plain ones"):
        guarded(1, Says(encoded), {1})


def test_a_request_that_raises_is_the_callers_mistake() -> None:
    """The bus goes on, and what the exception says is not repeated."""

    class Raises:
        encode: ClassVar[Callable[..., bytes]] = staticmethod(raises)

    with pytest.raises(LocalProtocolError, match="cannot be encoded: RuntimeError"):
        guarded(1, Raises(), ())


def test_what_is_checked_is_what_is_sent() -> None:
    """A second encoding, which may differ, is never asked for."""
    request = Says(bytes.fromhex("0300000001"), bytes.fromhex("0600010002"))

    assert guarded(1, request, ()) == bytes.fromhex("0300000001")
    assert len(request.answers) == 1


@pytest.mark.parametrize("unit", [0, -1, 256, True, Anyone(0), Anyone(256), 1.0, "1", None])
@pytest.mark.parametrize("request_", [READS[0], WriteSingle(Table.HOLDING, 1, 2), WriteRegisters(1, (2,))], ids=str)
def test_nobody_asks_everybody(unit: Any, request_: Any) -> None:
    """Broadcast is refused even where every unit is writable; so is what is no address."""
    with pytest.raises(LocalProtocolError, match="broadcast is never used"):
        guarded(unit, request_, range(256))
