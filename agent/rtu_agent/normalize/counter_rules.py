"""What is known about a counter before it has said anything: from its driver, its registers and its unit."""

from functools import cache
from typing import Final

from rtu_agent.domain.units import unit
from rtu_agent.domain.vocabulary import QUALIFIERS
from rtu_agent.driver_api.derived import Signal
from rtu_agent.driver_api.linear import linear
from rtu_agent.normalize.counter import CounterRules

HOUR_S: Final = 3600.0

_PACES: Final[dict[str, tuple[float, str]]] = {
    "energy": (50.0, "kWh"),
    "reactive energy": (50.0, "kvarh"),
    "apparent energy": (50.0, "kVAh"),
    "charge": (50.0, "Ah"),
    "volume": (50.0, "m³"),
}
"""What a counter of each dimension is taken to count in an hour until it is seen to count more."""
_MOST_OF_TIME: Final = 1.25
"""Nothing runs for longer than the time that goes by; clocks may differ, and be rounded."""
_RESET_BY_PEOPLE: Final = "energy_partial_"


@cache
def counter_rules(signal: Signal) -> CounterRules | None:
    """Return the rules for a signal, None for one that is no counter."""
    if not signal.counter or signal.kind != "float":
        return None
    stored = signal.canonical_unit
    most_per_s = None if signal.most_per_hour is None else signal.in_stored_unit(signal.most_per_hour) / HOUR_S
    pace_per_s, at_least_s = 1.0, 10.0
    if stored.dimension == "time":
        hour = linear(1, 0, unit("h"), stored)(1)
        pace_per_s, at_least_s = hour / HOUR_S, HOUR_S
        most_per_s = most_per_s or _MOST_OF_TIME * pace_per_s
    elif stored.dimension in _PACES:
        amount, symbol = _PACES[stored.dimension]
        pace_per_s = linear(1, 0, unit(symbol), stored)(amount) / HOUR_S
    return CounterRules(signal.counts_to, pace_per_s, most_per_s, signal.step, at_least_s, _begins_anew(signal))


def _begins_anew(signal: Signal) -> bool:
    is_of_period = bool({*signal.name.split("_")} & {*QUALIFIERS["period"]})
    return is_of_period or signal.name.startswith(_RESET_BY_PEOPLE)
