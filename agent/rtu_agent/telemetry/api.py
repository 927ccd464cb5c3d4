"""The board's snapshot as what the API answers; every key is explained in docs/http.md. Pure.

Buses, devices and outputs are made one by one, so that whoever writes them out can let others work in between.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rtu_agent.domain.text import printable
from rtu_agent.telemetry.api_device import device_page, device_row
from rtu_agent.telemetry.api_parts import STATES, Json, counts, error, milliseconds, seconds
from rtu_agent.telemetry.trend import Trend, trends
from rtu_agent.telemetry.views import BusView, OutputView, Snapshot
from rtu_agent.telemetry.words import OUTPUT


@dataclass(frozen=True, slots=True)
class ConfigState:
    """Which configuration runs."""

    loaded: float
    """When it was loaded, seconds since 1970."""
    problems: Collection[str] = ()
    """Why a later one was refused; none when the last one that was tried is the one that runs."""


def status(snapshot: Snapshot, version: str, config: ConfigState, bus: str | None = None) -> Json:
    """Return everything; of the devices only those of `bus` where one is named."""
    return {
        "version": version,
        "site": snapshot.site,
        "time_ms": milliseconds(snapshot.wall),
        "uptime_s": seconds(snapshot.elapsed_s),
        "config": {
            "state": "refused" if config.problems else "loaded",
            "loaded_ms": milliseconds(config.loaded),
            "problem": "\n".join(map(printable, config.problems)) or None,
        },
        "buses": buses(snapshot),
        "devices": devices(snapshot, bus),
        "outputs": (_output(output) for output in snapshot.outputs),
    }


def buses(snapshot: Snapshot, name: str | None = None) -> Iterator[Json]:
    """Yield all buses, or the one of that name."""
    states: Counter[tuple[str, str]] = Counter((device.entry.bus, device.state) for device in snapshot.devices)
    for bus in snapshot.buses:
        if name is None or bus.name == name:
            yield _bus(snapshot, bus, {state: states[bus.name, state] for state in STATES})


def devices(snapshot: Snapshot, bus: str | None = None) -> Iterator[Json]:
    """Yield all devices, or those of one bus."""
    closed = _closed(snapshot)
    for device in snapshot.devices:
        if bus is None or device.entry.bus == bus:
            yield device_row(device, snapshot, closed.get(device.entry.bus))


def bus_named(snapshot: Snapshot, name: str) -> Json | None:
    """Return a bus with its devices, or None if there is no such bus."""
    found = next(buses(snapshot, name), None)
    return found and {**found, "devices": list(devices(snapshot, name))}


def device_named(snapshot: Snapshot, name: str) -> Json | None:
    """Return everything about a device, or None if there is no such device."""
    found = next((device for device in snapshot.devices if device.entry.name == name), None)
    if found is None:
        return None
    head = {"site": snapshot.site, "time_ms": milliseconds(snapshot.wall)}
    return head | device_page(found, snapshot, _closed(snapshot).get(found.entry.bus))


def _closed(snapshot: Snapshot) -> Mapping[str, float]:
    """Return the buses whose port is not open, and since when that is so, seconds since 1970."""
    start = snapshot.wall - snapshot.now_s
    return {bus.name: start + bus.closed_s for bus in snapshot.buses if not bus.is_open}


def _bus(snapshot: Snapshot, bus: BusView, states: Mapping[str, int]) -> Json:
    windows = trends(snapshot, bus)
    return {
        "name": bus.name,
        "port": snapshot.ports.get(bus.name, ""),
        "is_open": bus.is_open,
        "problem": printable(bus.problem) or None,
        "utilisation": round(windows["1m"].busy, 4),
        "lag_s": seconds(bus.lag_s),
        "polls": counts(bus.polls),
        "windows": {name: _window(trend) for name, trend in windows.items()},
        "states": dict(states),
    }


def _window(trend: Trend) -> Json:
    return {
        "transactions": trend.transactions,
        "utilisation": round(trend.busy, 4),
        "errors": dict(trend.troubles),
        "worst_lag_s": seconds(trend.worst_lag_s),
    }


def _output(output: OutputView) -> Json:
    return {
        "name": output.name,
        "stored": output.written,
        "waiting": output.waiting,
        "waiting_bytes": output.waiting_bytes,
        "limit_bytes": output.limit_bytes,
        "oldest_ms": output.oldest_ms,
        "dropped": dict(output.dropped),
        "last_success_ms": None if output.last_success is None else milliseconds(output.last_success),
        "error": error(output.mishap, OUTPUT) if output.problem else None,
        "last_error": error(output.mishap, OUTPUT),
    }
