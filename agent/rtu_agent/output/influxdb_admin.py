"""What a server has to have before records can be written to it, and how it is told: what is missing, what differs.

Buckets of version 2 through the client library; databases and retention policies of version 1 over `/query`. Version 3
and VictoriaMetrics take none of this from outside: what to do there is said. What somebody else has made is never
removed; a bucket's retention is changed only where the settings name one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from urllib3.exceptions import HTTPError

from rtu_agent.domain.duration import duration_text
from rtu_agent.domain.text import printable
from rtu_agent.output.influxdb_doors import Doors
from rtu_agent.output.influxdb_rollups import Kinds
from rtu_agent.output.influxdb_settings import InfluxdbSettings

Deed = Literal["unchanged", "created", "changed", "removed", "impossible"]


class AdminError(Exception):
    """The server did not do what it was told; the message says why, in its words."""

    def __init__(self, what: str, status: int | None, said: str) -> None:
        """`status` is None when there was no answer."""
        self.status = status
        self.said = said
        code = "" if status is None else f"HTTP {status}: "
        mend = "; the token or user may not do this" if self.is_forbidden else ""
        super().__init__(printable(f"{what}: {code}{said}{mend}"))

    @property
    def is_forbidden(self) -> bool:
        """True if somebody else would have been allowed to."""
        return self.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing at the server: what is to be done about it, and how. What is unchanged is not applied."""

    thing: str
    """What it is, for people: `bucket`, `database`, `retention policy`, `continuous query`, `task`."""
    name: str
    deed: Deed
    detail: str = ""
    apply: Callable[[], object] = lambda: None

    def as_dict(self) -> dict[str, str]:
        """Return it for a program."""
        return {"thing": self.thing, "name": self.name, "deed": self.deed, "detail": self.detail}


class Admin(ABC):
    """A server of one version."""

    def __init__(self, doors: Doors, settings: InfluxdbSettings) -> None:
        self.doors = doors
        self.settings = settings

    @abstractmethod
    def changes(self, kinds: Kinds) -> Iterator[Change]:
        """Give what is to be done, each before it is done: a later one may need what an earlier one made.

        Raises:
            AdminError: the server does not answer, or refuses.
        """

    @abstractmethod
    def keeps_s(self) -> float | None:
        """Return how long the server keeps records, seconds; None if for ever, or if it does not say.

        Raises:
            AdminError: the server does not answer, or refuses.
        """

    @property
    def buckets(self) -> list[InfluxdbSettings]:
        """The settings of the bucket itself and of each of its rollups."""
        return [self.settings, *map(self.settings.of_rollup, self.settings.rollups)]


class UnknownAdmin(Admin):
    """A server that cannot be told."""

    def changes(self, kinds: Kinds) -> Iterator[Change]:  # noqa: ARG002 - the contract's
        """Say what somebody has to do by hand."""
        version = _version(self.doors)
        for each in self.buckets:
            yield Change("bucket", each.bucket, "impossible", _by_hand(version, each.keep))
        if self.settings.rollups_by == "server" and self.settings.rollups:
            detail = "this server makes no rollups that can be set up from here; take rollups_by: agent"
            yield Change("rollups", self.settings.bucket, "impossible", detail)

    def keeps_s(self) -> None:
        """Nothing is known."""


def admin_of(doors: Doors, settings: InfluxdbSettings) -> Admin:
    """Return who can tell this server, after asking it for its version.

    Raises:
        AdminError: it does not answer.
    """
    # Each version has a module of its own, and both need what stands here.
    from rtu_agent.output.influxdb_admin_v1 import AdminV1  # noqa: PLC0415
    from rtu_agent.output.influxdb_admin_v2 import AdminV2  # noqa: PLC0415

    version = _version(doors)
    known: dict[str, type[Admin]] = {"1": AdminV1, "2": AdminV2}
    return known.get(version[:1], UnknownAdmin)(doors, settings)


def _version(doors: Doors) -> str:
    """Return the version that the server says it is, for example `2.7.1`; empty if it says none."""
    try:
        answer = doors.ask("GET", "/ping", {})
    except HTTPError as error:
        raise AdminError("/ping", None, str(error)) from error
    if answer.status is not None and answer.status >= HTTPStatus.BAD_REQUEST:
        raise AdminError("/ping", answer.status, answer.text.strip() or "this is no InfluxDB")
    return answer.headers.get("X-Influxdb-Version", "").removeprefix("v")


def kept(keep_s: float | None) -> str:
    """Return how long, for people."""
    return "kept for ever" if keep_s is None else f"kept for {duration_text(keep_s)}"


def _by_hand(version: str, keep_s: float | None) -> str:
    retention = "" if keep_s is None else f" with a retention of {duration_text(keep_s)}"
    if version.startswith("3"):
        mend = f"influxdb3 create database{retention}; its retention is fixed when it is created"
    else:
        mend = "VictoriaMetrics needs none, it has one -retentionPeriod for everything"
    return f"version 3 and servers that do not say their version cannot be told from here: {mend}"
