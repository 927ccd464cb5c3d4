"""From a driver and an entry of the site to what the poller polls: a device and its jobs."""

from collections.abc import Mapping

from rtu_agent.domain.record import Series
from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Driver
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.poll.job import Job
from rtu_agent.poll.plan import PlanError
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

    Raises:
        PlanError: the driver wants what one request cannot carry, or more than reads of its points.
    """
    if driver.scripts or driver.discovery() or any(point.page for point in driver.registers):
        raise PlanError(f"{driver.name} is read by scripts, or has to be discovered, which is not possible yet")
    spans = reads_of(driver)
    limits = driver.limits
    device = PolledDevice(
        name=name,
        unit=unit,
        driver=driver.name,
        plans=DevicePlans(driver, line, tags, turnaround_s),
        silent=Series(driver.kind, tags, ()),
        probes=probe_spans(spans),
        remarks=Remarks(tags),
        refusals=refusals or Refusals(spans),
        gap_s=limits.pause_s,
        timeout_s=limits.timeout_s,
        stride=limits.stride,
    )
    device.avoid()
    return device


def reads_of(driver: type[Driver]) -> list[Span]:
    """Return the spans that must be read whole for the values of the driver, each once."""
    return list(dict.fromkeys(span for signal in driver.signals for span in signal.reads))


def jobs_of(device: PolledDevice, intervals: Mapping[str, float]) -> list[Job]:
    """Return one job for each group of the device that has points, at the interval the site gives it, seconds."""
    return [Job(device.name, group, intervals[group]) for group in device.plans.groups]
