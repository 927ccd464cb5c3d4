"""Hands on the records of a bus, but for those that say nothing new where the site does not want them."""

from collections.abc import Callable, Mapping

from rtu_agent.domain.record import BESIDE, Record
from rtu_agent.events import RecordHeldBack, Watcher
from rtu_agent.normalize.deadband import Reporter


class Reporting:
    """One bus.

    Args:
        bus: its name.
        reporters: decide about the measurements of devices, by name; those of others are all handed on.
        accept: takes what is handed on.
        watch: is told what is held back.
    """

    def __init__(
        self, bus: str, reporters: Mapping[str, Reporter], accept: Callable[[Record], None], watch: Watcher
    ) -> None:
        self._bus = bus
        self._reporters = reporters
        self._accept = accept
        self._watch = watch

    def __call__(self, record: Record) -> None:
        """Hand a record on, or hold it back; what is written on change only is always handed on."""
        reporter = self._reporters.get(record.series.device)
        if reporter is None or record.series.measurement in BESIDE or reporter.has_news(record):
            self._accept(record)
        else:
            self._watch(RecordHeldBack(self._bus, record.series.device))
