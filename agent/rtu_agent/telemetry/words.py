"""What went wrong, as somebody reads it who does not know Modbus: what it is, then what to look at."""

from collections.abc import Mapping
from typing import Final

from rtu_agent.domain.text import printable
from rtu_agent.telemetry.views import Mishap

DEVICE: Final[Mapping[str, str]] = {
    "no_reply": "does not answer: check its cable, its power and its address",
    "late_reply": "answers too late: set a longer timeout for its bus; a gateway or radio in between may be slow",
    "damaged": "answers, but the answers arrive damaged: check the cable, its termination and the serial settings",
    "exception": "answers, but refuses what it is asked for",
    "foreign": "somebody else answers: check whether another master, or two devices with one address, are on the bus",
    "ambiguous": "several answers came at once: check whether two devices have the same address",
    "line_busy": "nobody could be asked because the line is never quiet: check the wiring and its polarity",
    "port_lost": "the adapter of its bus went away while it was asked",
    "port_closed": "cannot be asked: the port of its bus is not open",
    "driver_failed": "answers, but its driver can make no values of the answers",
    "other_device": "another device answers than the one in the configuration",
}
"""By kind of trouble of a device. A kind that is not here is told by its own name."""

OUTPUT: Final[Mapping[str, str]] = {
    "retryable": "cannot be reached or does not take records now; they wait and are sent again",
    "auth": "does not let the agent in: check token, user and password",
    "rejected": "refuses some of the records",
    "ended": "takes no records any more",
}
"""By kind of trouble of an output."""

EXCEPTIONS: Final[Mapping[str, str]] = {
    "01": "it does not know the function",
    "02": "it has no such register",
    "03": "it cannot give that many at once",
    "04": "it has failed itself",
    "05": "it needs longer",
    "06": "it is busy",
    "08": "its memory is damaged",
    "0A": "the gateway has no way to it",
    "0B": "the gateway got no answer from it",
}
"""By exception code. Source: MODBUS Application Protocol Specification V1.1b3, section 7."""


def in_words(mishap: Mishap, words: Mapping[str, str]) -> str:
    """Return one sentence about it, in English, printable."""
    said = words.get(mishap.kind, mishap.kind.replace("_", " "))
    detail = printable(mishap.detail)
    if mishap.kind == "exception" and detail:
        detail = f"exception {detail}, {EXCEPTIONS.get(detail, 'which only its manual explains')}"
    return f"{said} ({detail})" if detail else said
