"""The composition root: a site becomes objects, the objects run as one group of tasks, and stop in order.

While it runs, another site may take the place of the first. What leaves goes first: devices between two of their polls,
buses with their ports, outputs when they have written what they were given. Then the names are changed for whoever
counts and shows, and only then what comes begins. So nobody is ever counted under a name that is not there, and whoever
stays is not touched at all. A step that fails on the way ends the agent: it would be neither the one site nor the
other, and whoever starts it anew gives it the new one whole.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import metadata
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest

from rtu_agent.app.change import Change
from rtu_agent.app.loading import LoadedSite
from rtu_agent.app.making import spool_limits
from rtu_agent.app.naming import names_in, roster_of
from rtu_agent.app.outputs import Made, all_of, make_outputs
from rtu_agent.app.pulse import Pulse
from rtu_agent.app.reload import Reloader, Source
from rtu_agent.app.service import Service
from rtu_agent.app.stop import Stop
from rtu_agent.app.web import serve_site
from rtu_agent.app.worker import BusWorker
from rtu_agent.clock import Clock
from rtu_agent.config.effective import effective
from rtu_agent.config.model import DeviceSettings, Site
from rtu_agent.domain.record import Field
from rtu_agent.driver_api import Driver
from rtu_agent.events import AgentStarted, AgentStopped, ConfigReloaded, Watchers
from rtu_agent.output.delivery import Delivery, Switch
from rtu_agent.output.retention_watch import watch_retention
from rtu_agent.plugins import OutputType
from rtu_agent.poll.facts_file import FactsFile
from rtu_agent.poll.memory import Memory
from rtu_agent.telemetry.api import ConfigState
from rtu_agent.telemetry.api_pages import api_pages
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.http_answer import Page
from rtu_agent.telemetry.http_app import make_app
from rtu_agent.telemetry.metrics import Metrics
from rtu_agent.telemetry.roster import Roster
from rtu_agent.telemetry.site_page import site_pages

SPOOL_FILE: Final = "spool.sqlite3"
OUTPUT_S: Final = 5.0
"""How long an output that goes may take to write what it was given, seconds."""


class Agent:
    """One site, running from `run` to the moment it is told to stop.

    Args:
        site: what to poll and where the values go.
        driver_of: gives the driver class for the driver of a device entry.
        output_types: output classes by type.
        watchers: who is told what happens; the metrics and the board are added here.
        clock: monotonic and wall.
        simulated: ports that stand in for those of the site, by bus; they keep the pace of a wire.
        config_hash: tells one configuration from another, for those who compare agents.
        source: where the site can be read anew; None for one that stays as it is.
        service: the service manager; None for nobody.

    Raises:
        SecretError: a secret is not where the settings of an output say.
        SettingsError: what else they point to cannot be used.
    """

    def __init__(
        self,
        site: Site,
        driver_of: Callable[[str], type[Driver]],
        output_types: Mapping[str, OutputType],
        watchers: Watchers,
        clock: Clock,
        simulated: Mapping[str, str] | None = None,
        config_hash: str = "",
        source: Source | None = None,
        service: Service | None = None,
    ) -> None:
        self.loaded = LoadedSite(site, driver_of, output_types, config_hash)
        self._loaded_at = clock.wall()
        self._watch = watchers
        self._clock = clock
        self.simulated = simulated or {}
        self.service = service or Service("", clock)
        self._registry = CollectorRegistry()
        self._names_of = names_in(site, driver_of)
        self.made = make_outputs(self.loaded, self.names_of, watchers, {})
        outputs = all_of(self.made)
        self.roster = roster_of(site, driver_of, outputs)
        self._metrics = Metrics(self._registry, self.roster, clock, config_hash)
        self.board = Board(self.roster, clock)
        watchers.add(self._metrics)
        watchers.add(self.board)
        self.delivery = Delivery(outputs, site.state / SPOOL_FILE, watchers, clock, spool_limits(site))
        self._memory: Memory | None = None
        self._workers: dict[str, BusWorker] = {}
        self._pulse = Pulse(self._workers, self.board, self.service, watchers, clock)
        self._group: asyncio.TaskGroup | None = None
        self._reloader = None if source is None else Reloader(self, source, watchers, clock)

    @property
    def groups(self) -> set[tuple[str, str]]:
        """Every device with each of its groups, by name."""
        driver_of = self.loaded.driver_of
        return {
            (entry.name, group) for entry in self.loaded.site.devices for group in driver_of(entry.driver).intervals
        }

    def exposition(self) -> str:
        """Return the metrics as Prometheus reads them."""
        return generate_latest(self._registry).decode()

    def names_of(self, device: str) -> Mapping[str, Field]:
        """Return what tells the fields of a device by their names; nothing of a device that is not in the site."""
        return self._names_of(device)

    def reload(self) -> None:
        """Read the configuration anew as soon as nothing else is being done about it; called in the event loop."""
        if self._reloader is not None:
            self._reloader.ask()

    async def run(self, stop: asyncio.Event | Stop) -> None:
        """Poll until `stop` is set; what was read until then is with its output or in the spool afterwards.

        Raises:
            ListenError: the HTTP address cannot be used.
            SpoolRefusedError: the spool's file is not ours to use.
        """
        ending = stop if isinstance(stop, Stop) else Stop(stop, self._clock)
        app = make_app(self._registry, self._pulse.healthy, self._pulse.ready, self._pages())
        http = serve_site(self.loaded.site.http, app)
        try:
            self.delivery.start()
            watch_retention(all_of(self.made), spool_limits(self.loaded.site), self._watch)
            site = self.loaded.site
            self._watch(AgentStarted(site.site, len(site.buses), len(site.devices)))
            try:
                await self._poll_until(ending)
            finally:
                patience_s = ending.left_s * _NEARLY_ALL
                await ending.wait_for(asyncio.to_thread(self.delivery.stop, patience_s))
                self._watch(AgentStopped(self.loaded.site.site))
        finally:
            await ending.wait_for(asyncio.to_thread(http.stop))

    async def _poll_until(self, ending: Stop) -> None:
        memory = self._memory = Memory(FactsFile(self.loaded.site.state), self._watch)
        try:
            await self._run_buses(memory, ending)
        finally:
            await ending.wait_for(memory.save(), _HALF)

    async def _run_buses(self, memory: Memory, ending: Stop) -> None:
        async with asyncio.TaskGroup() as group:
            self._group = group
            tasks = [
                group.create_task(self._pulse.run(), name="pulse"),
                group.create_task(memory.run(), name="memory"),
            ]
            await self._start_buses(self.loaded, self.loaded.site.buses)
            if self._reloader is not None:
                tasks += [group.create_task(work, name="reload") for work in self._reloader.work()]
            self.service.ready()
            await ending.asked.wait()
            self.service.stopping()
            for task in reversed(tasks):
                task.cancel()
            await ending.wait_for(self._stop_buses(), _HALF)

    async def _stop_buses(self) -> None:
        await asyncio.gather(*(worker.stop() for worker in self._workers.values()))

    # -- another site --------------------------------------------------------------------------------------------------

    async def change_to(self, loaded: LoadedSite, made: Made, change: Change, told: ConfigReloaded) -> None:
        """Put another site in the place of this one; whoever is not in `change` notices nothing.

        Args:
            loaded: the other site, which has been found good.
            made: its outputs; those that stay are the objects that they were.
            change: what is to be done.
            told: the event that says so; it comes before all that who begins anew has to say.
        """
        await self._let_leave(change)
        self.loaded, self._names_of, self._loaded_at = (
            loaded,
            names_in(loaded.site, loaded.driver_of),
            self._clock.wall(),
        )
        outputs = all_of(made)
        roster = roster_of(loaded.site, loaded.driver_of, outputs)
        both = tuple(dict.fromkeys((*self.roster.outputs, *outputs)))
        self._adopt(replace(roster, outputs=both), change)  # those that go have something to say to the end
        if change.outputs or change.spool:
            await self._change_outputs(made)
        self._adopt(roster, change)
        self._watch(told)
        await self._let_come(loaded, change)

    async def _let_leave(self, change: Change) -> None:
        leaving = _by_bus(self.loaded.site, change.devices.leaving)
        going = change.buses.leaving
        await asyncio.gather(
            *(self._workers[bus].leave() for bus in going),
            *(self._workers[bus].remove([entry.name for entry in leaving[bus]]) for bus in leaving.keys() - going),
        )
        for bus in change.buses.removed:
            del self._workers[bus]

    async def _let_come(self, loaded: LoadedSite, change: Change) -> None:
        fresh = change.buses.coming
        coming, paced = (_by_bus(loaded.site, names) for names in (change.devices.coming, change.devices.adjusted))
        await self._start_buses(loaded, [name for name in loaded.site.buses if name in fresh])
        for bus in coming.keys() - fresh:
            await self._workers[bus].add(loaded, coming[bus])
        for bus in paced:
            await self._workers[bus].retime(loaded, paced[bus])

    async def _start_buses(self, loaded: LoadedSite, names: Iterable[str]) -> None:
        assert self._group is not None, "buses are started while the agent runs"  # noqa: S101
        assert self._memory is not None, "what was learnt is read before that"  # noqa: S101
        for name in names:
            settings, accept, port = loaded.site.buses[name], self.delivery.accept, self.simulated.get(name)
            worker = BusWorker(settings, self._memory, self._watch, accept, self._clock, port)
            await worker.start(loaded, [entry for entry in loaded.site.devices if entry.bus == name], self._group)
            self._workers[name] = worker

    async def _change_outputs(self, made: Made) -> None:
        before, self.made, limits = all_of(self.made), made, spool_limits(self.loaded.site)
        switch = self.delivery.switch(all_of(made), limits)
        await asyncio.to_thread(self._turn, switch)
        new = {name: output for name, output in all_of(made).items() if before.get(name) is not output}
        watch_retention(new, limits, self._watch)

    def _turn(self, switch: Switch) -> None:
        """In one piece, so that the new ones begin also when nobody waits for it any more."""
        self.delivery.end_old(switch, OUTPUT_S)
        self.delivery.begin_new(switch)

    def _adopt(self, roster: Roster, change: Change) -> None:
        self.roster = roster
        anew = change.devices.restarted
        self._metrics.adopt(roster, self.loaded.config_hash, anew)
        self.board.adopt(roster, anew)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _pages(self) -> Mapping[str, Page]:
        def state() -> ConfigState:
            return ConfigState(self._loaded_at, () if self._reloader is None else self._reloader.problems)

        answers = api_pages(
            self.board,
            lambda: self.roster.buses,
            metadata.version("rtu-agent"),
            state,
            lambda: effective(self.loaded.site, self.loaded.driver_of),
        )
        return {**answers, **site_pages()}


_HALF: Final = 0.5
_NEARLY_ALL: Final = 0.8
"""Of the time that is left for the end."""


def _by_bus(site: Site, names: Iterable[str]) -> dict[str, list[DeviceSettings]]:
    wanted, found = frozenset(names), defaultdict[str, list[DeviceSettings]](list)
    for entry in site.devices:
        if entry.name in wanted:
            found[entry.bus].append(entry)
    return found
