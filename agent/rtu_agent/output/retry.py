"""What an HTTP answer means for the records it was about, and how long to wait before the next try. Pure.

| answer | action | why |
|---|---|---|
| 2xx without words | accepted | |
| 201 from a database, with words | rejected | so version 3 has said for some time that some lines are bad |
| 413 | smaller | the server, or a proxy before it, limits the size of a request |
| 400, 422 from a database | rejected | at least one line is bad; 1.x and 3 store the good ones, 2 does not say |
| 408, 429, 5xx, no answer | again | it will pass |
| any other | hold | token, organisation, bucket, database or address are wrong; the records are not |

No database says more than the status when it has stored all lines. Other words with a 2xx are the page of somebody
else: a portal that wants a password first, or a web server that answers to any address. What it was sent is nowhere.

A 400 counts as a judgement on lines only if it comes in the form in which databases speak (JSON). A proxy, a TLS port
or another program that answers 400 to everything would otherwise turn the whole backlog into dead letters.
"""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from rtu_agent.output.contract import Action

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 30.0
HOLD_S: Final = 30.0
"""Pause between tries while somebody has to mend the configuration."""
LONGEST_RETRY_AFTER_S: Final = 300.0
"""A server is not left alone longer than this, whatever it asks for."""

_ABOUT_LINES: Final = (HTTPStatus.CREATED, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_PASSING: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


def action(status: int | None, *, from_database: bool, has_words: bool) -> Action:
    """Return what to do after an answer.

    Args:
        status: of HTTP; None when there was no answer.
        from_database: whether it came in the form in which databases say what is wrong.
        has_words: whether there was anything but a status.
    """
    if status is None or status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Action.AGAIN
    if status in _ABOUT_LINES and from_database:
        return Action.REJECTED
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Action.HOLD if has_words else Action.ACCEPTED
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Action.SMALLER
    return Action.HOLD


def retry_after_s(header: str | None, wall: float) -> float | None:
    """Return the seconds a `Retry-After` header asks for, in either of its forms (RFC 9110 section 10.2.3).

    `wall` is the time now, seconds since 1970. None when the header is missing or cannot be read.
    """
    if header is None:
        return None
    try:
        asked = float(header) if header.strip().isdigit() else parsedate_to_datetime(header).timestamp() - wall
    except ValueError:
        return None
    return min(max(asked, 0.0), LONGEST_RETRY_AFTER_S)


class Backoff:
    """A pause that doubles with every failure, with full jitter, so that many agents do not return in step."""

    def __init__(self, jitter: Callable[[], float], longest_s: float = LONGEST_PAUSE_S) -> None:
        """`jitter` returns a number from 0 to 1, each time another; `longest_s` is the longest pause, seconds."""
        self._jitter = jitter
        self._longest_s = longest_s
        self._ceiling_s = FIRST_PAUSE_S

    def next_s(self) -> float:
        """Return how long to wait after one more failure, seconds."""
        pause_s = self._ceiling_s * self._jitter()
        self._ceiling_s = min(2 * self._ceiling_s, self._longest_s)
        return pause_s

    def reset(self) -> None:
        """Start from the shortest pause again, after a success."""
        self._ceiling_s = FIRST_PAUSE_S
