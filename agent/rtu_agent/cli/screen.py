"""Shows a live view once a second from a thread of its own, so that drawing never delays a poll."""

import threading
from types import TracebackType
from typing import Self

import click

from rtu_agent.telemetry.live import LiveView

PERIOD_S = 1.0


class Screen:
    """A table that redraws itself on a terminal, a line a second elsewhere; alive in its `with` block."""

    def __init__(self, view: LiveView, *, table: bool, err: bool = False) -> None:
        """`err` shows it on standard error."""
        self._view = view
        self._err = err
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._draw if table else self._print, name="screen", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _draw(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - rich is slow to import, and needed on a terminal only
        from rich.live import Live  # noqa: PLC0415 - the same

        with Live(self._view.render(), console=Console(stderr=self._err), auto_refresh=False) as live:
            while not self._stop.wait(PERIOD_S):
                live.update(self._view.render(), refresh=True)

    def _print(self) -> None:
        while not self._stop.wait(PERIOD_S):
            click.echo(self._view.line(), err=self._err)
