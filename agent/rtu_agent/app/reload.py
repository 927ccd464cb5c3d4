"""Reading the configuration anew: everything is checked before anything is changed.

A file with a mistake changes nothing, whatever the mistake is: in the file, in a register map, in what an output needs,
in what a bus can carry, or in asking for what only a start can do. What is checked may take seconds on a large site; so
it is done in a thread of its own, and polling goes on.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rtu_agent.app.change import Change, change, fixed, simulated
from rtu_agent.app.file_watch import FileWatch
from rtu_agent.app.loading import LoadedSite, Loader
from rtu_agent.app.making import spool_limits
from rtu_agent.app.outputs import Made, all_of, make_outputs, renewed
from rtu_agent.app.verdict import Verdict, in_sentence
from rtu_agent.clock import Clock
from rtu_agent.config.load import ConfigError
from rtu_agent.domain.document import parse
from rtu_agent.domain.secret import SecretError
from rtu_agent.domain.text import in_words
from rtu_agent.events import ConfigRefused, Watcher
from rtu_agent.output.contract import SettingsError
from rtu_agent.output.spool_file import SpoolRefusedError

if TYPE_CHECKING:
    from rtu_agent.app.agent import Agent

VERDICT_FILE: Final = "reload.json"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the site comes from."""

    path: Path
    loader: Loader
    too_much: Callable[[str, LoadedSite], str | None]
    """Says why a bus of a site cannot carry its schedule, None if it can."""
    watched: bool = False
    """Whether it is read anew by itself when the file, or a map that it names, has changed."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """Another site, found good."""

    loaded: LoadedSite
    made: Made
    change: Change


class Reloader:
    """Reads the configuration of an agent anew whenever somebody asks, one time after the other.

    Args:
        agent: runs it.
        source: where it is.
        watch: who is told what came of it.
        clock: monotonic, and wall for the time of the verdict.
    """

    def __init__(self, agent: "Agent", source: Source, watch: Watcher, clock: Clock) -> None:
        self._agent = agent
        self._source = source
        self._watch = watch
        self._clock = clock
        self._asked = asyncio.Event()
        self._files = FileWatch(source.loader.files)
        self.problems: tuple[str, ...] = ()
        """Why the file that was read last is not in force, each with its place; empty while it is."""

    def ask(self) -> None:
        """Read it anew; who asks while that is being done gets another reading after it."""
        self._asked.set()

    def work(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Return what must run for that."""
        yield self._run()
        if self._source.watched:
            yield self._files.run(self.ask)

    async def _run(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self._reload()

    async def _reload(self) -> None:
        began_s = self._clock.monotonic()
        self._agent.service.reloading()
        try:
            ready = await asyncio.to_thread(self._check)
        except ConfigError as error:
            self._files.follow((*self._source.loader.files, *map(Path, error.texts)))
            problems = [f"{one.file}:{one.line}:{one.column}: {one.message}" for one in error.problems]
            await self._refuse(began_s, problems, str(error))
        except OSError as error:
            await self._refuse(began_s, [f"{error.filename or self._source.path}: {error.strerror or error}"])
        except (SecretError, SettingsError, SpoolRefusedError) as error:
            await self._refuse(began_s, [str(error)])
        except Exception as error:  # noqa: BLE001 - a driver or an output may be anybody's; the agent goes on as it was
            await self._refuse(began_s, [in_words(error)])
        else:
            told = ready.change.told(str(self._source.path))
            await self._agent.change_to(ready.loaded, ready.made, ready.change, told)
            self._files.follow(self._source.loader.files)
            self.problems = ()
            await self._conclude(Verdict("done", began_s, self._clock.wall(), in_sentence(told)))

    async def _refuse(self, began_s: float, problems: Iterable[str], report: str | None = None) -> None:
        self.problems = tuple(problems)
        self._watch(ConfigRefused(str(self._source.path), self.problems))
        await self._conclude(Verdict("refused", began_s, self._clock.wall(), report or "\n".join(self.problems)))

    async def _conclude(self, verdict: Verdict) -> None:
        self._agent.service.ready()
        with suppress(OSError):  # the log says the same
            await asyncio.to_thread(_leave, self._agent.loaded.site.state / VERDICT_FILE, verdict)

    def _check(self) -> _Ready:
        """Read the file and find out whether it can be put in force."""
        self._files.note()
        before, path = self._agent.loaded, self._source.path
        loaded = self._source.loader.load(path)
        self._object(fixed(before, loaded))
        if self._agent.simulated:
            self._object(simulated(before, loaded))
        made = make_outputs(loaded, self._agent.names_of, self._watch, self._agent.made)
        wanted = change(before, loaded, renewed(self._agent.made, made))
        touched = wanted.touched(before.site, loaded.site)
        self._object([(("buses", bus), said) for bus in touched if (said := self._source.too_much(bus, loaded))])
        self._agent.delivery.prepare(all_of(made), spool_limits(loaded.site))
        return _Ready(loaded, made, wanted)

    def _object(self, objections: Iterable[tuple[tuple[str, ...], str]]) -> None:
        """Refuse a file for what stands at these places.

        Raises:
            ConfigError: there is something.
        """
        said = [*objections]
        if said:
            document = parse(self._source.path.read_bytes(), str(self._source.path))
            problems = [document.problem(place, message, key=True) for place, message in said]
            raise ConfigError(problems, {document.file: document.text})


def _leave(path: Path, verdict: Verdict) -> None:
    """Replace what the last reload has left there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(verdict.to_text(), encoding="utf-8")
    draft.replace(path)
