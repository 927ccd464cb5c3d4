"""From a driver and an entry of the site to what the poller polls: a device and its jobs.

Where a driver has to be found out, the device begins as what the site names, and becomes what is found.
"""

from collections.abc import Mapping

from rtu_agent.domain.record import Series
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Read
from rtu_agent.driver_api.rehearsal import rehearse
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.poll.job import Job
from rtu_agent.poll.polled import PolledDevice, probe_spans
from rtu_agent.poll.refusals import Refusals
from rtu_agent.poll.remarks import Remarks
from rtu_agent.protocol.timing import LineSettings


def polled_device(
    name: str,
    unit: int,
    driver: type[Driver],
    line: LineSettings,
    tags: Mapping[str, str],
    turnaround_s: float | None = None,
    refusals: Refusals | None = None,
    *,
    writes: bool = False,
) -> PolledDevice:
    """Return the device, planned for the speed of its bus.

    Args:
        name: unique in the site.
        unit: address on the bus.
        driver: describes the device.
        line: serial settings of the bus.
        tags: the tags of its records: site, bus, device and its own.
        turnaround_s: from the end of a request to the device's reply, where it is known.
        refusals: what it refuses, where that is known.
        writes: whether the site allows to write to it.

    Raises:
        PlanError: the driver wants what one request cannot carry.
    """
    spans = reads_of(driver)
    limits = driver.limits
    device = PolledDevice(
        name=name,
        unit=unit,
        base=driver,
        line=line,
        plans=DevicePlans(driver, line, tags, turnaround_s),
        silent=Series(driver.kind, tags, ()),
        probes=_probes(driver, spans),
        remarks=Remarks(tags),
        refusals=refusals or Refusals(spans),
        gap_s=limits.pause_s,
        timeout_s=limits.timeout_s,
        stride=limits.stride,
        writes=writes,
    )
    device.met = not device.must_be_met
    device.avoid()
    return device


def become(device: PolledDevice, driver: type[Driver]) -> None:
    """Poll a device as what was found out about it, from now on; one that is what it was keeps its plans.

    Raises:
        PlanError: the driver wants what one request cannot carry.
    """
    before, device.found = device.found or device.base, driver
    if _is_same(before, driver):
        return
    tags = device.silent.tags
    device.plans = DevicePlans(driver, device.line, tags, device.plans.turnaround_s)
    device.silent = Series(driver.kind, tags, ())
    device.probes = _probes(driver, reads_of(driver)) or device.probes
    device.refusals = Refusals(reads_of(driver), device.refusals.known if before is device.base else ())
    device.gap_s, device.timeout_s = driver.limits.pause_s, driver.limits.timeout_s
    device.stride = driver.limits.stride
    device.avoid()


def _is_same(one: type[Driver], other: type[Driver]) -> bool:
    """Return whether two drivers read the same things in the same way; one that was made anew may."""

    def about(driver: type[Driver]) -> tuple[object, ...]:
        return driver.kind, driver.signals, driver.registers, driver.ties, driver.limits, {**driver.scripts}

    return one is other or about(one) == about(other)


def _probes(driver: type[Driver], spans: list[Span]) -> tuple[Span, ...]:
    """Return small reads; of a driver that has no points yet, the first one by which it is found out."""
    finds = driver.discovery()
    if spans or finds is None:
        return probe_spans(spans)
    steps, _ = rehearse(finds)
    reads = [Span(Table(step.table), step.address, step.count) for step in steps if isinstance(step, Read)]
    return tuple(reads[:1]) or (Span(Table.HOLDING, 0, 1),)


def reads_of(driver: type[Driver]) -> list[Span]:
    """Return the spans that must be read whole for the values of the driver, each once."""
    return list(dict.fromkeys(span for signal in driver.signals for span in signal.reads))


def jobs_of(device: PolledDevice, intervals: Mapping[str, float]) -> list[Job]:
    """Return one job for each group of the device that has points, at the interval the site gives it, seconds.

    What is still to be found out may have other groups: those that its driver names besides.
    """
    groups = dict.fromkeys((*device.plans.groups, *device.base.intervals))
    return [Job(device.name, group, intervals[group]) for group in groups]
