"""A status becomes the picture that the live table draws, what is in trouble first."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rtu_agent.telemetry.live_table import LiveTable
from rtu_agent.top.status_picture import UnknownFormError, picture_of
from support.api_page import status

PAGE = (Path(__file__).parents[2] / "docs/top.md").read_text(encoding="utf-8")


def drawn(width: int = 100) -> list[str]:
    """Return the lines of the status on a terminal."""
    console = Console(file=io.StringIO(), width=width, height=30)
    console.print(LiveTable(picture_of(status())))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_the_picture_of_the_page_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line for line; the time of day is that of the machine."""
    [shown] = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    wanted, found = shown.splitlines(), drawn()

    assert found[1:] == wanted[1:]
    assert re.sub(r"\d\d:\d\d:\d\d ·", "12:00:31 ·", found[0]) == re.sub(r"\d\d:\d\d:\d\d ·", "12:00:31 ·", wanted[0])


def device(name: str, state: str, error: str | None = None) -> dict[str, Any]:
    """Return a device in a state."""
    row: dict[str, Any] = status()["devices"][0]
    return {**row, "name": name, "state": state, "error": error and {"text": error}}


def test_trouble_stands_first() -> None:
    """Closed ports, silent devices, then those that are suspect or fail, failing outputs; otherwise nothing moves."""
    told = status()
    bus, output = told["buses"][0], told["outputs"][0]
    told["buses"] = [bus, {**bus, "name": "attic", "is_open": False, "problem": "unplugged"}]
    told["devices"] = [
        device("a", "online"),
        device("b", "waiting"),
        device("c", "online", "answers, but refuses"),
        device("d", "offline", "does not answer"),
        device("e", "suspect", "does not answer"),
        device("f", "online"),
    ]
    told["outputs"] = [{**output, "name": "sqlite", "error": None}, output]

    picture = picture_of(told)

    assert [row.name for row in picture.buses] == ["attic", "hall"]
    assert [row.name for row in picture.devices] == ["d", "e", "b", "c", "a", "f"]
    assert [row.name for row in picture.outputs] == ["influxdb", "sqlite"]


def test_an_old_picture_says_how_old_it_is() -> None:
    """Above all else; the ages of the values grow on."""
    picture = picture_of(status(), 12.4, "http://a cannot be reached: nobody listens there")

    assert picture.notices == ("12 s old: http://a cannot be reached: nobody listens there",)
    assert picture.devices[1].age_s == pytest.approx(13.9)
    assert picture.devices[0].age_s is None


def test_a_configuration_that_was_refused_is_told() -> None:
    """It is why a change has no effect."""
    told = status()
    told["config"] = {"state": "refused", "loaded_ms": 1, "problem": "devices.yaml:3:1: no\ndevices.yaml:4:1: nor"}

    assert picture_of(told).notices == ("a new configuration was refused: devices.yaml:3:1: no; devices.yaml:4:1: nor",)


def test_whoever_answers_does_not_steer_the_terminal() -> None:
    """The address may be anybody's."""
    told = json.loads(json.dumps(status()).replace("hall", "h\\u001b[2Jl").replace("°C", "\\u202e"))

    assert "\x1b" not in repr(picture_of(told)).replace("\\x1b", "")
    console = Console(file=io.StringIO(), width=100, height=30)
    console.print(LiveTable(picture_of(told)))
    assert not {"\x1b", "\u202e"} & {*console.file.getvalue()}


@pytest.mark.parametrize("part", ["site", "time_ms", "buses", "devices", "outputs"])
def test_another_form_is_told_and_not_drawn(part: str) -> None:
    """Of a later version, or of a program that only looks like an agent."""
    told = status()
    told[part] = [{"name": "x"}] if part in ("buses", "devices", "outputs") else told.pop("nothing", None)
    if part == "site":
        del told["site"]

    with pytest.raises(UnknownFormError, match="another version"):
        picture_of(told)
