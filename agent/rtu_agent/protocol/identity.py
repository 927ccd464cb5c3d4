"""What a device says it is, put together from the replies to `ReadIdentification`.

Source: MODBUS Application Protocol Specification V1.1b3, section 6.21 (function 2B/0E), table of the object ids.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rtu_agent.domain.text import clean_text
from rtu_agent.protocol.objects import objects_of


@dataclass(frozen=True, slots=True)
class Identity:
    """Clean text; empty where the device says nothing."""

    vendor: str = ""
    product: str = ""
    """The product code."""
    revision: str = ""
    vendor_url: str = ""
    product_name: str = ""
    model: str = ""
    application: str = ""
    others: Mapping[int, str] = field(default_factory=dict)
    """What only the vendor knows the meaning of, by object id."""


_MEANINGS: Final = dict(
    enumerate(("vendor", "product", "revision", "vendor_url", "product_name", "model", "application"))
)


def identity(payloads: Iterable[bytes]) -> Identity:
    """Return what the payloads of any number of good replies say; where two disagree, the later one counts."""
    texts = {object_id: clean_text(value) for payload in payloads for object_id, value in objects_of(payload).items()}
    known = {_MEANINGS[object_id]: text for object_id, text in texts.items() if object_id in _MEANINGS}
    others = {object_id: text for object_id, text in texts.items() if object_id not in _MEANINGS}
    return Identity(**known, others=others)
