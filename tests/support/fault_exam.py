"""A master on a wire that suffers faults, on a clock that jumps from one event to the next.

Nothing sleeps: a day on a broken bus takes seconds. Every accepted value is compared with the journal of what the units
answered, so a stale, crossed or torn one is found at once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from rtu_agent.domain.registers import Span, Table
from rtu_agent.events import Event, OutcomeKind
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.ear import Ear
from rtu_agent.simulator.faults.faulty_wire import FaultyWire
from rtu_agent.simulator.faults.plan import FaultPlan
from rtu_agent.simulator.journal import Journal
from rtu_agent.simulator.truth import TruthImage

UNITS = (1, 2, 3)
SPANS = (
    *(Span(Table.HOLDING, 0, 4),) * 6,  # mostly one shape, so that a stale reply fits
    *(Span(Table.HOLDING, 4, 4), Span(Table.INPUT, 0, 4), Span(Table.INPUT, 8, 20), Span(Table.HOLDING, 1, 2)),
    # Requests that begin like the reply to themselves: the high byte of the address is the reply's byte count.
    *(Span(Table.HOLDING, 0x0200, 1), Span(Table.INPUT, 0x0408, 2), Span(Table.INPUT, 0x0800, 4)),
    *(Span(Table.COIL, 0, 64), Span(Table.DISCRETE_INPUT, 64, 3)),
)
_KEPT = 2_000
_LINE = LineSettings(19_200)


class Units:
    """Slaves without a server: a request in, the reply out."""

    def __init__(self, units: Sequence[int]) -> None:
        self._images = {unit: TruthImage(unit) for unit in units}
        self.ear = Ear(self._images.keys())

    def answer(self, request: bytes) -> bytes:
        """Return the reply to a request that concerns one of the units; empty if it concerns none."""
        if not self.ear.concerns(request):
            return b""
        if refusal := self.ear.refuse(request):
            return refusal
        unit, function = request[:2]
        table = {1: Table.COIL, 2: Table.DISCRETE_INPUT, 3: Table.HOLDING, 4: Table.INPUT}[function]
        address, count = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        items = self._images[unit].read(Span(table, address, count), 0.0)
        if table.of_bits:
            whole = sum(bit << place for place, bit in enumerate(items))
            data = whole.to_bytes((count + 7) // 8, "little")
        else:
            data = b"".join(word.to_bytes(2, "big") for word in items)
        return frame(unit, bytes((function, len(data))) + data)


@dataclass
class Findings:
    """What an exam has seen."""

    asked: int = 0
    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    wrong: list[Outcome] = field(default_factory=list)
    of_units: Counter[tuple[int, OutcomeKind]] = field(default_factory=Counter)


class Exam:
    """Asks, transaction after transaction, whichever unit may be asked.

    Args:
        plan: what goes wrong.
        seed: of the questions; another one asks others.
        line: serial settings.
        timeout_s: of the master.
        late_window_s: of the master.
        dead: units that are asked as well and are not there.
        handover_s: how often the adapter hands over.
    """

    def __init__(
        self,
        plan: FaultPlan,
        *,
        seed: int = 0,
        line: LineSettings = _LINE,
        timeout_s: float = 0.3,
        late_window_s: float | None = None,
        dead: Sequence[int] = (),
        handover_s: float = 0.004,
    ) -> None:
        self.found = Findings()
        self.journal = Journal()
        self.now = 0.0
        self.master = Master("b", line, timeout_s=timeout_s, late_window_s=late_window_s)
        self._units = Units(UNITS)
        self._wire = FaultyWire(line, plan, self._units.ear.concerns, handover_s=handover_s, journal=self.journal.add)
        self._wire.replug = self._replug
        self._plugged = True
        self._asked_units = (*UNITS, *dead)
        self._random = Random(f"questions {seed}")

    def run(self, transactions: int) -> Findings:
        """Let so many transactions begin and end."""
        wanted = self.found.outcomes.total() + transactions
        while self.found.outcomes.total() < wanted:
            if not self.master.busy and self._plugged:
                self._ask_somebody()
            self._step()
        return self.found

    def rest(self, seconds: float) -> None:
        """Let time pass without asking."""
        until = self.now + seconds
        while (deadline := self._deadline()) is not None and deadline <= until:
            self._step()
        self.now = until

    def ask(self, unit: int, span: Span) -> Outcome:
        """Ask once and return what came of it."""
        before = self.found.outcomes.total()
        self._request(unit, span)
        while self.found.outcomes.total() == before:
            self._step()
        return self.last

    def settle(self) -> None:
        """Let everything arrive that is on its way, and wait until no unit may still answer an earlier request."""
        while self._wire.next_deadline() is not None:
            self._step()
        while untils := [until for until in map(self._until, self._asked_units) if until is not None]:
            self.rest(max(untils) - self.now + 1e-6)

    def _until(self, unit: int) -> float | None:
        return self.master.quarantined_until(unit, self.now)

    def _ask_somebody(self) -> None:
        free = [unit for unit in self._asked_units if self._until(unit) is None]
        if free:
            self._request(self._random.choice(free), self._random.choice(SPANS))
        else:
            self.rest(min(filter(None, map(self._until, self._asked_units))) - self.now + 1e-6)

    def _request(self, unit: int, span: Span) -> None:
        self.found.asked += 1
        self.master.request(unit, ReadRequest(span.table, span.address, span.count), self.now)

    def _deadline(self) -> float | None:
        moments = [moment for moment in (self.master.next_deadline(), self._wire.next_deadline()) if moment is not None]
        return min(moments, default=None)

    def _step(self) -> None:
        """Go to the next moment at which something happens, and let it happen."""
        deadline = self._deadline()
        if deadline is None:
            return
        self.now = max(self.now, deadline)
        if arrived := self._wire.read_master(self.now):
            self.master.receive_data(arrived, self.now)
        self._note()
        self.master.handle_timeout(self.now)
        if data := self.master.data_to_send(self.now):
            self._wire.write_master(data, self.now)
        self._note()
        for request in self._wire.read_slaves(self.now):
            if reply := self._units.answer(request):
                self._wire.write_slaves(reply, self.now)

    def _replug(self, plugged: bool) -> None:
        self._plugged = plugged
        if plugged:
            self.master.connection_made(self.now)
        else:
            self.master.connection_lost(self.now)

    def _note(self) -> None:
        for event in self.master.events():
            if isinstance(event, Completed):
                self._judge(event.outcome)
            else:
                self._count(event)

    def _count(self, event: Event) -> None:
        self.found.events[type(event).__name__] += 1

    def _judge(self, outcome: Outcome) -> None:
        self.last = outcome
        self.found.outcomes[outcome.kind] += 1
        self.found.of_units[outcome.unit, outcome.kind] += 1
        request = frame(outcome.unit, outcome.request.encode())
        if outcome.good and not self.journal.holds(request, outcome.payload, outcome.sent_at, outcome.ended_at):
            self.found.wrong.append(outcome)
        if len(self.journal) > _KEPT:
            self.journal.forget(outcome.sent_at)
