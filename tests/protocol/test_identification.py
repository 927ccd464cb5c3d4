"""Replies that say their own length are measured as pymodbus, an independent implementation, writes them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.mei_message import ReadDeviceInformationRequest, ReadDeviceInformationResponse
from pymodbus.pdu.other_message import ReportDeviceIdRequest, ReportDeviceIdResponse

from rtu_agent.protocol.adu import frame, frame_at
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.identification import ReadIdentification, ReportServerId
from rtu_agent.protocol.identity import Identity, identity
from rtu_agent.protocol.objects import Category, identification_size, objects_of

EXAMPLE = bytes.fromhex("2b0e0101000003") + b"\x00\x16" + b"Company identification"
EXAMPLE += b"\x01\x0dProduct code " + b"\x02\x05V2.11"
"""The example of the specification, section 6.21; its product code is thirteen characters long."""
OBJECTS = st.dictionaries(
    st.one_of(st.integers(0, 6), st.integers(0x80, 0xFF)), st.binary(min_size=1, max_size=60), min_size=1, max_size=8
)


def theirs(category: Category, objects: dict[int, bytes]) -> bytes:
    """Return the PDU of the reply that pymodbus gives to a request from the first of the objects on."""
    reply = ReadDeviceInformationResponse(read_code=category, information=dict(sorted(objects.items())))
    return bytes((0x2B,)) + reply.encode()


def test_the_requests_are_encoded_as_pymodbus_does() -> None:
    """Function 11 is alone; function 2B/0E has category and object."""
    assert bytes((17,)) + ReportDeviceIdRequest().encode() == ReportServerId().encode()
    for category in Category:
        request = ReadDeviceInformationRequest(read_code=category, object_id=2)
        assert bytes((0x2B,)) + request.encode() == ReadIdentification(category, 2).encode()


@given(st.binary(max_size=250), st.booleans())
def test_a_server_id_of_any_length_is_measured(identifier: bytes, runs: bool) -> None:
    """At every length it is a beginning, and its size is known once the byte count has come."""
    request = ReportServerId()
    reply = bytes((17,)) + ReportDeviceIdResponse(identifier=identifier, status=runs).encode()

    assert [request.reply_size(reply[:size]) for size in range(len(reply) + 1)] == [3] * 2 + [len(reply)] * (
        len(reply) - 1
    )
    assert request.payload(reply) == identifier + (b"\xff" if runs else b"\x00")
    assert len(reply) <= request.longest_reply


@pytest.mark.parametrize("head", ["1100", "11fc", "03", "91", "1000"])
def test_no_other_count_or_function_begins_a_server_id(head: str) -> None:
    """A PDU has 253 bytes, and a server at least the indicator whether it runs."""
    assert ReportServerId().reply_size(bytes.fromhex(head)) == 0


@given(OBJECTS)
def test_every_identification_that_pymodbus_writes_is_measured(objects: dict[int, bytes]) -> None:
    """Never as whole before it is, never as nothing; and its objects come back."""
    first = min(objects)
    request = ReadIdentification(Category.EXTENDED, first)
    reply = theirs(Category.EXTENDED, objects)
    if reply[6] == 0:  # not even one fitted
        return

    sizes = [request.reply_size(reply[:size]) for size in range(len(reply))]
    assert all(size < measured <= len(reply) for size, measured in enumerate(sizes))
    assert request.reply_size(reply) == request.reply_size(reply + b"anything") == len(reply) <= request.longest_reply
    payload = request.payload(reply)
    decoded = DecodePDU(is_server=False).decode(reply)
    assert objects_of(payload) == decoded.information
    following = request.following(payload)
    assert (following.object_id if following else 0) == decoded.next_object_id


@given(OBJECTS)
def test_an_identification_is_put_together_from_as_many_replies_as_it_takes(objects: dict[int, bytes]) -> None:
    """Each asks from where the one before ended."""
    objects = {0: b"vendor"} | objects
    request: ReadIdentification | None = ReadIdentification(Category.EXTENDED)
    payloads: list[bytes] = []
    while request is not None:
        reply = theirs(request.category, {key: value for key, value in objects.items() if key >= request.object_id})
        assert request.reply_size(reply) == len(reply)
        payloads.append(request.payload(reply))
        request = request.following(payloads[-1])

    found = {key: value for payload in payloads for key, value in objects_of(payload).items()}
    assert found == objects


def test_the_example_of_the_specification_says_who_it_is() -> None:
    """Vendor, product and revision, as text."""
    request = ReadIdentification()

    assert request.reply_size(EXAMPLE) == len(EXAMPLE)
    assert identity([request.payload(EXAMPLE)]) == Identity("Company identification", "Product code", "V2.11")


def test_an_identity_is_clean_text() -> None:
    """All objects have their names, the vendor's own their numbers, and no device steers a terminal."""
    named = [b"v\x1b[31m", b"p\n", b"\xff1", b"http://x", b"name\0hidden", "m\u202e".encode(), b" a "]
    objects = dict(enumerate(named)) | {0x80: b"\x07bell"}
    request = ReadIdentification(Category.EXTENDED)

    assert identity([request.payload(theirs(Category.EXTENDED, objects))]) == Identity(
        "v[31m", "p", "\ufffd1", "http://x", "name", "m", "a", {0x80: "bell"}
    )
    assert identity([]) == Identity()


