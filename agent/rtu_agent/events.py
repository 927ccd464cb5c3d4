"""Everything that happens inside the agent, one frozen class each, and who may watch.

Metrics, logs and the live views are watchers; none of them is called by name anywhere. A watcher is called in the
thread in which the event happened, so it must be quick and safe to call from several threads, and it must not raise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rtu_agent.domain.point_place import PointPlace
from rtu_agent.domain.quality import Restart
from rtu_agent.domain.record import Record
from rtu_agent.domain.registers import Span

OutcomeKind = Literal[
    "good", "exception", "no_reply", "damaged", "foreign", "ambiguous", "line_busy", "port_lost", "driver_failed"
]
"""How a transaction, or a poll made of transactions, ended. `good` is the only success.

`driver_failed` ends polls only: the device answered, and its driver could not make values of it, or is not for it.
"""

SkipReason = Literal["overload", "offline", "quarantine", "port_down", "driver"]
"""Why a scheduled poll was not started. `driver`: it fails again and again, is for another device, or is not known."""

DeviceState = Literal["online", "suspect", "offline"]


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that happened."""


@dataclass(frozen=True, slots=True)
class AgentStarted(Event):
    """The configuration is loaded and the buses are about to be opened."""

    site: str
    buses: int
    devices: int


@dataclass(frozen=True, slots=True)
class AgentStopped(Event):
    """The last record is with its output or in the spool."""

    site: str


@dataclass(frozen=True, slots=True)
class ConfigReloaded(Event):
    """The file, read anew, is in force. Whoever is not named has noticed nothing.

    The names are words like `device main-meter`, `bus floor1`, `output influxdb`.
    """

    path: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restarted: tuple[str, ...] = ()
    """Whose settings have changed: they were removed and added."""
    adjusted: tuple[str, ...] = ()
    """Who goes on with other intervals or limits."""

    @property
    def anew(self) -> frozenset[str]:
        """The names of all who begin, or would begin if they came back, as if nobody had heard of them before."""
        return frozenset(words.partition(" ")[2] for words in (*self.removed, *self.restarted))


@dataclass(frozen=True, slots=True)
class ConfigRefused(Event):
    """The file, read anew, cannot be put in force; nothing has changed."""

    path: str
    problems: tuple[str, ...]
    """Each with its place in the file where it has one."""


@dataclass(frozen=True, slots=True)
class LearntLost(Event):
    """What was learnt about the devices could not be read, or not be written; it is learnt anew."""

    path: str
    error: str


@dataclass(frozen=True, slots=True)
class LoopLagged(Event):
    """The event loop came back later than asked."""

    lag_s: float


@dataclass(frozen=True, slots=True)
class ClockJumped(Event):
    """The wall clock was set, or the machine slept: times of records from before and after do not fit together."""

    jump_s: float
    """How much further the wall clock went than time did, seconds; negative when it was set back."""


# -- bus ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BusEvent(Event):
    """Something happened on a bus."""

    bus: str


@dataclass(frozen=True, slots=True)
class BusPlanned(BusEvent):
    """It was reckoned what the bus will carry, from the plans and turnarounds that are known at the start."""

    utilisation: float
    """The share of its time that its polls will take; above 0.95 they do not all fit."""


@dataclass(frozen=True, slots=True)
class PortOpened(BusEvent):
    """The port can be used; `reopened` tells the first time from a return."""

    port: str
    reopened: bool
    found_at: str | None = None
    """The path of the adapter, where it came back under another name than the site's."""


@dataclass(frozen=True, slots=True)
class PortLost(BusEvent):
    """An open port failed: unplugged, hung up, closed by the peer."""

    port: str
    error: str


@dataclass(frozen=True, slots=True)
class PortOpenFailed(BusEvent):
    """The port could not be opened; the next try comes after `retry_s` seconds."""

    port: str
    error: str
    retry_s: float


@dataclass(frozen=True, slots=True)
class AdapterLatencyRead(BusEvent):
    """The adapter of a port that was just opened says how long it may hold received bytes back."""

    port: str
    latency_s: float
    mend: str | None
    """What to do about a latency that slows the bus down; None when it does not."""


@dataclass(frozen=True, slots=True)
class EchoDetected(BusEvent):
    """The adapter sends back what it transmits."""


@dataclass(frozen=True, slots=True)
class NoiseDiscarded(BusEvent):
    """Bytes that belong to no frame were thrown away."""

    count: int


@dataclass(frozen=True, slots=True)
class ForeignFrameDiscarded(BusEvent):
    """A whole frame that nobody asked for was thrown away."""

    unit: int
    function: int


@dataclass(frozen=True, slots=True)
class LateReplyDiscarded(BusEvent):
    """The reply to a request that was given up came after all and was thrown away."""

    unit: int
    late_s: float
    """From the end of that request to the end of its reply, seconds."""


