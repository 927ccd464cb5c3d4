"""What the board knows, as values: a snapshot of them is consistent, and nothing that is drawn holds up who counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rtu_agent.domain.point_place import PointPlace
from rtu_agent.domain.record import Record, Series
from rtu_agent.domain.registers import Span
from rtu_agent.events import DeviceState, OutcomeKind
from rtu_agent.telemetry.history import History
from rtu_agent.telemetry.poll_counts import PollCounts
from rtu_agent.telemetry.roster import RosterDevice


@dataclass(frozen=True, slots=True)
class Mishap:
    """What went wrong last, whether or not it is over."""

    kind: str
    """A stable word: an outcome, or what `words` knows besides."""
    detail: str
    """What somebody else said about it; empty if nobody did."""
    since: float
    """When it began to go wrong in this way, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class BusView:
    """One bus."""

    name: str
    began_s: float = 0.0
    """Since when it is there, monotonic seconds; another one may have had its name before."""
    is_open: bool = False
    was_open: bool = False
    problem: str = ""
    """Why the port is not open, in the system's words; empty while it is, and before it was tried."""
    closed_s: float = 0.0
    """Since when the port is not open, monotonic seconds; while it is, since when it was not before."""
    polls: PollCounts = field(default_factory=PollCounts)
    transactions: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    busy_s: float = 0.0
    troubles: Mapping[str, int] = field(default_factory=dict)
    """By kind, how often something went wrong on the wire: outcomes of transactions, `late_reply`, `noise`."""
    lag_s: float = 0.0
    """How late the latest poll was started."""
    worst_lag_s: float = 0.0
    """The same of the latest of all since the board has set its last mark."""
    active_s: float = 0.0
    """When its last transaction ended, monotonic seconds; 0 before the first."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """What one poll asks for, as it was done last."""

    groups: frozenset[str]
    blocks: tuple[Span, ...]
    took_s: float
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became different about a device."""

    at: float
    """Seconds since 1970."""
    state: DeviceState
    kind: str
    """What made it so."""


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device."""

    entry: RosterDevice
    state: DeviceState | Literal["waiting"] = "waiting"
    """`waiting` until the first poll was answered or health has judged."""
    polls: PollCounts = field(default_factory=PollCounts)
    last_good_s: float | None = None
    """When the latest good poll ended, monotonic seconds."""
    trouble: OutcomeKind | None = None
    """How the latest poll failed; None if it did not."""
    records: Mapping[Series, Record] = field(default_factory=dict)
    """The newest record of each set of points."""
    driver: str = ""
    """The driver that was found out to be for it; empty where it is that of the entry."""
    places: tuple[PointPlace, ...] = ()
    """Where the values of its records come from."""
    plans: Mapping[frozenset[str], PlanView] = field(default_factory=dict)
    """What was asked for last, by the groups that were polled together."""
    history: History = field(default_factory=History)
    changes: tuple[Change, ...] = ()
    """The latest, oldest first."""
    mishap: Mishap | None = None
    """How a poll failed last, though others may have been good since."""
    refused: str = ""
    """What it does not give, in words; empty when it gives everything."""
    mismatch: str = ""
    """Why it is not the device that its driver is for; empty when it is."""
    driver_error: str = ""
    """What its driver said last when it failed."""
    exception_code: int | None = None
    """With which it refused something last."""
    late_s: float | None = None
    """How long after the question an answer came that was too late; None if none did since the latest silence."""


@dataclass(frozen=True, slots=True)
class OutputView:
    """One output."""

    name: str
    written: int = 0
    waiting: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""
    """Why the latest batch was not accepted; empty if it was."""
    last_success: float | None = None
    """When it took records last, seconds since 1970."""
    mishap: Mishap | None = None
    """How it failed last, though it may work again."""
    waiting_bytes: int = 0
    limit_bytes: int | None = None
    """What may wait at most; None where nothing waits on disk."""
    oldest_ms: int | None = None
    """Time of the oldest record that waits."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The buses as they were at one moment."""

    at_s: float
    """Monotonic seconds."""
    buses: Mapping[str, BusView]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment."""

    site: str
    started_s: float
    now_s: float
    """Monotonic, as `started_s`, seconds."""
    wall: float
    """Seconds since 1970, UTC."""
    buses: tuple[BusView, ...]
    devices: tuple[DeviceView, ...]
    outputs: tuple[OutputView, ...]
    ports: Mapping[str, str] = field(default_factory=dict)
    """By bus, how it is reached."""
    marks: tuple[Mark, ...] = ()
    """How the buses were before, oldest first."""
    spool_problem: str = ""
    """Why the spool cannot be written; empty when it can."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self.now_s - self.started_s