HEAD = "2b0e0101"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("03", "another function"),
        ("2b0d", "another MEI type"),
        ("2b0e02", "another category"),
        ("2b0e0104", "no conformity level"),
        (HEAD + "01", "more follows is 00 or FF"),
        (HEAD + "0001", "nothing follows, and a next object is named"),
        (HEAD + "ff00", "more follows, and no next object is named"),
        (HEAD + "000000", "no object at all"),
        (HEAD + "000001" + "0100", "not the object that was asked for"),
        (HEAD + "000002" + "000161" + "0000", "an object twice"),
        (HEAD + "000003" + "0000" + "0200" + "0100", "objects that descend"),
        (HEAD + "000002" + "000161" + "0300", "an object of another category"),
        (HEAD + "ff0102" + "0000" + "0100", "what follows has come already"),
        (HEAD + "ff0301", "what follows is of another category"),
        (HEAD + "000002" + "00f5", "longer than a PDU"),
        (HEAD + "00007c", "more objects than a PDU holds"),
    ],
)
def test_what_breaks_a_rule_of_the_specification_answers_nothing(reply: str, why: str) -> None:
    """As soon as the byte that breaks it has come (of an object: its length, too), and not before."""
    pdu = bytes.fromhex(reply)

    assert ReadIdentification().reply_size(pdu) == 0, why
    assert ReadIdentification().reply_size(pdu[:-1]) > 0


def test_one_object_comes_alone() -> None:
    """Category 4 asks for one, and nothing follows it."""
    request = ReadIdentification(Category.ONE, 5)

    assert request.reply_size(bytes.fromhex("2b0e0483000001" + "050161")) == 10
    assert request.reply_size(bytes.fromhex("2b0e0483000002")) == 0
    assert request.reply_size(bytes.fromhex("2b0e0483ff0601")) == 0
    assert request.reply_size(bytes.fromhex("2b0e0483000001" + "0600")) == 0


@given(st.binary(max_size=300))
def test_whatever_comes_is_measured_in_the_same_way_however_much_has_come(tail: bytes) -> None:
    """Refused stays refused, whole stays whole, and what is not whole is longer than what has come."""
    pdu = bytes.fromhex("2b0e") + tail
    for size in (identification_size, ReadIdentification(Category.EXTENDED).reply_size):
        measured = [size(pdu[:end]) for end in range(len(pdu) + 1)]
        for end, (before, after) in enumerate(pairwise(measured)):
            assert before == 0 or before > end or before == after
            assert before != 0 or after == 0
            assert before <= 253


@pytest.mark.parametrize(("category", "object_id"), [(Category.BASIC, 3), (Category.REGULAR, 0x80), (Category.ONE, -1)])
def test_an_object_outside_its_category_cannot_be_asked_for(category: Category, object_id: int) -> None:
    """The caller's mistake."""
    with pytest.raises(LocalProtocolError, match="the category"):
        ReadIdentification(category, object_id)


@pytest.mark.parametrize(
    "pdu",
    [
        ReportServerId().encode(),
        bytes.fromhex("1103616200"),
        ReadIdentification().encode(),
        EXAMPLE,
        theirs(Category.EXTENDED, {1: b"x", 0x80: b"y"}),
    ],
    ids=["asks 11", "answers 11", "asks 2B/0E", "answers 2B/0E", "answers 2B/0E, extended"],
)
def test_frames_of_others_are_known(pdu: bytes) -> None:
    """A second master's traffic is foreign and not noise, with its own length whatever follows it."""
    whole = frame(9, pdu)

    assert frame_at(b"\0" + whole + b"\x03\x04\x00", 1, final=True) == len(whole)
    assert frame_at(b"\0" + whole[:-1] + b"\0", 1, final=True) == 0
