"""The thread that takes one network output's backlog to its server.

It holds no rule: `transfer` knows what to send next, `retry` how long to wait, `spool` what has been accepted. It is
never waited for: when the agent stops, a request that hangs is left to hang, and what it carried is still in the spool.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event, Thread

from rtu_agent.clock import Clock
from rtu_agent.domain.text import in_words, printable
from rtu_agent.events import OutputEvent, RecordsDropped, RecordsWritten, Watcher
from rtu_agent.output.contract import Action, DeadLetter, NetworkOutput, Verdict
from rtu_agent.output.marks import Batch
from rtu_agent.output.outage import Kind, Outage
from rtu_agent.output.portion import BATCH_BYTES
from rtu_agent.output.retry import HOLD_S, Backoff
from rtu_agent.output.spool import Spool, SpoolClosedError
from rtu_agent.output.spool_report import SpoolReport
from rtu_agent.output.transfer import Transfer

_Send = Callable[[bytes], Verdict]


@dataclass(slots=True)
class _Outcome:
    """What came of a batch."""

    took_s: float = 0.0
    dead: list[DeadLetter] = field(default_factory=list)
    """Lines of it that were refused."""


class Sender:
    """Sends to one output until it is stopped."""

    def __init__(self, name: str, output: NetworkOutput, spool: Spool, watch: Watcher, clock: Clock) -> None:
        self.name = name
        self._output = output
        self._spool = spool
        self._report = SpoolReport(spool, watch)
        self._watch = watch
        self._clock = clock
        self._outage = Outage(name)
        self._backoff = Backoff(random.random)
        self._max_body = BATCH_BYTES
        self._wake = Event()
        self._stopping = Event()
        self._before: Sender | None = None
        self._thread = Thread(target=self._run, name=f"send to {name}", daemon=True)

    def start(self, after: "Sender | None" = None) -> None:
        """Start the thread. What it sends comes after the last of `after`, which may hang in a request, has sent."""
        self._before = after
        self._thread.start()

    def wake(self) -> None:
        """Say that the spool has something new."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no further request. Returns at once; what a request under way carries stays in the spool."""
        self._stopping.set()
        self._wake.set()

    def _run(self) -> None:
        try:
            self._let_end()
            while not self._stopping.is_set():
                if not self._send_next():
                    self._wake.wait()
                    self._wake.clear()  # asked to stop before this, it is seen next; after this, nothing is waited for
        except SpoolClosedError:
            pass
        finally:
            self._output.close()

    def _let_end(self) -> None:
        """Two of one name would send the same, and rollups keep their state in one file."""
        if self._before is not None and self._before._thread.ident is not None:  # noqa: SLF001 - it is one of us
            self._before._thread.join()  # noqa: SLF001
        self._before = None

    def _send_next(self) -> bool:
        """Send one batch, however long it takes; False when there is none."""
        try:
            batch = self._spool.next(self.name)
            if batch is None:
                return False
            self._deliver(batch)
        except SpoolClosedError:
            raise
        except Exception as error:  # noqa: BLE001 - a thread that dies takes its output with it; the spool has it all
            self._pause(Verdict(Action.AGAIN, f"the spool cannot be used: {in_words(error)}"))
        finally:
            self._report.losses()
        return True

    def _deliver(self, batch: Batch) -> None:
        outcome = _Outcome()
        for lines, send in ((batch.lines, self._output.send), (batch.again, self._output.send_again)):
            if not self._transfer(lines, send, outcome):
                return
        self._settle(batch, outcome)

    def _transfer(self, lines: Sequence[bytes], send: _Send, outcome: "_Outcome") -> bool:
        """Send the lines until nothing is left of them; False if the agent is stopped before."""
        transfer = Transfer(lines, self._max_body)
        while (body := transfer.body()) is not None:
            if self._stopping.is_set():
                return False
            started = self._clock.monotonic()
            verdict = self._ask(send, body)
            outcome.took_s += self._clock.monotonic() - started
            transfer.settle(verdict)
            if verdict.action in (Action.AGAIN, Action.HOLD):
                self._pause(verdict)
            else:
                self._backoff.reset()
        self._max_body = transfer.max_body
        outcome.dead += transfer.dead
        return True

    def _settle(self, batch: Batch, outcome: "_Outcome") -> None:
        dead = outcome.dead
        made = [replace(each, reason=printable(each.reason)) for each in self._output.refused()]
        accepted = self._spool.acknowledge(self.name, batch, dead, int(self._clock.wall() * 1000), made)
        now = self._clock.monotonic()
        if accepted:
            self._watch(RecordsWritten(self.name, accepted, outcome.took_s))
        if refused := [*dead, *made]:
            reason = refused[0].reason
            self._say(self._outage.failed("rejected", reason, 0.0, now))
            self._watch(RecordsDropped(self.name, len(refused), "rejected", reason))
        else:
            self._say(self._outage.succeeded(now))
        self._report.backlog(self.name)
        self._output.committed()

    def _ask(self, send: _Send, body: bytes) -> Verdict:
        try:
            verdict = send(body)
        except Exception as error:  # noqa: BLE001 - an output may be anybody's; whatever it raises, the records stay
            return Verdict(Action.AGAIN, in_words(error))
        # A server's words go to the log, to views and to the dead letters, and it may say anything.
        return replace(verdict, reason=printable(verdict.reason))

    def _pause(self, verdict: Verdict) -> None:
        if self._stopping.is_set():
            return
        kind: Kind = "auth" if verdict.action is Action.HOLD else "retryable"
        pause_s = HOLD_S if verdict.action is Action.HOLD else self._backoff.next_s()
        pause_s = max(pause_s, verdict.retry_after_s or 0.0)
        self._say(self._outage.failed(kind, verdict.reason, pause_s, self._clock.monotonic()))
        self._stopping.wait(pause_s)

    def _say(self, event: OutputEvent | None) -> None:
        if event is not None:
            self._watch(event)