@dataclass(frozen=True, slots=True)
class TransactionFinished(BusEvent):
    """One request and what came of it."""

    unit: int
    function: int
    outcome: OutcomeKind
    duration_s: float
    """From the first character of the request to the end of the transaction."""
    sent_bytes: int
    received_bytes: int
    exception_code: int | None = None
    silence_s: float = 0.0
    """How long nobody may be asked after it."""

    @property
    def held_s(self) -> float:
        """The time for which the bus was held."""
        return self.duration_s + self.silence_s


# -- device ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeviceEvent(Event):
    """Something happened to a device."""

    bus: str
    device: str


@dataclass(frozen=True, slots=True)
class PollFinished(DeviceEvent):
    """A scheduled poll met its fate: `good`, or failed for the reason named by `outcome`."""

    group: str
    outcome: OutcomeKind
    lag_s: float
    """How long after its due time the poll was started, seconds."""
    duration_s: float
    record: Record
    rider: bool = False
    """The group was taken along by the poll of another one, whose own event tells what the poll took and brought."""
    together: frozenset[str] = frozenset()
    """All groups that the poll was for, its riders among them."""
    blocks: tuple[Span, ...] = ()
    """What the poll had to ask for, as it was planned."""


@dataclass(frozen=True, slots=True)
class RecordHeldBack(DeviceEvent):
    """A record says nothing new, and the site does not want it then."""


@dataclass(frozen=True, slots=True)
class PollSkipped(DeviceEvent):
    """A scheduled poll was not started and never will be."""

    group: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class DeviceStateChanged(DeviceEvent):
    """A device became online, suspect or offline."""

    before: DeviceState
    after: DeviceState
    cause: OutcomeKind


@dataclass(frozen=True, slots=True)
class RefusalsLearnt(DeviceEvent):
    """It was found out what a device refuses to give; from now on that is not asked for."""

    refused: str
    """All that it refuses, in words; empty when it refuses nothing any more."""


@dataclass(frozen=True, slots=True)
class CountersRestarted(DeviceEvent):
    """Counters go on from another value, on which enough readings have agreed."""

    cause: Restart
    counters: tuple[str, ...]
    """The names of their fields."""


@dataclass(frozen=True, slots=True)
class DriverFailed(DeviceEvent):
    """A driver raised, or was wrong in another way; its record has no values.

    A derived point that raises is told once, as `current_a: KeyError: 3`, until it has a value again; its record lacks
    that value only.
    """

    driver: str
    error: str


@dataclass(frozen=True, slots=True)
class DriverQuarantined(DeviceEvent):
    """A driver has failed again and again for a device, which is left alone for a while, each time for longer."""

    driver: str
    error: str
    pause_s: float


@dataclass(frozen=True, slots=True)
class DriverRecovered(DeviceEvent):
    """The driver of a device works that was quarantined, or was not for the device."""

    driver: str


@dataclass(frozen=True, slots=True)
class DeviceRecognised(DeviceEvent):
    """It was found out which driver is for a device."""

    driver: str
    groups: tuple[str, ...]
    """Those that it has; of the others that its driver may have, nothing will be heard."""
    places: tuple[PointPlace, ...] = ()
    """Where that driver finds the values of its records."""


@dataclass(frozen=True, slots=True)
class IdentityMismatched(DeviceEvent):
    """The device that answers is not the one that its driver is for, or is again; meanwhile nothing of it is stored."""

    driver: str
    said: str
    """What does not hold, in words; empty when all holds again."""


# -- outputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutputEvent(Event):
    """Something happened to an output."""

    output: str


@dataclass(frozen=True, slots=True)
class RecordsWritten(OutputEvent):
    """An output has accepted records: the server acknowledged them, or they are on the local disk."""

    records: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class WriteFailed(OutputEvent):
    """An output did not accept a batch. What is kept is tried again, what is not is counted by `RecordsDropped`."""

    kind: Literal["retryable", "rejected", "auth"]
    error: str
    retry_s: float


@dataclass(frozen=True, slots=True)
class WriteRecovered(OutputEvent):
    """The first success after failures."""

    outage_s: float


@dataclass(frozen=True, slots=True)
class OutputEnded(OutputEvent):
    """An output will never take a record again; those that come for it are dropped."""

    error: str


@dataclass(frozen=True, slots=True)
class RecordsDropped(OutputEvent):
    """Records that this output will never get."""

    records: int
    reason: Literal["overflow", "age", "rejected", "unwritable", "corrupt"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SpoolChanged(OutputEvent):
    """How much an output has still to accept."""

    records: int
    size_bytes: int
    limit_bytes: int
    oldest_ms: int | None
    """Time of the oldest record that waits, milliseconds since 1970; None when nothing waits."""


@dataclass(frozen=True, slots=True)
class RetentionTooShort(OutputEvent):
    """The server keeps records for a shorter time than they may wait in the spool: a long outage would lose some."""

    keeps_s: float
    spool_keeps_s: float


Watcher = Callable[[Event], None]


class Watchers:
    """Hands every event to everybody who watches."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = list(watchers)

    def add(self, watcher: Watcher) -> None:
        """Let `watcher` see every event from now on."""
        self._watchers.append(watcher)

    def __call__(self, event: Event) -> None:
        """Tell everybody."""
        for watcher in self._watchers:
            watcher(event)
