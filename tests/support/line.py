"""A line without time: a master, a script of what the wire delivers, and a clock turned by hand."""

from collections.abc import Iterable

from rtu_agent.events import Event
from rtu_agent.protocol.adu import frame
from rtu_agent.protocol.master import Completed, Master
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest, Request
from rtu_agent.protocol.timing import LineSettings


def words_reply(unit: int, request: ReadRequest, words: Iterable[int]) -> bytes:
    """Return the frame with which `unit` answers a read of registers."""
    data = b"".join(word.to_bytes(2, "big") for word in words)
    return frame(unit, bytes((request.function, len(data))) + data)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut `data` at the given places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def judged(chunks: list[bytes], request: Request, line: LineSettings) -> list[Event | Completed]:
    """Return the events after one request was sent, the chunks came together, and all time passed."""
    master = Master("b", line, paced=False)
    master.request(1, request, 10.0)
    assert master.data_to_send(11.0)
    for chunk in chunks:
        master.receive_data(chunk, 11.1)
    events = master.events()
    for _ in range(4):
        if (deadline := master.next_deadline()) is not None:
            master.handle_timeout(deadline)
            events += master.events()
    return events


class Line:
    """Drives a master through time; what arrives is given as (seconds after the request left, bytes)."""

    def __init__(self, master: Master, now: float = 100.0) -> None:
        self.master = master
        self.now = now
        self.sent: list[tuple[float, bytes]] = []
        self.seen: list[Event] = []
        self.outcomes: list[Outcome] = []

    def ask(self, unit: int, request: Request, arrivals: Iterable[tuple[float, bytes]] = ()) -> Outcome:
        """Run one transaction to its end and return what came of it."""
        before = len(self.outcomes)
        self.master.request(unit, request, self.now)
        self._run_until_sent(before)
        start = self.now
        queue = [(start + delay, data) for delay, data in arrivals]
        for at, data in queue:
            self._turn_to(at)
            self.hear(data)
        while len(self.outcomes) == before:
            deadline = self.master.next_deadline()
            assert deadline is not None, "a transaction under way always has a deadline"
            self._turn_to(deadline)
        assert len(self.outcomes) == before + 1
        return self.outcomes[-1]

    def hear(self, data: bytes) -> None:
        """Let bytes arrive now."""
        self.master.receive_data(data, self.now)
        self._collect()

    def rest(self, seconds: float) -> None:
        """Let time pass with nobody asking."""
        self._turn_to(self.now + seconds)

    def _run_until_sent(self, before: int) -> None:
        count = len(self.sent)
        while len(self.sent) == count and len(self.outcomes) == before:
            deadline = self.master.next_deadline()
            assert deadline is not None
            self._turn_to(deadline)

    def _turn_to(self, until: float) -> None:
        while (deadline := self.master.next_deadline()) is not None and deadline < until:
            self.now = max(self.now, deadline)
            self._step()
        self.now = max(self.now, until)
        self._step()

    def _step(self) -> None:
        self.master.handle_timeout(self.now)
        if data := self.master.data_to_send(self.now):
            self.sent.append((self.now, data))
        self._collect()

    def _collect(self) -> None:
        for event in self.master.events():
            if isinstance(event, Completed):
                self.outcomes.append(event.outcome)
            else:
                self.seen.append(event)
