"""What a simulated device says about itself in words, because its driver takes that for a proof.

Source: MODBUS Application Protocol Specification V1.1b3, sections 6.13 (function 11) and 6.21 (function 2B/0E).
"""

from collections.abc import Mapping
from typing import Final

from rtu_agent.driver_api import Driver, Point
from rtu_agent.driver_api.identity import DeviceText

Texts = Mapping[DeviceText, str]

_SERVER_ID: Final = b"\x11"
_IDENTIFY: Final = b"\x2b\x0e"
_OBJECTS: Final[Mapping[DeviceText, int]] = {
    "vendor_name": 0,
    "product_code": 1,
    "revision": 2,
    "product_name": 4,
    "model_name": 5,
}
_LAST: Final = {1: 0x02, 2: 0x7F, 3: 0xFF}
"""The last object of each category: basic, regular, extended. Category 4 is one object."""
_ONE: Final = 4
_EXTENDED_AND_ONE: Final = 0x83
_RUNS: Final = b"\xff"
_SIZE_OF_IDENTIFY: Final = 4


def texts_of(*drivers: type[Driver]) -> Texts:
    """Return what a device says that proves to be what all the drivers are for; of several texts, the first."""
    proofs = [proof for driver in drivers for proof in driver.proofs]
    return {proof.source: str(proof.expected[0]) for proof in proofs if not isinstance(proof.source, Point)}


def introduction(texts: Texts, pdu: bytes) -> bytes | None:
    """Return the PDU that answers one that asks who the device is; None if it does not, or is not answered."""
    if pdu == _SERVER_ID and "server_id" in texts:
        said = texts["server_id"].encode() + _RUNS
        return _SERVER_ID + bytes([len(said)]) + said
    if not (pdu.startswith(_IDENTIFY) and len(pdu) == _SIZE_OF_IDENTIFY):
        return None
    category, first = pdu[2:]
    last = first if category == _ONE else _LAST.get(category, -1)
    said_by_id = {_OBJECTS[name]: text.encode() for name, text in texts.items() if name in _OBJECTS}
    found = [(number, said_by_id[number]) for number in sorted(said_by_id) if first <= number <= last]
    if not found:
        return None
    objects = b"".join(bytes([number, len(said)]) + said for number, said in found)
    return _IDENTIFY + bytes([category, _EXTENDED_AND_ONE, 0, 0, len(found)]) + objects
