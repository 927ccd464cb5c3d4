"""Asks a running agent for its status."""

import base64
import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from rtu_agent.domain.secret import Secret

PATH: Final = "/api/v1/status"
PATIENCE_S: Final = 3.0
"""How long the agent may take to answer, seconds."""
_MOST_BYTES: Final = 64 * 1024**2
"""More than the status of the largest site has."""

Json = Mapping[str, Any]


class UnreachableError(Exception):
    """The agent does not answer, or not with its status; the message says where, why and what to do."""

    def __init__(self, message: str, *, is_forbidden: bool = False) -> None:
        self.is_forbidden = is_forbidden
        """It answers, and not to us."""
        super().__init__(message)


class Client:
    """Asks one agent.

    Args:
        url: where it listens, `http://127.0.0.1:9485`.
        login: where `user:password` lies; None if it wants none.
        ca_file: certificates (PEM) that the agent's must be signed by; None for those of the system.

    Raises:
        UnreachableError: the file of certificates cannot be used.
    """

    def __init__(self, url: str, login: Secret | None = None, ca_file: Path | None = None) -> None:
        self.url = url.rstrip("/")
        self._login = login
        try:
            context = ssl.create_default_context(cafile=ca_file)
        except OSError as error:  # also one without certificates
            raise UnreachableError(
                f"the certificates in {ca_file} cannot be used: {error.strerror or error}"
            ) from error
        # No proxy of the environment: it would be asked for an address of this machine or this plant.
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(*handlers)

    def status(self) -> Json:
        """Return what the agent says of itself.

        Raises:
            UnreachableError: nothing, or something else.
            SecretError: the login is not where it should be.
        """
        request = urllib.request.Request(f"{self.url}{PATH}", headers=self._headers())  # noqa: S310 - http(s) only
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as answer:
                told = json.loads(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refusal(error.code) from error
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"{self.url} cannot be reached: {_reason(error)}") from error
        except ValueError as error:
            raise self._stranger() from error
        if not isinstance(told, dict) or not told.keys() >= {"site", "buses", "devices", "outputs"}:
            raise self._stranger()
        return told

    def _headers(self) -> dict[str, str]:
        if self._login is None:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(self._login.reveal().encode()).decode()}"}

    def _refusal(self, status: int) -> UnreachableError:
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return UnreachableError(f"{self.url} wants user and password: give them with --login", is_forbidden=True)
        if status == HTTPStatus.NOT_FOUND:
            return self._stranger()
        return UnreachableError(f"{self.url} answers with HTTP {status}")

    def _stranger(self) -> UnreachableError:
        return UnreachableError(f"{self.url} is no agent, or one of another version: it has no {PATH}")


def _reason(error: Exception) -> str:
    """Return why there is no answer, without the wrapping of the library."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no answer within {PATIENCE_S:g} s"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message}); name who has signed it with --ca-file"
    if isinstance(cause, ConnectionRefusedError):
        return "nobody listens there; is the agent running?"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause) or type(cause).__name__
