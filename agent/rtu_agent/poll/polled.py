"""One device as the poller sees it: whom to ask, what to read, and how to make records of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Record, Series
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Driver
from rtu_agent.normalize.counters import Counters
from rtu_agent.poll.device_plans import DevicePlans, PollPlan
from rtu_agent.poll.health import Health
from rtu_agent.poll.mistakes import Mistakes
from rtu_agent.poll.refusals import Refusals
from rtu_agent.poll.remarks import Remarks
from rtu_agent.poll.run import Place
from rtu_agent.poll.trust import Trust
from rtu_agent.protocol.pdu import ReadRequest, read_request
from rtu_agent.protocol.timing import LineSettings


@dataclass(slots=True)
class PolledDevice:
    """One device of a bus."""

    name: str
    unit: int
    base: type[Driver]
    """The driver that the site names: it may have to find out another one."""
    line: LineSettings
    """Of its bus."""
    plans: DevicePlans
    silent: Series
    """The series of a record without values: same device, no fields."""
    probes: tuple[Span, ...]
    """Small reads of different widths, so that the late reply to one cannot answer the next."""
    remarks: Remarks
    refusals: Refusals
    gap_s: float = 0.0
    """Silence this device needs before it is asked, seconds."""
    timeout_s: float | None = None
    """How long this device may think, seconds; None is as long as any other of its bus."""
    stride: int = 1
    """By how much its addresses grow from one register to the next."""
    writes: bool = False
    """Whether the site allows to write to it."""
    met: bool = True
    """False until it is known that it is the right device, and which driver is for it."""
    found: type[Driver] | None = None
    """The driver for this very device; None until that is known."""
    mismatch: str = ""
    """What does not hold of what the device must say; nothing as long as all does."""
    owed: dict[Place, int] = field(default_factory=dict)
    """What must be written before anything else is asked."""
    health: Health = field(default_factory=Health)
    trust: Trust = field(default_factory=Trust)
    counters: Counters = field(default_factory=Counters)
    mistakes: Mistakes = field(default_factory=Mistakes)

    @property
    def driver(self) -> str:
        """The name of the driver in the site."""
        return self.base.name

    @property
    def must_be_met(self) -> bool:
        """True when it may be another device than the last time: when there is something to be found out."""
        return bool(self.base.proofs) or self.base.discovery() is not None

    def avoid(self) -> None:
        """Let the plans follow what is known of the device's refusals."""
        self.plans.refused = self.refusals.avoided
        self.plans.widest = self.refusals.widest

    def request(self, span: Span) -> ReadRequest:
        """Return what asks for a span, whose address counts registers."""
        return read_request(span.table, span.address * self.stride, span.count)

    def record(self, plan: PollPlan, payloads: Sequence[bytes | None], time_ms: int) -> Record:
        """Return the record of one poll; a poll without any payload has a record without values."""
        if all(payload is None for payload in payloads):
            return self.silence(time_ms)
        decoded = self.counters.judge(plan.decode(payloads), plan.counters, time_ms)
        self.mistakes.note(plan.series.fields, decoded)
        return Record(plan.series, time_ms, decoded.values, decoded.quality, decoded.reasons)

    def silence(self, time_ms: int) -> Record:
        """Return the record that says that the device did not answer."""
        return Record(self.silent, time_ms, (), RecordQuality.NO_ANSWER)


def probe_spans(spans: Sequence[Span], widths: int = 3) -> tuple[Span, ...]:
    """Return small reads of up to `widths` different widths, narrowest first, made of whole adjacent spans.

    Args:
        spans: the wanted spans of the device, at least one.
        widths: how many different widths are wanted.
    """
    by_width: dict[int, Span] = {}
    ordered = sorted(set(spans))
    for start, first in enumerate(ordered):
        run = first
        by_width.setdefault(run.count, run)
        for following in ordered[start + 1 : start + widths]:
            if following.table != run.table or following.address != run.end:
                break
            run = Span(run.table, run.address, run.count + following.count)
            by_width.setdefault(run.count, run)
    narrow_first = sorted(by_width.values(), key=lambda span: span.count)
    return tuple(narrow_first[:widths])
