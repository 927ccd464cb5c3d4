"""What a device must say before it is taken for the one that its driver is for."""

from typing import Final

from rtu_agent.domain.record import Value
from rtu_agent.domain.text import clean_text
from rtu_agent.driver_api import Proof
from rtu_agent.driver_api.identity import DeviceText
from rtu_agent.driver_api.point import Point
from rtu_agent.driver_api.steps import Read, Reply
from rtu_agent.protocol.identification import ReadIdentification, ReportServerId
from rtu_agent.protocol.identity import identity
from rtu_agent.protocol.objects import Category
from rtu_agent.protocol.pdu import ReadRequest, Request

_OBJECTS: Final[dict[DeviceText, int]] = {
    "vendor_name": 0,
    "product_code": 1,
    "revision": 2,
    "product_name": 4,
    "model_name": 5,
}
"""Of function 43/14. Source: MODBUS Application Protocol Specification V1.1b3, section 6.21."""


def question(proof: Proof) -> Request:
    """Return what to ask for a proof."""
    source = proof.source
    if isinstance(source, Point):
        return ReadRequest(source.table, source.address, source.count)
    if source == "server_id":
        return ReportServerId()
    return ReadIdentification(Category.ONE, _OBJECTS[source])


def said(proof: Proof, payload: bytes) -> Value | None:
    """Return what the device says in its reply; None if that is nothing."""
    source = proof.source
    if isinstance(source, Point):
        words = Reply.of(Read(source.table.value, 0, source.count), payload)
        try:
            return source.read(words)
        except ValueError:
            return None
    if source == "server_id":
        return clean_text(payload)
    about = identity([payload])
    texts = about.vendor, about.product, about.revision, about.vendor_url, about.product_name, about.model
    return texts[_OBJECTS[source]]


def mismatch(proof: Proof, value: Value | None) -> str:
    """Return in words why a proof does not hold; nothing if it does."""
    if value is not None and proof.holds(value):
        return ""
    name = proof.source.name if isinstance(proof.source, Point) else proof.source
    wanted = " or ".join(repr(one) for one in proof.expected)
    return f"{name} is {'not said' if value is None else repr(value)}, and should be {wanted}"
