"""From a driver and an entry of the site to what the poller polls: plans, decoders, series."""

from collections.abc import Iterable, Mapping, Sequence

from rtu_agent.domain.record import Series
from rtu_agent.driver_api import Driver, Point
from rtu_agent.normalize.decode import Decoder
from rtu_agent.poll import identity
from rtu_agent.poll.plan import Reach, WireCost, plan
from rtu_agent.poll.polled import GroupPlan, PolledDevice, probe_spans
from rtu_agent.poll.remarks import Remarks
from rtu_agent.poll.schedule import Job
from rtu_agent.protocol.timing import LineSettings


def polled_device(
    name: str, unit: int, driver: type[Driver], line: LineSettings, tags: Mapping[str, str]
) -> PolledDevice:
    """Return the device, planned for the speed of its bus.

    Args:
        name: unique in the site.
        unit: address on the bus.
        driver: describes the device.
        line: serial settings of the bus.
        tags: the tags of its records: site, bus, device and its own.

    Raises:
        PlanError: the driver wants what one request cannot carry.
    """
    limits = driver.limits
    reach = Reach(limits.max_block, limits.gaps_readable, limits.unreadable)
    cost = WireCost(line.character_s, max(line.t35_s, limits.pause_s))
    groups = {
        group: _group(driver.kind, points, reach, cost, tags) for group, points in _by_group(driver.points).items()
    }
    if "once" in groups:
        groups["once"] = _identity(groups["once"], tags)
    spans = [point.span for point in driver.points]
    silent = Series(driver.kind, tags, ())
    return PolledDevice(name, unit, driver.name, groups, silent, probe_spans(spans), Remarks(tags), limits.pause_s)


def _by_group(points: Iterable[Point]) -> dict[str, list[Point]]:
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.group, []).append(point)
    return groups


def _group(
    measurement: str, points: Sequence[Point], reach: Reach, cost: WireCost, tags: Mapping[str, str]
) -> GroupPlan:
    blocks = plan([point.span for point in points], reach, cost)
    decoder = Decoder(points, blocks)
    return GroupPlan(blocks, decoder, Series(measurement, tags, decoder.fields))


def _identity(plan: GroupPlan, tags: Mapping[str, str]) -> GroupPlan:
    """What is read once is what a device is, and is stored apart from what it measures."""
    series = Series(identity.MEASUREMENT, tags, identity.text_fields(plan.series.fields))
    return GroupPlan(plan.blocks, identity.as_text(plan.decode), series)


def jobs_of(device: PolledDevice, intervals: Mapping[str, float]) -> list[Job]:
    """Return one job for each group of the device that has points, at the interval the site gives it, seconds."""
    return [Job(device.name, group, intervals[group]) for group in device.groups]
