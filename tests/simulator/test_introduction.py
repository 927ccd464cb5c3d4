"""A simulated device says of itself what its driver takes for a proof, in replies that our own reader accepts."""

import pytest

from rtu_agent.driver_api import Driver, u16
from rtu_agent.poll.proving import mismatch, question, said
from rtu_agent.protocol.identification import ReadIdentification
from rtu_agent.protocol.identity import identity
from rtu_agent.protocol.objects import Category
from rtu_agent.simulator.introduction import introduction, texts_of


class Proven(Driver, table="holding"):
    """Says all that can be said, and has a number as well."""

    name = "made.proven"
    kind = "kind"

    _model = u16(5)
    identity = {
        _model: 7,
        "vendor_name": ["Acme", "ACME"],
        "product_code": "P1",
        "revision": "1.",
        "product_name": "Meter",
        "model_name": "EM1",
        "server_id": "EM",
    }


TEXTS = texts_of(Proven)


@pytest.mark.parametrize("proof", [proof for proof in Proven.proofs if isinstance(proof.source, str)], ids=str)
def test_every_text_proves_the_device(proof: object) -> None:
    """Asked as the agent asks, answered as the agent accepts it."""
    request = question(proof)  # type: ignore[arg-type]
    reply = introduction(TEXTS, request.encode())

    assert reply is not None
    assert request.reply_size(reply) == len(reply)
    assert mismatch(proof, said(proof, request.payload(reply))) == ""  # type: ignore[arg-type]


def test_a_whole_category_can_be_asked_for() -> None:
    """The basic one has three objects."""
    request = ReadIdentification(Category.BASIC)
    reply = introduction(TEXTS, request.encode())

    assert reply is not None
    assert request.reply_size(reply) == len(reply)
    known = identity([request.payload(reply)])
    assert (known.vendor, known.product, known.revision, known.model) == ("Acme", "P1", "1.", "")


def test_a_device_that_has_nothing_to_say_says_nothing() -> None:
    """The reply is for others to refuse."""
    assert introduction({}, ReadIdentification().encode()) is None
    assert introduction({"vendor_name": "Acme"}, b"\x11") is None
    assert introduction(TEXTS, b"\x03\x00\x00\x00\x01") is None


def test_what_does_not_hold_is_said_in_words() -> None:
    """A number, a text, and what is not said at all."""
    number, vendor = (proof for proof in Proven.proofs if getattr(proof.source, "name", proof.source) in NAMES)

    assert said(number, b"\x00\x08") == 8
    assert mismatch(number, 8) == "_model is 8, and should be 7"
    assert mismatch(vendor, "Other") == "vendor_name is 'Other', and should be 'Acme' or 'ACME'"
    assert mismatch(vendor, None) == "vendor_name is not said, and should be 'Acme' or 'ACME'"


NAMES = ("_model", "vendor_name")
