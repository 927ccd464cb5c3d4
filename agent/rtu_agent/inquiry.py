"""Asks some devices of a site for everything, once, and stores nothing."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from rtu_agent.app import LoadedSite, bus_of, grant, learnt, make_device, writable_units
from rtu_agent.bus.port_error import PortError
from rtu_agent.clock import Clock
from rtu_agent.config.model import DeviceSettings
from rtu_agent.domain.registers import Span
from rtu_agent.domain.text import in_words
from rtu_agent.driver_api import Driver
from rtu_agent.events import Event, OutcomeKind, PortOpenFailed, Watchers
from rtu_agent.normalize.decode import Decoded
from rtu_agent.poll.acquaintance import Acquaintance
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.device_plans import NOTHING, Groups, PollPlan
from rtu_agent.poll.facts import Facts, fingerprint
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.progress import Progress
from rtu_agent.poll.runner import Runner
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import ReadRequest

BUSY_S: Final = 10.0
"""How long a device that says that it is busy is asked again."""
_ROUNDING_S: Final = 0.001

Recall = Callable[[str, str], Facts | None]
"""Gives what was learnt about a device for a fingerprint."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one poll of a device brought."""

    plan: PollPlan
    kind: OutcomeKind
    payloads: tuple[bytes | None, ...]
    outcomes: Mapping[Span, Outcome]
    """The last one of each block that was asked for."""
    decoded: Decoded | None
    """None when no block was answered."""
    trouble: str = ""
    """What the driver could not do with the answer."""


@dataclass(slots=True)
class Asked:
    """One device of the site and all that it said."""

    entry: DeviceSettings
    driver: type[Driver]
    facts: Facts | None
    """What had been learnt about it before."""
    answers: list[Answer] = field(default_factory=list)
    unreachable: PortError | None = None
    """Why the port of its bus could not be opened."""

    @property
    def good(self) -> bool:
        """True when it answered everything that it was asked for."""
        return self.unreachable is None and all(answer.kind == "good" for answer in self.answers)


async def inquire(
    loaded: LoadedSite, entries: Iterable[DeviceSettings], recall: Recall, clock: Clock, simulated: Mapping[str, str]
) -> list[Asked]:
    """Poll every group of the devices once, all buses at the same time; return them in their order.

    Args:
        loaded: the site.
        entries: which of its devices.
        recall: gives what was learnt about them.
        clock: monotonic.
        simulated: ports that stand in for those of the site, by bus.
    """
    asked: dict[str, list[tuple[Asked, PolledDevice]]] = {}
    everybody = []
    for entry in entries:
        driver = loaded.driver_of(entry.driver)
        facts = recall(entry.name, fingerprint(driver, entry.bus, entry.unit))
        device = make_device(loaded.site, entry, driver, *learnt(facts, driver, clock.monotonic()))
        everybody.append(Asked(entry, driver, facts))
        asked.setdefault(entry.bus, []).append((everybody[-1], device))
    await asyncio.gather(*(_on_bus(loaded, bus, devices, clock, simulated) for bus, devices in asked.items()))
    return everybody


async def _on_bus(
    loaded: LoadedSite,
    name: str,
    devices: list[tuple[Asked, PolledDevice]],
    clock: Clock,
    simulated: Mapping[str, str],
) -> None:
    settings = loaded.site.buses[name]
    patience = Patience(settings.timeout)
    tried = asyncio.Event()

    def watch(event: Event) -> None:
        if isinstance(event, PortOpenFailed):
            tried.set()

    bus = bus_of(settings, Watchers(patience, watch), clock, simulated.get(name), writable_units(loaded.site, name))
    running = [asyncio.create_task(bus.run()), asyncio.create_task(_set_after(bus.opened, tried))]
    try:
        await tried.wait()
        for asked, device in devices:
            grant(device, patience)
            asked.unreachable = bus.refused
            if bus.refused is None:
                asked.answers += await ask_everything(Asker(bus, patience, clock), device, clock)
                asked.driver = device.found or asked.driver
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _set_after(first: asyncio.Event, second: asyncio.Event) -> None:
    await first.wait()
    second.set()


async def ask_everything(asker: Asker, device: PolledDevice, clock: Clock) -> list[Answer]:
    """Poll every group of a device once; one that must be met is met first, and if that fails, the answer says why.

    What a device is and what it measures are two records, so they are two polls; every script is one of its own.
    """
    answers = [] if device.met else await _meet(asker, device, clock)
    for groups in device.plans.all() if device.met else ():
        await _when_reachable(asker, device, clock)
        answers.append(await _poll(asker, device, groups, clock))
    return answers


async def _meet(asker: Asker, device: PolledDevice, clock: Clock) -> list[Answer]:
    """Find out which device it is; return why that failed, if it did."""
    outcomes: dict[Span, Outcome] = {}
    runner = Runner(asker, partial(_note, outcomes))
    acquaintance = Acquaintance(asker, runner, partial(_note, outcomes), _unwatched, _unwatched, clock)
    kind, mistake = await acquaintance.make(device)
    if device.met:
        return []
    trouble = f"it is another device: {device.mismatch}" if device.mismatch else f"the driver failed: {mistake}"
    return [Answer(NOTHING, kind, (), outcomes, None, trouble if kind == "driver_failed" else "")]


def _note(outcomes: dict[Span, Outcome], device: PolledDevice, outcome: Outcome) -> None:
    """Keep what came of a read of a script, by what it read; nobody can tell from a write what it was for."""
    if isinstance(request := outcome.request, ReadRequest):
        outcomes[Span(request.table, request.address // device.stride, request.count)] = outcome


def _unwatched(_: object) -> None:
    """Whoever asks once is told in the end."""


async def _when_reachable(asker: Asker, device: PolledDevice, clock: Clock) -> None:
    """A device that did not answer is left alone until it can no longer answer late."""
    until = asker.bus.quarantined_until(device.unit)
    if until is not None:
        await asyncio.sleep(until - clock.monotonic() + _ROUNDING_S)


async def _poll(asker: Asker, device: PolledDevice, groups: Groups, clock: Clock) -> Answer:
    plan = device.plans.poll(groups)
    now = clock.monotonic()
    progress = Progress(plan, (), now, now + BUSY_S)
    outcomes: dict[Span, Outcome] = {}
    if plan.script is not None:
        await Runner(asker, partial(_note, outcomes)).poll(device, progress)
    while not progress.over:
        block = progress.block
        if block is None:
            await asyncio.sleep(max(0.0, progress.resume_at - clock.monotonic()))
            progress.resume()
        elif asker.reachable(device):
            outcomes[block] = await asker.ask(device, block)
            progress.heard(outcomes[block])
        else:
            progress.give_up()
    payloads = tuple(progress.payloads)
    decoded, trouble = None, f"the driver failed: {progress.mistake}" if progress.mistake else ""
    if not trouble and any(payload is not None for payload in payloads):
        try:
            decoded = plan.decode(payloads)
        except Exception as error:  # noqa: BLE001 - a driver's mistake is told beside what the device said
            trouble = f"the driver failed: {in_words(error)}"
    return Answer(plan, "driver_failed" if trouble else progress.kind, payloads, outcomes, decoded, trouble)
