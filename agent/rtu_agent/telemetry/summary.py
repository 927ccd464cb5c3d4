"""What a run read, stored and failed to read, said once at its end: as text for people, as a dict for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rtu_agent.domain.text import printable
from rtu_agent.telemetry.live import percent, share
from rtu_agent.telemetry.poll_counts import PollCounts
from rtu_agent.telemetry.views import BusView, DeviceView, OutputView, Snapshot


@dataclass(frozen=True, slots=True)
class Summary:
    """The sum of a run; `state` is the board's snapshot at its end."""

    state: Snapshot

    def render(self) -> str:
        """Return the text: a headline and up to three tables."""
        state = self.state
        counts = f"{_counted(len(state.devices), 'device', 'devices')} on {_counted(len(state.buses), 'bus', 'buses')}"
        tables = (
            _table(_READ, [_bus_row(bus, state.elapsed_s) for bus in state.buses]),
            _table(_STORED, [_output_row(output) for output in state.outputs]),
            _table(_FAILED, [row for device in state.devices for row in _failure_rows(device)]),
        )
        headline = f"{printable(state.site)}: {counts}, {state.elapsed_s:.1f} s\n"
        return "\n".join([headline, *(table for table in tables if table)])

    def as_dict(self) -> dict[str, Any]:
        """Return the same for `--json`."""
        state = self.state
        return {
            "site": state.site,
            "seconds": round(state.elapsed_s, 3),
            "buses": {bus.name: _bus_dict(bus, state.elapsed_s) for bus in state.buses},
            "devices": {device.entry.name: _device_dict(device) for device in state.devices},
            "outputs": {output.name: _output_dict(output) for output in state.outputs},
        }


_READ: Final = ("read", "polls", "good", "failed", "skipped", "transactions", "sent", "received", "busy")
_STORED: Final = ("stored", "records", "waiting", "dropped", "")
_FAILED: Final = ("not read", "polls", "reason")


def _bus_row(bus: BusView, elapsed_s: float) -> tuple[str, ...]:
    polls = bus.polls
    counts = (polls.scheduled, polls.good, polls.failed_total, polls.skipped_total, bus.transactions)
    sizes = (f"{bus.sent_bytes} B", f"{bus.received_bytes} B")
    return bus.name, *(str(count) for count in counts), *sizes, percent(share(bus.busy_s, elapsed_s))


def _output_row(output: OutputView) -> tuple[str, ...]:
    problem = f"failing: {printable(output.problem)}" if output.problem else ""
    return output.name, str(output.written), str(output.waiting), str(sum(output.dropped.values())), problem


def _failure_rows(device: DeviceView) -> Iterator[tuple[str, ...]]:
    for how, counts in (("failed", device.polls.failed), ("skipped", device.polls.skipped)):
        for reason, count in sorted(counts.items()):
            yield device.entry.name, str(count), f"{how}: {reason.replace('_', ' ')}"


def _bus_dict(bus: BusView, elapsed_s: float) -> dict[str, Any]:
    return {
        "polls": _polls_dict(bus.polls),
        "transactions": bus.transactions,
        "sent_bytes": bus.sent_bytes,
        "received_bytes": bus.received_bytes,
        "utilisation": round(share(bus.busy_s, elapsed_s), 4),
    }


def _device_dict(device: DeviceView) -> dict[str, Any]:
    return {"bus": device.entry.bus, "state": device.state, "polls": _polls_dict(device.polls)}


def _output_dict(output: OutputView) -> dict[str, Any]:
    return {
        "stored": output.written,
        "waiting": output.waiting,
        "dropped": dict(output.dropped),
        "problem": output.problem or None,
    }


def _polls_dict(polls: PollCounts) -> dict[str, Any]:
    return {
        "scheduled": polls.scheduled,
        "good": polls.good,
        "failed": dict(polls.failed),
        "skipped": dict(polls.skipped),
    }


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return aligned lines, numbers to the right; nothing at all if there are no rows."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    is_number = [column > 0 and cell[:1].isdigit() for column, cell in enumerate(rows[0])]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, is_number, strict=True)
        )
        return "  ".join(padded).rstrip() + "\n"

    return "".join(line(cells) for cells in (head, *rows))
