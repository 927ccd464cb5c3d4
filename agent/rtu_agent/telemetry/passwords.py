"""Basic authentication against bcrypt hashes.

A hash is slow to check on purpose, some 50 ms of a core. So what was right once is remembered under a key of this
process, and what is not known yet is checked one at a time, with a few others waiting; the rest is refused at once. So
guessing can take neither the machine from the polls nor the server's threads from those who are known.
"""

import base64
import binascii
import hmac
import secrets
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import bcrypt

MOST_WAITING: Final = 4
"""Who may wait to be checked, the one who is checked among them."""
LONGEST_PASSWORD: Final = 72
"""Bytes of a password that bcrypt knows."""
_CHALLENGE: Final = (("WWW-Authenticate", 'Basic realm="rtu-agent", charset="UTF-8"'), ("Cache-Control", "no-store"))


class Passwords:
    """Who may come in.

    Args:
        users: by name, the bcrypt hash of the password; at least one.
    """

    def __init__(self, users: Mapping[str, str]) -> None:
        self._users = {name: text.encode() for name, text in users.items()}
        self._any = next(iter(self._users.values()))
        self._key = secrets.token_bytes(32)
        self._known: dict[str, bytes] = {}
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._checking = threading.Lock()

    def admit(self, authorization: str) -> bool:
        """Return whether the value of an `Authorization` header names a user with the right password."""
        name, password = _credentials(authorization)
        mark = hmac.digest(self._key, name.encode() + b"\0" + password, "sha256")
        if hmac.compare_digest(self._known.get(name, b""), mark):
            return True
        if not authorization or not self._waiting.acquire(blocking=False):
            return False
        try:
            right = self._check(name, password)
        finally:
            self._waiting.release()
        if right:
            self._known[name] = mark
        return right

    def _check(self, name: str, password: bytes) -> bool:
        """A name that is not there takes as long to refuse as a wrong password would."""
        with self._checking:
            right = bcrypt.checkpw(password[:LONGEST_PASSWORD], self._users.get(name, self._any))
        return right and name in self._users and len(password) <= LONGEST_PASSWORD


def guarded(app: WSGIApplication, passwords: Passwords) -> WSGIApplication:
    """Return the application behind a door: every path of it asks for a name and a password."""
    return partial(_ask, app, passwords)


def _ask(
    app: WSGIApplication, passwords: Passwords, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    if passwords.admit(environ.get("HTTP_AUTHORIZATION", "")):
        return app(environ, start_response)
    body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"A name and a password are needed.\n"
    length = ("Content-Length", str(len(body)))
    start_response("401 Unauthorized", [("Content-Type", "text/plain; charset=utf-8"), length, *_CHALLENGE])
    return [body]


def _credentials(authorization: str) -> tuple[str, bytes]:
    """Return name and password; empty ones for whatever else the header says."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", b""
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return name.decode(), password
    except (binascii.Error, UnicodeDecodeError):
        return "", b""
