"""The quantities of a consumer fit each other."""

import math
from random import Random

import pytest

from rtu_agent.simulator.electricity import Consumer

NOW_S = 1_795_000_000.0
SINCE_S = 1_794_000_000.0
HOUR_S = 3600.0


def values(*names: str, time_s: float = NOW_S, like: tuple[str, ...] = ("voltage_l2_n",)) -> list[float]:
    """Return values of one consumer; `like` are the names that make it one of three phases."""
    consumer = Consumer((*names, *like), Random(3), SINCE_S)
    sources = [consumer.source(name) for name in names]
    assert None not in sources
    return [source(time_s) for source in sources if source is not None]


@pytest.mark.parametrize("phase", ["l1", "l2", "l3"])
def test_a_phase_obeys_the_power_triangle(phase: str) -> None:
    """P, Q, S, cos phi and the angle are one triangle, and S is voltage times current."""
    kinds = ("active_power", "reactive_power", "apparent_power", "power_factor", "phase_angle", "current")
    active, reactive, apparent, factor, angle, current = values(*(f"{kind}_{phase}" for kind in kinds))
    (voltage,) = values(f"voltage_{phase}_n")

    assert apparent == pytest.approx(math.hypot(active, reactive))
    assert factor == pytest.approx(active / apparent)
    assert factor == pytest.approx(math.cos(math.radians(angle)))
    assert apparent == pytest.approx(voltage * current)
    assert 225 < voltage < 235


@pytest.mark.parametrize("kind", ["active_power", "reactive_power", "current", "energy_import_active"])
def test_the_total_is_the_sum_of_the_phases(kind: str) -> None:
    """A name without a phase means all of them."""
    total, *phases = values(kind, *(f"{kind}_{phase}" for phase in ("l1", "l2", "l3")))

    assert total == pytest.approx(sum(phases))


def test_averages_and_voltages_between_phases_fit() -> None:
    """Three voltages a third of a turn apart, near 400 V between each other."""
    l1, l2, l3, average = values("voltage_l1_n", "voltage_l2_n", "voltage_l3_n", "voltage_ln_avg")
    between, between_average = values("voltage_l1_l2", "voltage_ll_avg")
    sums, mean = values("current_sum", "current_avg")

    assert average == pytest.approx((l1 + l2 + l3) / 3)
    assert between == pytest.approx(math.sqrt(l1**2 + l2**2 + l1 * l2))
    assert between_average == pytest.approx(400, abs=10)
    assert mean == pytest.approx(sums / 3)


def test_the_neutral_carries_less_than_the_phases_together() -> None:
    """Currents a third of a turn apart cancel."""
    neutral, together = values("current_n", "current_sum")

    assert 0 < neutral < together


def test_energy_is_power_over_time() -> None:
    """The counter's growth in an hour is the mean power of that hour."""
    before, after = (values("energy_import_active", time_s=NOW_S + shift)[0] for shift in (0.0, HOUR_S))
    powers = [values("active_power", time_s=NOW_S + second)[0] for second in range(5, 3600, 10)]

    assert after - before == pytest.approx(sum(powers) / len(powers) / 1000, rel=1e-3)


def test_nothing_is_delivered() -> None:
    """A consumer has no export, and import is all there is."""
    assert values("energy_export_active", "active_power_demand_export", "energy_export_reactive_l1") == [0, 0, 0]
    imported, total = values("energy_import_active", "energy_total_active")
    assert imported == total


def test_a_peak_is_never_exceeded() -> None:
    """The largest demand is at least any demand."""
    (power_peak, current_peak) = values("active_power_demand_max", "current_demand_max")
    for hour in range(48):
        demand, current = values("active_power_demand", "current_demand", time_s=NOW_S + hour * HOUR_S)
        assert demand <= power_peak
        assert current <= current_peak


def test_one_phase_is_the_whole_of_a_single_phase_meter() -> None:
    """Names without a phase are the only phase."""
    consumer = Consumer(["voltage", "current", "apparent_power"], Random(3), SINCE_S)
    voltage, current, apparent = (consumer.source(name) for name in ("voltage", "current", "apparent_power"))
    assert voltage
    assert current
    assert apparent

    assert apparent(NOW_S) == pytest.approx(voltage(NOW_S) * current(NOW_S))


@pytest.mark.parametrize("name", ["temperature", "voltage_l1_n_max", "energy_import_active_t2", "fan_speed"])
def test_what_is_not_of_the_mains_is_somebody_elses(name: str) -> None:
    """No made-up answer for a quantity that the consumer does not know."""
    assert Consumer([name], Random(3), SINCE_S).source(name) is None
