"""A consumer on the mains: voltages, currents, powers and energies that fit each other.

Each phase has a voltage, an active power and a power factor of its own; the rest follows from them. Power is always
drawn and inductive, so the counters of what is delivered stay at zero.
"""

import cmath
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from statistics import fmean
from typing import Final, Self

from rtu_agent.domain.quantity import find
from rtu_agent.simulator.signals import Signal

_NIGHT_S: Final = 3 * 3600.0
_JOULE_PER_KWH: Final = 3.6e6
_KWH_PER_AH: Final = 0.23


@dataclass(frozen=True, slots=True)
class _Phase:
    """One phase. Its power factor does not move, so that reactive and apparent energy can be summed exactly."""

    volts: Signal
    watts: Signal
    harmonics: Signal
    power_factor: float
    counting_since_s: float

    @classmethod
    def made(cls, random: Random, counting_since_s: float) -> Self:
        mean_w = random.uniform(300.0, 1500.0)
        return cls(
            volts=Signal.between(226.0, 234.0, random, crest_s=_NIGHT_S),
            watts=Signal.between(0.3 * mean_w, 1.7 * mean_w, random),
            harmonics=Signal.between(1.0, 3.0, random),
            power_factor=random.uniform(0.86, 0.98),
            counting_since_s=counting_since_s,
        )

    @property
    def reactive_share(self) -> float:
        return math.tan(math.acos(self.power_factor))

    def amps(self, time_s: float) -> float:
        return self.watts.at(time_s) / self.power_factor / self.volts.at(time_s)

    def kwh(self, time_s: float) -> float:
        return self.watts.total(self.counting_since_s, time_s) / _JOULE_PER_KWH


_Phases = Sequence[_Phase]
_OfOne = Callable[[_Phase, float], float]
_Formula = Callable[[_Phases, float], float]


def _sum(of_one: _OfOne) -> _Formula:
    return lambda phases, time_s: sum(of_one(phase, time_s) for phase in phases)


def _mean(of_one: _OfOne) -> _Formula:
    return lambda phases, time_s: fmean(of_one(phase, time_s) for phase in phases)


_active = _sum(lambda phase, time_s: phase.watts.at(time_s))
_peak = _sum(lambda phase, _: phase.watts.highest)
_apparent = _sum(lambda phase, time_s: phase.watts.at(time_s) / phase.power_factor)
_reactive_energy = _sum(lambda phase, time_s: phase.kwh(time_s) * phase.reactive_share)
_apparent_energy = _sum(lambda phase, time_s: phase.kwh(time_s) / phase.power_factor)


def _power_factor(phases: _Phases, time_s: float) -> float:
    return _active(phases, time_s) / _apparent(phases, time_s)


def _angle(phases: _Phases, time_s: float) -> float:
    return math.degrees(math.acos(_power_factor(phases, time_s)))


def _between(first: int, second: int, phases: _Phases, time_s: float) -> float:
    """Return the voltage between two phases, a third of a turn apart."""
    a, b = phases[first].volts.at(time_s), phases[second].volts.at(time_s)
    return math.sqrt(a * a + b * b + a * b)


def _between_mean(phases: _Phases, time_s: float) -> float:
    return fmean(_between(first, second, phases, time_s) for first, second in _PAIRS.values())


def _neutral(phases: _Phases, time_s: float) -> float:
    """Return what the neutral conductor carries back: the sum of currents a third of a turn apart."""
    return abs(sum(cmath.rect(phase.amps(time_s), math.tau * turn / 3) for turn, phase in enumerate(phases)))


def _nothing(_phases: _Phases, _time_s: float) -> float:
    return 0.0


_PAIRS: Final = {"l1_l2": (0, 1), "l2_l3": (1, 2), "l3_l1": (2, 0)}
_FORMULAS: Final[Mapping[str, _Formula]] = {
    "voltage": _mean(lambda phase, time_s: phase.volts.at(time_s)),
    "current": _sum(_Phase.amps),
    "current_demand": _sum(_Phase.amps),
    "active_power": _active,
    "active_power_demand": _active,
    "reactive_power": _sum(lambda phase, time_s: phase.watts.at(time_s) * phase.reactive_share),
    "apparent_power": _apparent,
    "power_factor": _power_factor,
    "displacement_power_factor": _power_factor,
    "phase_angle": _angle,
    "voltage_thd": _mean(lambda phase, time_s: phase.harmonics.at(time_s)),
    "current_thd": _mean(lambda phase, time_s: 4 * phase.harmonics.at(time_s)),
    "energy_import_active": _sum(_Phase.kwh),
    "energy_total_active": _sum(_Phase.kwh),
    "energy_net_active": _sum(_Phase.kwh),
    "energy_export_active": _nothing,
    "energy_import_reactive": _reactive_energy,
    "energy_total_reactive": _reactive_energy,
    "energy_export_reactive": _nothing,
    "energy_import_apparent": _apparent_energy,
    "energy_total_apparent": _apparent_energy,
    "energy_export_apparent": _nothing,
    "charge_throughput": _sum(lambda phase, time_s: phase.kwh(time_s) / phase.power_factor / _KWH_PER_AH),
}
_OF_ALL_PHASES: Final[Mapping[str, _Formula]] = {
    **{f"voltage_{pair}": partial(_between, *ends) for pair, ends in _PAIRS.items()},
    "voltage_ll_avg": _between_mean,
    "current_avg": _mean(_Phase.amps),
    "current_n": _neutral,
    "active_power_import": _active,
    "active_power_export": _nothing,
    "active_power_demand_max": _peak,
    "active_power_demand_import": _active,
    "active_power_demand_import_max": _peak,
    "active_power_demand_export": _nothing,
    "active_power_demand_export_max": _nothing,
    "current_demand_max": _sum(lambda phase, _: phase.watts.highest / phase.power_factor / phase.volts.lowest),
}
_CHOSEN: Final = {
    **dict.fromkeys(("", "sum", "ln_avg"), slice(None)),
    **{f"l{number}{neutral}": slice(number - 1, number) for number in (1, 2, 3) for neutral in ("", "_n")},
}
_OF_THREE: Final = {"l2", "l3", "ll"}


class Consumer:
    """What one meter sees.

    Args:
        names: the meter's points; those of a second phase make the consumer one of three.
        random: makes it different from others.
        counting_since_s: when its counters stood at zero, seconds since 1970.
    """

    def __init__(self, names: Iterable[str], random: Random, counting_since_s: float) -> None:
        phases = 3 if any(_OF_THREE & {*name.split("_")} for name in names) else 1
        self._phases = tuple(_Phase.made(random, counting_since_s) for _ in range(phases))
        self._hertz = Signal.between(49.96, 50.04, random)

    def source(self, name: str) -> Callable[[float], float] | None:
        """Return what tells a point's value at a time, None if the point is not one of a meter.

        The time is in seconds since 1970, the value in the canonical unit of the quantity.
        """
        if name == "frequency":
            return self._hertz.at
        if name in _OF_ALL_PHASES:
            return partial(_OF_ALL_PHASES[name], self._phases)
        quantity = find(name)
        if quantity is None or quantity.name not in _FORMULAS:
            return None
        chosen = _CHOSEN.get(name.removeprefix(quantity.name).removeprefix("_"))
        return None if chosen is None else partial(_FORMULAS[quantity.name], self._phases[chosen])
