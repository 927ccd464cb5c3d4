"""Every record to every output: what the composition root uses.

Local outputs are written straight, each by a thread of its own. Network outputs share one spool, written by one thread
more, and each has a sender. Without a network output there is no spool.

Outputs come and go while records come in. `prepare` says whether that can be done at all; `switch` turns the stream of
records, at once; `end_old` lets those go that nobody wants any more, when they have written what they were given; and
`begin_new` lets the others begin. An output that stays, the same object, notices nothing.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.events import Watcher
from rtu_agent.output.contract import LocalOutput, NetworkOutput
from rtu_agent.output.destinations import IntoSpool, LocalFiles
from rtu_agent.output.marks import Limits
from rtu_agent.output.sender import Sender
from rtu_agent.output.spool import Spool, SpoolDamagedError
from rtu_agent.output.writer import Writer

AnyOutput = LocalOutput | NetworkOutput


@dataclass(frozen=True, slots=True)
class _Files:
    """A local output, and who writes to it."""

    output: LocalOutput
    destination: LocalFiles
    writer: Writer


@dataclass(frozen=True, slots=True)
class _Server:
    """A network output, and who sends to it."""

    output: NetworkOutput
    sender: Sender


@dataclass(frozen=True, slots=True)
class _Crew:
    """Everybody who writes and sends, by the names of the outputs."""

    files: Mapping[str, _Files] = field(default_factory=dict)
    servers: Mapping[str, _Server] = field(default_factory=dict)
    spooler: Writer | None = None

    @property
    def writers(self) -> tuple[Writer, ...]:
        """Who is given records."""
        spooling = () if self.spooler is None else (self.spooler,)
        return (*(each.writer for each in self.files.values()), *spooling)


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of outputs under way: records go to the new ones, the old ones are still to be let go."""

    old: _Crew
    new: _Crew
    limits: Limits


class Delivery:
    """Takes records from the pollers and brings them to every output."""

    def __init__(
        self,
        outputs: Mapping[str, AnyOutput],
        spool_file: Path,
        watch: Watcher,
        clock: Clock,
        limits: Limits | None = None,
    ) -> None:
        """`limits` are those of the spool; None for 2 GiB and 30 days."""
        self._watch = watch
        self._clock = clock
        self._first = outputs, limits or Limits()
        self._spool = Spool(spool_file, (), limits or Limits())
        self._into_spool = IntoSpool(self._spool, watch, clock)
        self._crew = _Crew()
        self._writers: tuple[Writer, ...] = ()
        self._senders: dict[str, Sender] = {}
        """The last that was begun for each name; one that was stopped, or whose output is gone, may still hang."""
        self._turned = Event()
        """Clear while outputs that go are still writing what they were given."""
        self._turned.set()

    def start(self) -> None:
        """Open the spool and start the threads. A disk that fails now is no error here: the writers try again.

        Raises:
            SpoolRefusedError: the spool's file is another program's or a later version's; nothing was started.
        """
        self.prepare(*self._first)
        switch = self.switch(*self._first)
        self.end_old(switch, 0.0)
        self.begin_new(switch)

    def accept(self, record: Record) -> None:
        """Take a record for every output; called by the event loop, between `start` and `stop`. Never blocks."""
        for writer in self._writers:
            writer.accept(record)

    def stop(self, timeout_s: float) -> None:
        """Commit what was accepted to disk, in milliseconds where the disk is well; never wait for a server.

        What a disk has not taken after `timeout_s` seconds is given up, counted.
        """
        deadline = self._clock.monotonic() + timeout_s
        ended = self._dismiss(self._crew, _Crew(), timeout_s)
        turned = self._turned.wait(max(0.0, deadline - self._clock.monotonic()))
        spooler = self._crew.spooler
        if turned and (spooler is None or spooler in ended):  # a writer that hangs has the spool in its hands
            self._into_spool.close()

    # -- outputs that come and go --------------------------------------------------------------------------------------

    def prepare(self, outputs: Mapping[str, AnyOutput], limits: Limits) -> None:
        """Open the spool if these are the first outputs that need it. Blocks while the disk does.

        Raises:
            SpoolRefusedError: the spool's file is another program's or a later version's; nothing has changed.
        """
        network = _network(outputs)
        if network and not self._crew.servers:
            self._serve(network, limits)

    def switch(self, outputs: Mapping[str, AnyOutput], limits: Limits) -> Switch:
        """Give records to these outputs from now on; called by the event loop. Never blocks.

        Args:
            outputs: by name; those that stay are the objects that they were.
            limits: those of the spool.
        """
        old, network = self._crew, _network(outputs)
        files = {
            name: self._files(name, output, old.files.get(name))
            for name, output in outputs.items()
            if isinstance(output, LocalOutput)
        }
        servers = {name: self._server(name, output, old.servers.get(name)) for name, output in network.items()}
        spooler = old.spooler or Writer(self._into_spool, self._watch, self._clock)
        self._turned.clear()
        self._crew = _Crew(files, servers, spooler if network else None)
        self._writers = self._crew.writers
        self._into_spool.serve([each.sender for each in servers.values()])
        return Switch(old, self._crew, limits)

    def end_old(self, switch: Switch, timeout_s: float) -> None:
        """Commit to disk what the outputs that go have been given; never wait for a server. Blocks while the disk does.

        What waits in the spool for an output that is gone is dropped, counted.
        """
        self._dismiss(switch.old, switch.new, timeout_s)
        if switch.old.servers:
            self._serve({name: server.output for name, server in switch.new.servers.items()}, switch.limits)
            self._into_spool.announce()
        self._turned.set()

    def begin_new(self, switch: Switch) -> None:
        """Start the threads of the outputs that come; one that takes the place of another begins after its end."""
        for writer in switch.new.writers:
            if writer not in switch.old.writers:
                writer.start()
        self._into_spool.announce()
        for name, server in switch.new.servers.items():
            before, self._senders[name] = self._senders.get(name), server.sender
            if server.sender is not before:
                server.sender.start(before)

    def _dismiss(self, old: _Crew, new: _Crew, timeout_s: float) -> list[Writer]:
        """Let those go who are in the old crew only; return the writers that have ended in time."""
        staying = {*new.writers, *(each.sender for each in new.servers.values())}
        for server in old.servers.values():
            if server.sender not in staying:
                server.sender.stop()
        deadline = self._clock.monotonic() + timeout_s
        going = [writer for writer in old.writers if writer not in staying]
        ended = [writer for writer in going if writer.stop(max(0.0, deadline - self._clock.monotonic()))]
        for each in old.files.values():
            if each.writer in ended:
                each.destination.close()
        return ended

    def _files(self, name: str, output: LocalOutput, before: _Files | None) -> _Files:
        if before is not None and before.output is output:
            return before
        destination = LocalFiles(name, output, self._watch, self._clock)
        return _Files(output, destination, Writer(destination, self._watch, self._clock))

    def _server(self, name: str, output: NetworkOutput, before: _Server | None) -> _Server:
        if before is not None and before.output is output:
            return before
        return _Server(output, Sender(name, output, self._spool, self._watch, self._clock))

    def _serve(self, network: Mapping[str, NetworkOutput], limits: Limits) -> None:
        in_order = frozenset(name for name, output in network.items() if output.in_order)
        with suppress(sqlite3.Error, OSError, SpoolDamagedError):  # met again by whoever writes
            self._spool.serve(network, limits, in_order)


def _network(outputs: Mapping[str, AnyOutput]) -> dict[str, NetworkOutput]:
    return {name: output for name, output in outputs.items() if isinstance(output, NetworkOutput)}
