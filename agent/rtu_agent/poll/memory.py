"""Keeps what is learnt about the devices of a site: given back at the start, written from time to time."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from rtu_agent.events import LearntLost, Watcher
from rtu_agent.normalize.counter import Counted
from rtu_agent.poll.facts import Facts, FactsError
from rtu_agent.poll.facts_file import FactsFile
from rtu_agent.poll.patience import Patience
from rtu_agent.poll.polled import PolledDevice

PERIOD_S: Final = 10.0
"""What was learnt is looked at this often."""
COUNTED_S: Final = 3600.0
"""The readings of counters are written this often, for the sake of disks that wear out."""
MOVED: Final = 1.25
"""By which factor a time must have moved to be worth writing."""


class Memory:
    """One site.

    Args:
        file: where the facts are kept.
        watch: who is told that facts could not be read or written.
    """

    def __init__(self, file: FactsFile, watch: Watcher) -> None:
        self._file = file
        self._watch = watch
        self._written = self._read()
        self._devices: dict[str, tuple[str, PolledDevice, Patience]] = {}
        self._left: dict[str, Facts] = {}
        """By fingerprint, what is known of devices that are polled no longer; they may come back under another name."""
        self._failing = False

    def _read(self) -> Mapping[str, Facts]:
        try:
            return self._file.read()
        except (FactsError, OSError) as error:
            self._watch(LearntLost(str(self._file.path), str(error)))
            if isinstance(error, FactsError):
                with suppress(OSError):
                    self._file.set_aside()
            return {}

    def recall(self, device: str, fingerprint: str) -> Facts | None:
        """Return what is known about a device, if it was learnt for the same fingerprint."""
        if fingerprint in self._left:
            return self._left[fingerprint]
        facts = self._written.get(device)
        return facts if facts is not None and facts.fingerprint == fingerprint else None

    def counters(self, device: str, fingerprint: str) -> Mapping[str, Counted]:
        """Return the last good readings of a device's counters, if they are known for the same fingerprint."""
        facts = self.recall(device, fingerprint)
        return facts.counters if facts is not None else {}

    def keep(self, device: PolledDevice, fingerprint: str, patience: Patience) -> None:
        """From now on, remember what is learnt about `device`."""
        self._devices[device.name] = fingerprint, device, patience

    def leave(self, device: str) -> None:
        """A device is polled no longer; what is known about it waits for one of the same fingerprint."""
        fingerprint, polled, patience = self._devices.pop(device)
        if facts := self._facts_of(fingerprint, polled, patience):
            self._left[fingerprint] = facts

    async def run(self) -> None:
        """Write what is new, until cancelled."""
        while True:
            await asyncio.sleep(PERIOD_S)
            await self.save()

    async def save(self) -> None:
        """Write what is new now, if anything is. The writing itself is done in another thread."""
        facts = self._facts()
        if not _news(self._written, facts):
            return
        try:
            await asyncio.to_thread(self._file.write, facts)
        except OSError as error:
            if not self._failing:
                self._watch(LearntLost(str(self._file.path), str(error)))
            self._failing = True
        else:
            self._written, self._failing = facts, False

    def _facts(self) -> dict[str, Facts]:
        known = {name: self._facts_of(*device) for name, device in self._devices.items()}
        return {name: facts for name, facts in known.items() if facts is not None}

    def _facts_of(self, fingerprint: str, device: PolledDevice, patience: Patience) -> Facts | None:
        """Only what comes of answers counts: of a device that has never answered nothing is known but what was."""
        if not patience.knows(device.unit):
            return self.recall(device.name, fingerprint)
        timeout_s, counted = patience.timeout_s(device.unit), device.counters.known
        return Facts(fingerprint, device.plans.turnaround_s, timeout_s, device.refusals.known, counted)


def _news(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> bool:
    return before.keys() != after.keys() or any(_differs(before[name], after[name]) for name in after)


def _differs(before: Facts, after: Facts) -> bool:
    return (
        (before.fingerprint, before.refusals) != (after.fingerprint, after.refusals)
        or _moved(before.turnaround_s, after.turnaround_s)
        or _moved(before.timeout_s, after.timeout_s)
        or _counted_on(before.counters, after.counters)
    )


def _counted_on(before: Mapping[str, Counted], after: Mapping[str, Counted]) -> bool:
    """A counter only grows, so what it said an hour ago is still good to judge it by; less than that is news."""
    return before.keys() != after.keys() or any(
        after[name].value < old.value or after[name].time_ms - old.time_ms >= 1000 * COUNTED_S
        for name, old in before.items()
    )


def _moved(before: float, after: float) -> bool:
    return not before / MOVED <= after <= before * MOVED
