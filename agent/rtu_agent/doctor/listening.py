"""Whether the HTTP address of the site is free, or the agent's already."""

import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem

_ANSWER_S: Final = 2.0
_MOST_BYTES: Final = 10_000
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what a site may write
_OF_AGENT: Final = "loop_silent_s"
"""What nobody else says of his health."""

Who = Literal["nobody", "the agent", "another"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the site's agent listens."""

    listen: str
    who: Who
    """Who listens there now."""
    is_here: bool = True
    """Whether it is an address of this machine."""


def examine(case: Case) -> Iterator[Finding]:
    """Ask who is there."""
    yield judge(look(case.loaded.site.http.listen))


def look(listen: str) -> Address:
    """Return what is known of an address; nobody has to listen for that."""
    host, port = split(listen)
    return Address(listen, _who(host, port), _is_here(host))


def split(listen: str) -> tuple[str, int]:
    """Return host and port of an address; IPv6 without brackets."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def is_running(case: Case) -> bool:
    """Return whether the agent of the site answers at its address."""
    return look(case.loaded.site.http.listen).who == "the agent"


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
    return ok("", f"{address.listen} is free; the agent does not run")


def _who(host: str, port: int) -> Who:
    if port == 0:
        return "nobody"
    connection = http.client.HTTPConnection(_ANYWHERE.get(host, host), port, timeout=_ANSWER_S)
    try:
        connection.request("GET", "/healthz")
        return "the agent" if _OF_AGENT in connection.getresponse().read(_MOST_BYTES).decode("latin-1") else "another"
    except ConnectionRefusedError:
        return "nobody"
    except (http.client.HTTPException, OSError):
        return "another"
    finally:
        connection.close()


def _is_here(host: str) -> bool:
    try:
        family, kind, protocol, _, (address, *_) = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
