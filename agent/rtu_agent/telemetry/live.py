"""The live view: a table for a terminal, a line for everything else. Somebody else repeats them, once a second."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.views import BusView, OutputView, Snapshot

if TYPE_CHECKING:
    from rich.console import RenderableType

_UTILISATION_WINDOW_S: Final = 10.0
_BUSES_ON_A_LINE: Final = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """All that one picture shows."""

    state: Snapshot
    utilisation: Mapping[str, float]
    """By bus, the share of the last seconds in which it was held by transactions, 0 to 1."""


class LiveView:
    """Draws what the board knows. Not for several threads: whoever repeats it is one."""

    def __init__(self, board: Board) -> None:
        self._board = board
        start = board.snapshot()
        self._samples = deque([(start.started_s, dict.fromkeys((bus.name for bus in start.buses), 0.0))])

    def render(self) -> "RenderableType":
        """Return the table of now; it fits itself to the terminal it is printed on."""
        from rtu_agent.telemetry.live_picture import picture_of  # noqa: PLC0415 - it needs what stands here
        from rtu_agent.telemetry.live_table import LiveTable  # noqa: PLC0415 - rich is slow to import

        return LiveTable(picture_of(self._frame()))

    def line(self) -> str:
        """Return the line of now, without its end."""
        return render_line(self._frame())

    def _frame(self) -> Frame:
        state = self._board.snapshot()
        while len(self._samples) > 1 and self._samples[1][0] <= state.now_s - _UTILISATION_WINDOW_S:
            self._samples.popleft()
        since, busy_then = self._samples[0]
        self._samples.append((state.now_s, {bus.name: bus.busy_s for bus in state.buses}))
        return Frame(
            state,
            {bus.name: share(bus.busy_s - busy_then.get(bus.name, 0.0), state.now_s - since) for bus in state.buses},
        )


def render_line(frame: Frame) -> str:
    """Return the frame as one line, for example `12:00:01 polls 120 good 118 failed 2 skipped 0 · stored 118 · …`."""
    state = frame.state
    polls = [bus.polls for bus in state.buses]
    good, failed, skipped = (
        sum(p.good for p in polls),
        sum(p.failed_total for p in polls),
        sum(p.skipped_total for p in polls),
    )
    parts = [
        f"{time_of_day(state.wall)} polls {good + failed + skipped} good {good} failed {failed} skipped {skipped}",
        *_offline(state),
        *(_stored(output, alone=len(state.outputs) == 1) for output in state.outputs),
        *_busy(frame),
    ]
    return " · ".join(parts)


def time_of_day(wall: float) -> str:
    """Return the local time of day of `wall`, seconds since 1970."""
    return f"{datetime.fromtimestamp(wall, UTC).astimezone():%H:%M:%S}"


def percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{share:.0%}".replace("%", " %")


def share(part_s: float, whole_s: float) -> float:
    """Return how much of `whole_s` was `part_s`, 0 to 1."""
    # A transaction is counted when it ends, so a short window may hold more of it than passed.
    return min(part_s / whole_s, 1.0) if whole_s > 0 else 0.0


def _offline(state: Snapshot) -> list[str]:
    count = sum(device.state == "offline" for device in state.devices)
    return [f"{count} offline"] if count else []


def _stored(output: OutputView, *, alone: bool) -> str:
    words = [f"stored {output.written}" if alone else f"{output.name} {output.written}"]
    if output.waiting:
        words.append(f"waiting {output.waiting}")
    if output.dropped:
        words.append(f"dropped {sum(output.dropped.values())}")
    if output.problem:
        words.append("failing")
    return " ".join(words)


def _busy(frame: Frame) -> list[str]:
    def of_bus(bus: BusView) -> str:
        return f"{bus.name} {percent(frame.utilisation[bus.name])} busy" if bus.is_open else f"{bus.name} port closed"

    buses = frame.state.buses
    if len(buses) <= _BUSES_ON_A_LINE:
        return [of_bus(bus) for bus in buses]
    busiest = max(buses, key=lambda bus: frame.utilisation[bus.name])
    closed = sum(not bus.is_open for bus in buses)
    return [f"{len(buses)} buses, busiest {of_bus(busiest)}", *([f"{closed} ports closed"] if closed else [])]
