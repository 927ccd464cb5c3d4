"""Rollups: records in, one record for each window of time out, to a bucket of their own.

Theory of operation. A rollup is a network output like any other: it has a name, a sender and a cursor in the spool.
What the spool gives it are the records themselves. It keeps them in a file of its own until their window is over, makes
the record that stands for the window, and sends that to its target. Only then does the spool hear that the batch is
accepted; while the server is away, the records wait in the spool as they do for every output, so none is lost, and
after a restart the file holds what had come of the windows that were open.

No clock is asked. Time is that of the records: a window is over when a batch comes with a record that is `GRACE_S`
younger than its end. A record that comes late makes its window due again, and with the next batch the server gets the
window anew under the same time, which replaces it. A record of a window whose lines are gone would replace the whole by
a part: it is refused, and counted.

A rollup that the server refuses goes to the dead letters of the spool like any other line, with the batch that made it
due.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from rtu_agent.domain.quality import RecordQuality, Restart
from rtu_agent.domain.record import BESIDE, COUNTER, EVENTS, QUALITY_FIELD, Field, Record, Series
from rtu_agent.events import RecordsDropped, Watcher
from rtu_agent.output import line_reader
from rtu_agent.output.contract import Action, DeadLetter, NetworkOutput, RollupTarget, Verdict
from rtu_agent.output.held import Held
from rtu_agent.output.line_protocol import encode
from rtu_agent.output.rollup import Names, Sample, counted, rollup, silences
from rtu_agent.output.rollup_state import Due, RollupState
from rtu_agent.output.rollup_store import RollupStore
from rtu_agent.output.transfer import Transfer

GRACE_S: Final = 5.0
"""Records of one time do not come at one time: a bus may be busy, and records are committed in groups."""
LATE_S: Final = 900.0
"""So long after the end of a window a record may come and still correct it."""
_BODY_BYTES: Final = 256 * 1024
_TOGETHER: Final = 500
"""Windows that are sent in one body, at most."""


class RollupOutput(NetworkOutput):
    """The rollup of one length of windows for one output."""

    Settings = BaseModel
    in_order = True  # a window is over when younger records come, and a counter goes on from where it was

    def __init__(
        self, name: str, target: RollupTarget, names_of: Callable[[str], Names], file: Path, watch: Watcher
    ) -> None:
        """`names_of` gives what is known of the fields of a device; `file` keeps the state, open nothing yet."""
        self.name = name
        self._target = target.output
        self._length_ms = round(1000 * target.length_s)
        self._names_of = names_of
        self._store = RollupStore(file, self._length_ms)
        self._watch = watch
        self._max_body = _BODY_BYTES
        self._refused: dict[Due, DeadLetter] = {}
        """Windows that the spool has yet to commit as dead letters. Killed before, the agent sends them once more."""

    def send(self, body: bytes) -> Verdict:
        """Take the records; send the windows that are over now. Accepted when the server has all of these."""
        all_lines = [line for each in body.split(b"\n") if (line := line_reader.cut(each))]
        lines = [line for line in all_lines if _is_measured(line.key)]
        restarts = [line for line in all_lines if _tells_restarts(line.key)]
        if restarts:
            with self._store.using() as state:
                _note_restarts(state, restarts)
        if not lines:
            return Verdict(Action.ACCEPTED)
        oldest_ms, newest_ms = min(line.time_ms for line in lines), max(line.time_ms for line in lines)
        with self._store.using() as state:
            late = state.take(lines)
        verdict = self._send_due(newest_ms - round(1000 * GRACE_S))
        if verdict.action is Action.ACCEPTED:
            with self._store.using() as state:
                state.forget(oldest_ms - round(1000 * LATE_S))
            if late:
                self._watch(RecordsDropped(self.name, late, "age", "their window is done; the records came too late"))
        return verdict

    def send_again(self, body: bytes) -> Verdict:
        """Send rollups again that were refused; a window whose lines are there yet is made anew from them soon."""
        with self._store.using() as state:
            lines = [line for line in body.split(b"\n") if not state.renew(line_reader.cut(line))]
        return self._target.send(b"\n".join(lines)) if lines else Verdict(Action.ACCEPTED)

    def refused(self) -> Sequence[DeadLetter]:
        """Return the rollups that the server refused."""
        return tuple(self._refused.values())

    def committed(self) -> None:
        """Let go of the windows that were refused: the spool has them as dead letters now."""
        refused, self._refused = self._refused, {}
        if refused:
            with self._store.using() as state:
                state.settle(list(refused))

    def keeps_s(self) -> float | None:
        """Return how long the server keeps rollups."""
        return self._target.keeps_s()

    def close(self) -> None:
        """Close the file and the target."""
        self._store.close()
        self._target.close()

    def _send_due(self, until_ms: int) -> Verdict:
        while True:
            with self._store.using() as state:
                due = [window for window in state.due(until_ms) if window not in self._refused]
                windows = {line.encode(): window for window, line in self._rolled_up(state, due[:_TOGETHER])}
            if not windows:
                return Verdict(Action.ACCEPTED)
            transfer, verdict = self._deliver(tuple(windows))
            if verdict.action is not Action.ACCEPTED:
                return verdict
            self._refused |= {windows.pop(letter.line): letter for letter in transfer.dead}
            with self._store.using() as state:
                state.settle(list(windows.values()))

    def _rolled_up(self, state: RollupState, due: Sequence[Due]) -> Iterator[tuple[Due, str]]:
        for begin_ms, group in groupby(due, key=lambda window: window[0]):
            of_window = state.lines(begin_ms, {series for _, series in group})
            for series, lines in of_window.items():
                yield (begin_ms, series), self._line(state, (begin_ms, series), lines)

    def _line(self, state: RollupState, window: Due, lines: Sequence[line_reader.Line]) -> str:
        key = lines[0].key
        device = line_reader.tags(key).get("device", "")
        names, restarts = self._names_of(device), state.restarts(device)
        samples = [Sample(line.time_ms, line_reader.values(line.fields)) for line in lines]
        state.note_counted(window, counted(samples, names))
        before = state.before(window, restarts)
        within = {field: [at for at in times if at >= window[0]] for field, times in restarts.items()}
        silent = [*(time_ms for time_ms, _ in before.pop(QUALITY_FIELD, ())), *silences(samples)]
        last = {field: readings[-1] for field, readings in before.items()}
        held = Held(window[0], window[0] + self._length_ms, last, silent)
        values = {field: [value for _, value in readings] for field, readings in before.items()}
        fields: dict[Field, Any] = rollup(samples, names, values, within, held)
        quality = RecordQuality(fields.pop(Field(QUALITY_FIELD, "int")))
        return encode(Record(_series(key, tuple(fields)), window[0], tuple(fields.values()), quality))

    def _deliver(self, lines: Sequence[bytes]) -> tuple[Transfer, Verdict]:
        """Send the lines, until the server has judged each or does not answer."""
        transfer = Transfer(lines, self._max_body)
        while (body := transfer.body()) is not None:
            verdict = self._target.send(body)
            if verdict.action in (Action.AGAIN, Action.HOLD):
                return transfer, verdict
            transfer.settle(verdict)
        self._max_body = transfer.max_body
        return transfer, Verdict(Action.ACCEPTED)


def rollups_of(
    outputs: Iterable[object], names_of: Callable[[str], Names], state: Path, watch: Watcher
) -> dict[str, NetworkOutput]:
    """Return the rollups that the outputs want, by their names; their files go to the directory `state`."""
    return {
        name: RollupOutput(name, target, names_of, state / f"rollup-{name}.sqlite3", watch)
        for output in outputs
        if isinstance(output, NetworkOutput)
        for name, target in output.rollups().items()
    }


@lru_cache(maxsize=4096)
def _series(key: str, fields: tuple[Field, ...]) -> Series:
    return Series(line_reader.measurement(key), line_reader.tags(key), fields)


def _tells_restarts(key: str) -> bool:
    return line_reader.measurement(key) == EVENTS and line_reader.tags(key).get("kind") == COUNTER


def _note_restarts(state: RollupState, lines: Iterable[line_reader.Line]) -> None:
    """Of one that has rolled over, what it counted is known."""
    for line in lines:
        said = str(line_reader.values(line.fields).get("text", ""))
        pairs = (part.partition(": ") for part in said.split(", "))
        fields = [field for field, _, cause in pairs if cause != Restart.ROLLED_OVER]
        state.note_restarts(line_reader.tags(line.key).get("device", ""), fields, line.time_ms)


def _is_measured(key: str) -> bool:
    return line_reader.measurement(key) not in BESIDE
