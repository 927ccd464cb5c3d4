"""The picture of an agent that its status gives; what is in trouble stands first. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from rtu_agent.domain.record import Field
from rtu_agent.domain.text import printable
from rtu_agent.telemetry.live_picture import value_cell
from rtu_agent.telemetry.picture import MOST_VALUES, BusRow, DeviceRow, OutputRow, Picture

Json = Mapping[str, Any]

_STATES: Final = ("offline", "suspect", "waiting", "online")
"""The worst first."""


class UnknownFormError(Exception):
    """The status has another form than this version knows."""


def picture_of(status: Json, age_s: float = 0.0, trouble: str = "") -> Picture:
    """Return the picture of a status.

    Args:
        status: what the API answered.
        age_s: how long ago, seconds.
        trouble: why there is no newer one; empty while there is.

    Raises:
        UnknownFormError: something in it is missing, or is something else.
    """
    try:
        return _picture(_printable(status), age_s, trouble)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnknownFormError(f"the agent is of another version: its status has another form ({error!r})") from error


def _printable(told: Any) -> Any:
    """Return what was told with texts that a terminal can be given, on one line: whoever answers may be anybody."""
    match told:
        case str():
            return "; ".join(map(printable, told.split("\n")))
        case list():
            return [_printable(each) for each in told]
        case dict():
            return {printable(key): _printable(each) for key, each in told.items()}
        case _:
            return told


def _picture(status: Json, age_s: float, trouble: str) -> Picture:
    buses = sorted(map(_bus, status["buses"]), key=lambda bus: bus.is_open)
    devices = sorted((_device(device, age_s) for device in status["devices"]), key=_wellness)
    outputs = sorted(map(_output, status["outputs"]), key=lambda output: not output.problem)
    refused = (status.get("config") or {}).get("problem")
    notices = [f"{age_s:.0f} s old: {trouble}"] if trouble else []
    notices += [f"a new configuration was refused: {refused}"] if refused else []
    return Picture(
        str(status["site"]),
        status["time_ms"] / 1000,
        status["uptime_s"],
        tuple(buses),
        tuple(devices),
        tuple(outputs),
        tuple(notices),
    )


def _bus(bus: Json) -> BusRow:
    polls = bus["polls"]
    return BusRow(
        bus["name"],
        bus["is_open"],
        bus["problem"] or "",
        bus["utilisation"],
        polls["good"],
        polls["failed"],
        polls["skipped"],
        bus["lag_s"],
    )


def _device(device: Json, age_s: float) -> DeviceRow:
    polls, error = device["polls"], device["error"]
    return DeviceRow(
        device["bus"],
        device["name"],
        device["kind"],
        device["state"],
        None if device["age_s"] is None else device["age_s"] + age_s,
        "" if error is None else error["text"],
        tuple(map(_cell, device["values"][:MOST_VALUES])),
        polls["good"],
        sum(polls["failed"].values()),
        sum(polls["skipped"].values()),
    )


def _cell(value: Json) -> str:
    return value_cell(Field(value["name"], unit=value["unit"]), value["value"])


def _wellness(device: DeviceRow) -> tuple[int, bool]:
    place = _STATES.index(device.state) if device.state in _STATES else 0
    return place, not device.trouble


def _output(output: Json) -> OutputRow:
    error = output["error"]
    dropped = sum(output["dropped"].values())
    text = "" if error is None else error["text"]
    return OutputRow(output["name"], output["stored"], output["waiting"], dropped, text)
