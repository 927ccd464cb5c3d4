"""How long a bus is busy with everything a driver reads: the plan against constant gaps and one request per point."""

from collections.abc import Iterable

from rtu_agent.domain.registers import Span
from rtu_agent.driver_api import Driver
from rtu_agent.plugins import load_drivers
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.device_plans import ONCE
from rtu_agent.poll.ground import allowed_from, readable
from rtu_agent.poll.plan import PlanError, WireCost, assumed_turnaround_s
from rtu_agent.protocol.timing import LineSettings

BAUDRATES = (2400, 9600, 19200, 38400, 115200)
GAPS = (0, 10, 16, 50)


def legal_gap(wanted: Iterable[Span], gap: int, driver: type[Driver]) -> list[Span]:
    """Return what a planner reads that joins two spans whenever at most `gap` registers lie between and it may."""
    blocks: list[Span] = []
    for span in sorted(set(wanted)):
        last = blocks[-1] if blocks else None
        if last is not None and last.table == span.table and span.address - last.end <= gap:
            joined = Span(last.table, last.address, max(span.end, last.end) - last.address)
            if is_legal(joined, wanted, driver):
                blocks[-1] = joined
                continue
        blocks.append(span)
    return blocks


def is_legal(block: Span, wanted: Iterable[Span], driver: type[Driver]) -> bool:
    """Return whether the device gives a block."""
    limits = driver.limits
    ground = readable(
        block.table,
        [span for span in wanted if span.table == block.table],
        [point.span for point in driver.registers if not point.alone],
        limits.unreadable,
        gaps_too=limits.gaps_readable,
        boundaries=[boundary.address for boundary in limits.boundaries if boundary.table == block.table],
    )
    return block.address >= allowed_from(block.end, limits.max_block, ground)


def ways(driver: type[Driver], line: LineSettings) -> list[tuple[int, float]]:
    """Return requests and seconds of each way: the plan, every constant gap, one request for each point.

    Raises:
        PlanError: the driver is read by scripts, or which registers there are depends on the device.
    """
    if driver.scripts or driver.discovery():
        raise PlanError(f"{driver.name} is read by scripts or has to be found out, so its plan depends on the device")
    plans = polled_device("d", 1, driver, line, {"site": "s", "bus": "b", "device": "d"}).plans
    groups = frozenset(plans.groups) - {ONCE} or frozenset({ONCE})
    signals = [signal for signal in driver.signals if signal.group in groups]
    needed = dict.fromkeys(point for signal in signals for point in signal.needs)
    alone = list(dict.fromkeys(point.span for point in needed if point.alone))
    wanted = list(dict.fromkeys(point.span for point in needed if not point.alone))
    chosen = [plans.poll(groups).blocks]
    chosen += [(*legal_gap(wanted, gap, driver), *alone) for gap in GAPS]
    chosen.append((*wanted, *alone))
    cost = WireCost(line.character_s, max(line.t35_s, driver.limits.pause_s), assumed_turnaround_s(line))
    return [(len(blocks), sum(map(cost.block_s, blocks))) for blocks in chosen]


def table(drivers: list[type[Driver]], baudrate: int) -> str:
    """Return the table of one speed."""
    rows, sums = [], [0.0] * (len(GAPS) + 2)
    for driver in drivers:
        each = ways(driver, LineSettings(baudrate))
        sums = [total + seconds for total, (_, seconds) in zip(sums, each, strict=True)]
        cells = " | ".join(f"{1e3 * seconds:.0f} ({requests})" for requests, seconds in each)
        rows.append(f"| {driver.name} | {cells} |")
    ratios = " | ".join(f"{total / sums[0]:.2f}" for total in sums)
    heads = " | ".join(f"gap {gap}" for gap in GAPS)
    return "\n".join(
        [
            f"At {baudrate} baud, 8N1; ms (requests):",
            "",
            f"| driver | plan | {heads} | each point |",
            "|---" * (len(GAPS) + 3) + "|",
            *rows,
            f"| all, in plans | {ratios} |",
        ]
    )


def readable_drivers() -> tuple[list[type[Driver]], list[str]]:
    """Return the drivers whose points alone say what is read, and the names of the others."""
    drivers, others = [], []
    for name in sorted((catalogue := load_drivers()).names()):
        driver = catalogue.get(name)
        assert driver is not None
        try:
            ways(driver, LineSettings(BAUDRATES[0]))
        except PlanError:
            others.append(name)
        else:
            drivers.append(driver)
    return drivers, others


def main() -> None:
    """Print the tables."""
    drivers, others = readable_drivers()
    print("## Bus time of a full cycle\n\n" + (__doc__ or "") + INTRODUCTION)
    if others:
        print("\nLeft out, because scripts say what is read of them: " + ", ".join(others) + ".")
    for baudrate in BAUDRATES:
        print("\n" + table(drivers, baudrate))


INTRODUCTION = """
Computed, nothing is measured. A cycle reads everything that is read again and again, all at once. Every transaction
costs its characters, a turnaround of t3.5 and 2 ms, and the silence of t3.5 or of the pause that the device needs. A
constant gap joins two values whenever at most so many registers lie between them and the device allows to read them
together. The plan also keeps a value and its scale factor in one transaction, which the others do not.
"""

if __name__ == "__main__":
    main()
