"""What a forecast says, to a person and to a program."""

from collections.abc import Iterator
from math import isfinite
from typing import Any

from rtu_agent.domain.registers import Span
from rtu_agent.forecast import BusForecast
from rtu_agent.poll.device_plans import PollPlan
from rtu_agent.poll.job import Job
from rtu_agent.poll.load import GroupLoad
from rtu_agent.poll.polled import PolledDevice


def lines(forecast: BusForecast) -> Iterator[str]:
    """Yield what a person wants to know of a bus."""
    load, line = forecast.load, forecast.line
    pauses = "" if load.held < load.utilisation + 1e-9 else f", {load.held:.1%} with the devices' own pauses"
    yield (
        f"bus {forecast.name}, {line.baudrate} baud: {load.transactions_per_s:.2f} transactions/s, "
        f"{load.bytes_per_s:.0f} bytes/s, utilisation {load.utilisation:.1%}{pauses}"
    )
    if load.groups:
        said = ", ".join(f"{group} {_seconds(age_s)}" for group, age_s in forecast.staleness_s.items())
        yield f"  worst staleness: {said}"


def assumption(forecasts: list[BusForecast]) -> str:
    """Return what the figures rest on."""
    times = ", ".join(f"{forecast.name} {_milliseconds(forecast.turnaround_s)}" for forecast in forecasts)
    return f"assumed: so long after a request every device begins its reply: {times} (set it with --turnaround)"


def unforeseen(forecasts: list[BusForecast]) -> str | None:
    """Return which devices may be more than is reckoned with, or None."""
    names = [
        device.name for forecast in forecasts for device in forecast.devices if device.base.discovery() is not None
    ]
    return f"not foreseen: what is found out about {', '.join(names)}" if names else None


def plan_lines(forecast: BusForecast, device: PolledDevice) -> Iterator[str]:
    """Yield the blocks of a device."""
    yield f"{device.name}: unit {device.unit}, {device.driver}"
    for job, load, plan in forecast.plans(device):
        yield f"  {job.group}: {_how(job, load, plan)}"
        for block in plan.blocks:
            yield f"    {block}"


def _how(job: Job, load: GroupLoad | None, plan: PollPlan) -> str:
    if load is None:
        return f"at start, {_milliseconds(plan.held_s)}"
    every = f"every {job.period_s:g}s"
    if load.host is None:
        return f"{every}, {_milliseconds(load.held_s)}"
    return f"{every} together with {load.host.group}, {_milliseconds(load.held_s)} more"


def as_dict(forecast: BusForecast) -> dict[str, Any]:
    """Return the same for a program; what has no end is None."""
    load = forecast.load
    smallest_s = None if load.fits else forecast.smallest_interval_s
    return {
        "bus": forecast.name,
        "baudrate": forecast.line.baudrate,
        "turnaround_s": forecast.turnaround_s,
        "transactions_per_s": load.transactions_per_s,
        "bytes_per_s": load.bytes_per_s,
        "utilisation": load.utilisation,
        "utilisation_with_pauses": load.held,
        "fits": load.fits,
        "smallest_interval_s": smallest_s,
        "worst_staleness_s": {
            group: age_s if isfinite(age_s) else None for group, age_s in forecast.staleness_s.items()
        },
    }


def plan_as_dict(forecast: BusForecast, device: PolledDevice) -> dict[str, Any]:
    """Return the blocks of a device for a program."""
    groups = [
        {
            "group": job.group,
            "interval_s": job.period_s,
            "with": load.host.group if load and load.host else None,
            "wire_s": load.wire_s if load else plan.wire_s,
            "held_s": load.held_s if load else plan.held_s,
            "blocks": [_block(block) for block in plan.blocks],
        }
        for job, load, plan in forecast.plans(device)
    ]
    return {"device": device.name, "unit": device.unit, "driver": device.driver, "groups": groups}


def _block(block: Span) -> dict[str, Any]:
    return {"table": block.table, "address": f"0x{block.address:04X}", "count": block.count}


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f}ms"


def _seconds(seconds: float) -> str:
    if not isfinite(seconds):
        return "without end"
    return f"{seconds:.2f}s" if seconds < 10 else f"{seconds:.1f}s"  # noqa: PLR2004 - three digits are enough
