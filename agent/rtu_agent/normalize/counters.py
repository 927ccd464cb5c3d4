"""All counters of one device: each has a judge, whatever is polled together."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rtu_agent.domain.quality import Reason, RecordQuality, Restart
from rtu_agent.driver_api.derived import Signal
from rtu_agent.normalize.counter import Counted, CounterJudge, CounterRules
from rtu_agent.normalize.counter_rules import counter_rules
from rtu_agent.normalize.decode import Decoded


class CounterPlace(NamedTuple):
    """A counter among the values of a poll."""

    place: int
    field: str
    rules: CounterRules


def counter_places(signals: Sequence[Signal]) -> tuple[CounterPlace, ...]:
    """Return the counters among signals, each with its place."""
    found = ((place, signal.field.name, counter_rules(signal)) for place, signal in enumerate(signals))
    return tuple(CounterPlace(place, field, rules) for place, field, rules in found if rules is not None)


class Counters:
    """The counters of one device, by the names of their fields."""

    def __init__(self) -> None:
        self._judges: dict[str, CounterJudge] = {}
        self._recalled: Mapping[str, Counted] = {}
        self._restarts: dict[Restart, list[str]] = {}

    def recall(self, known: Mapping[str, Counted]) -> None:
        """Begin with what was known of the counters when the agent ran the last time."""
        self._recalled = known

    @property
    def known(self) -> dict[str, Counted]:
        """The last good reading of each counter."""
        now = {field: judge.known for field, judge in self._judges.items() if judge.known is not None}
        return {**self._recalled, **now}

    def judge(self, decoded: Decoded, places: Sequence[CounterPlace], time_ms: int) -> Decoded:
        """Return what a poll has brought without the readings of counters that are uncertain; these have a reason."""
        held: dict[str, Reason] = {}
        values = decoded.values
        for place, field, rules in places:
            value = values[place]
            if isinstance(value, float):
                verdict = (self._judges.get(field) or self._new_judge(field, rules))(value, time_ms)
                if verdict is None:
                    continue
                if isinstance(verdict, Reason):
                    held[field] = verdict
                    values = (*values[:place], None, *values[place + 1 :])
                else:
                    self._restarts.setdefault(verdict, []).append(field)
        if not held:
            return decoded
        quality = max(decoded.quality, RecordQuality.PARTIAL)
        return Decoded(values, quality, {**decoded.reasons, **held}, decoded.mistakes)

    def restarted(self) -> Mapping[Restart, Sequence[str]]:
        """Return which counters go on from another value since this was last asked."""
        restarts, self._restarts = self._restarts, {}
        return restarts

    def _new_judge(self, field: str, rules: CounterRules) -> CounterJudge:
        judge = self._judges[field] = CounterJudge(rules, self._recalled.get(field))
        return judge
