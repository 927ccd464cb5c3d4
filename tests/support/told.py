"""What a point makes of registers that a manual or a person has written down."""

import struct

from rtu_agent.domain.record import Value
from rtu_agent.driver_api import Point
from rtu_agent.normalize.decode import Decoder


def told(point: Point, *words: int) -> Value | None:
    """Return the value in `words`, or None if they hold none."""
    return Decoder([point], [point.span])([struct.pack(f">{len(words)}H", *words)]).values[0]
