"""Every record to every output: what the composition root uses.

Local outputs are written straight, each by a thread of its own. Network outputs share one spool, written by one thread
more, and each has a sender. Without a network output there is no spool.
"""

from collections.abc import Mapping
from pathlib import Path

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.events import Watcher
from rtu_agent.output.contract import LocalOutput, NetworkOutput
from rtu_agent.output.destinations import IntoSpool, LocalFiles
from rtu_agent.output.marks import Limits
from rtu_agent.output.sender import Sender
from rtu_agent.output.spool import Spool
from rtu_agent.output.writer import Writer


class Delivery:
    """Takes records from the pollers and brings them to every output."""

    def __init__(
        self,
        outputs: Mapping[str, LocalOutput | NetworkOutput],
        spool_file: Path,
        watch: Watcher,
        clock: Clock,
        limits: Limits | None = None,
    ) -> None:
        """`limits` are those of the spool; None for 2 GiB and 30 days."""
        self._clock = clock
        network = {name: output for name, output in outputs.items() if isinstance(output, NetworkOutput)}
        in_order = frozenset(name for name, output in network.items() if output.in_order)
        spool = Spool(spool_file, tuple(network), limits or Limits(), in_order)
        self._senders = tuple(Sender(name, output, spool, watch, clock) for name, output in network.items())
        self._spool = IntoSpool(spool, self._senders, watch, clock) if network else None
        destinations: list[LocalFiles | IntoSpool] = [
            LocalFiles(name, output, watch, clock)
            for name, output in outputs.items()
            if isinstance(output, LocalOutput)
        ]
        if self._spool is not None:
            destinations.append(self._spool)
        self._writers = tuple((Writer(each, watch, clock), each) for each in destinations)

    def start(self) -> None:
        """Open the spool and start the threads. A disk that fails now is no error here: the writers try again.

        Raises:
            SpoolRefusedError: the spool's file is another program's or a later version's; nothing was started.
        """
        if self._spool is not None:
            self._spool.open()
        for writer, _ in self._writers:
            writer.start()
        for sender in self._senders:
            sender.start()

    def accept(self, record: Record) -> None:
        """Take a record for every output; called by the event loop, between `start` and `stop`. Never blocks."""
        for writer, _ in self._writers:
            writer.accept(record)

    def stop(self, timeout_s: float) -> None:
        """Commit what was accepted to disk, in milliseconds where the disk is well; never wait for a server.

        What a disk has not taken after `timeout_s` seconds is given up, counted.
        """
        for sender in self._senders:
            sender.stop()
        deadline = self._clock.monotonic() + timeout_s
        for writer, destination in self._writers:
            if writer.stop(max(0.0, deadline - self._clock.monotonic())):
                destination.close()
