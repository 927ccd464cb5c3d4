"""Units whose registers convict every wrong value, and what they have told: the wire's half of a judgement.

Each record of such a unit is one reply, and says itself of whom, from where, and which reply it was.
"""

import time
from collections.abc import Mapping, Sequence

from rtu_agent.domain.registers import Table
from rtu_agent.simulator.journal import Answered
from rtu_agent.simulator.truth import WORDS, Truth, TruthImage
from support.chaos import Told

UNITS = (1, 2, 3)
_FIELDS = [f"word_{number}" for number in range(2 * WORDS)]
MAP = f"""\
driver: test.truth
kind: truth
description: registers that convict every wrong value
source: written for this test
table: holding
type: u16
points:
{"".join(f"  {name}: {{at: {at}, vendor_specific: true}}{chr(10)}" for at, name in enumerate(_FIELDS))}"""
"""The register map of such a unit: two values side by side."""


class Served:
    """What the units of a bus have told. Give its `add` to the bus as its journal."""

    def __init__(self) -> None:
        self.images = {unit: TruthImage(unit) for unit in UNITS}
        self._ticks: Mapping[int, list[int]] = {unit: [] for unit in UNITS}
        self._runs: list[tuple[int, Mapping[int, int]]] = []

    def add(self, answered: Answered) -> None:
        """Note a reply."""
        value = int.from_bytes(answered.data[: 2 * WORDS], "big")
        self._ticks[answered.request[0]].append(Truth.told_by(value).tick)

    def begins(self) -> None:
        """Note that an agent is started now, which can have heard nothing of what was told before."""
        self._runs.append((round(time.time() * 1000), {unit: len(ticks) for unit, ticks in self._ticks.items()}))

    @property
    def fewest(self) -> int:
        """How many replies the unit that has told the fewest has told the agent that was started last."""
        _, before = self._runs[-1]
        return min(len(ticks) - before[unit] for unit, ticks in self._ticks.items())

    def check(self, unit: int, records: Sequence[Told]) -> None:
        """Find everything in the records of a unit that it has told, once and in its order, and nothing else.

        What was told while an agent was killed, or its disk was full, may be missing; of the last run nothing may,
        but for the reply that was under way when it was stopped.
        """
        in_order = sorted(records, key=lambda told: told.time_ms)
        good = [(told.time_ms, _tick_of(unit, told)) for told in in_order if told.fields["quality"] == "0i"]
        assert all(told.fields == {"quality": "3i"} for told in in_order if told.fields["quality"] != "0i")
        ticks = [tick for _, tick in good]
        assert ticks == sorted(set(ticks))
        assert set(ticks) <= set(self._ticks[unit])
        for began_ms, told_before in self._runs:
            before = self._ticks[unit][: told_before[unit]]
            assert not set(before) & {tick for time_ms, tick in good if time_ms > began_ms}
        began_ms, told_before = self._runs[-1]
        missing = set(self._ticks[unit][told_before[unit] :]) - set(ticks)
        unanswered = [told for told in in_order if told.time_ms > began_ms and told.fields["quality"] != "0i"]
        assert unanswered or missing <= {self._ticks[unit][-1]}


def _tick_of(unit: int, told: Told) -> int:
    """Return which reply of a unit this is; both of its values are of it."""
    words = [int(float(told.fields[name])) for name in _FIELDS]
    assert all(float(told.fields[name]) == word for name, word in zip(_FIELDS, words, strict=True))
    values = [words[:WORDS], words[WORDS:]]
    first, second = (Truth.told_by(int.from_bytes(b"".join(w.to_bytes(2, "big") for w in value))) for value in values)
    assert (first.unit, first.table, first.address) == (unit, Table.HOLDING, 0)
    assert second == Truth(unit, Table.HOLDING, WORDS, first.tick)
    return first.tick
