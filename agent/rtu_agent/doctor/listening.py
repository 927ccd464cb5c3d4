"""Whether the HTTP address of the site is free, or the agent's already."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from rtu_agent.app.control import holder
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem

_ANSWER_S: Final = 2.0
_MOST_BYTES: Final = 10_000
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what a site may write
_OF_AGENT: Final = ("loop_silent_s", 'realm="rtu-agent"')
"""What nobody else says of his health, or when he asks for a password."""

Who = Literal["nobody", "the agent", "another"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the site's agent listens."""

    listen: str
    who: Who
    """Who listens there now."""
    is_here: bool = True
    """Whether it is an address of this machine."""
    runs: bool = False
    """Whether the agent of the site runs, be it that it listens elsewhere."""


def examine(case: Case) -> Iterator[Finding]:
    """Ask who is there."""
    yield judge(_look_at(case))


def _look_at(case: Case) -> Address:
    settings = case.loaded.site.http
    address = look(settings.listen, is_encrypted=settings.web.tls_server_config is not None)
    return replace(address, runs=address.who == "the agent" or _is_held(case.loaded.site.state))


def _is_held(state: Path) -> bool:
    """Return whether an agent has a state directory; of another user's nobody can tell."""
    with suppress(OSError):
        return holder(state) is not None
    return False


def look(listen: str, *, is_encrypted: bool = False) -> Address:
    """Return what is known of an address; nobody has to listen for that."""
    host, port = split(listen)
    return Address(listen, _who(host, port, is_encrypted=is_encrypted), _is_here(host))


def split(listen: str) -> tuple[str, int]:
    """Return host and port of an address; IPv6 without brackets."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def is_running(case: Case) -> bool:
    """Return whether the agent of the site runs: it answers at its address, or has its state."""
    return _look_at(case).runs


def judge(address: Address) -> Finding:
    """Judge the address."""
    if not address.is_here:
        says = f"{address.listen} is no address of this machine"
        return problem("", says, 'http: {listen: "127.0.0.1:9485"}')
    if address.who == "another":
        port = split(address.listen)[1]
        says = f"another program listens on {address.listen}"
        mend = f"`ss --listening --tcp --processes 'sport = :{port}'` shows which; or another http: {{listen: …}}"
        return problem("", says, mend)
    if address.who == "the agent":
        return ok("", f"the agent runs and answers on {address.listen}")
    runs = "runs, and listens elsewhere" if address.runs else "does not run"
    return ok("", f"{address.listen} is free; the agent {runs}")


def _who(host: str, port: int, *, is_encrypted: bool) -> Who:
    if port == 0:
        return "nobody"
    at = _ANYWHERE.get(host, host)
    connection = http.client.HTTPConnection(at, port, timeout=_ANSWER_S)
    if is_encrypted:
        # Nothing secret is said to whoever is there, so it does not matter who has signed his certificate.
        connection = http.client.HTTPSConnection(at, port, timeout=_ANSWER_S, context=_unverified())
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        said = answer.getheader("WWW-Authenticate", "") + answer.read(_MOST_BYTES).decode("latin-1")
        return "the agent" if any(word in said for word in _OF_AGENT) else "another"
    except ConnectionRefusedError:
        return "nobody"
    except (http.client.HTTPException, OSError):
        return "another"
    finally:
        connection.close()


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_here(host: str) -> bool:
    try:
        family, kind, protocol, _, (address, *_) = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
