"""What the pages say of reloading and of the service is what the agent says."""

import re
from pathlib import Path

from rtu_agent.app.service import sentence
from rtu_agent.app.verdict import in_sentence
from rtu_agent.clock import HandClock
from rtu_agent.events import ConfigReloaded, PortOpened, SpoolChanged
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.roster import Roster, RosterDevice
from support.made_up import polled

DOCS = Path(__file__).parents[2] / "docs"


def texts(page: str, chapter: str) -> list[str]:
    """Return the blocks of a chapter that show what a program says."""
    text = (DOCS / page).read_text(encoding="utf-8").split(f"\n## {chapter}\n")[1].split("\n## ")[0]
    return re.findall(r"^```text\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)


def test_the_verdict_on_the_page_is_one_that_is_given() -> None:
    """In these words and in this order."""
    told = ConfigReloaded("f", ("device cellar",), ("device attic",), ("output influxdb",), ("device main-meter",))

    assert in_sentence(told) in texts("configuration.md", "Reload")


def test_the_status_on_the_page_is_one_that_is_said() -> None:
    """Of a site with 18 devices on two buses."""
    devices = tuple(RosterDevice(f"d{number}", "a", "driver", "kind") for number in range(18))
    board = Board(Roster("site", ("a", "b"), devices, ("influxdb",)), HandClock())
    board(PortOpened("a", "port", reopened=False))
    for device in devices[1:]:
        board(polled(device.name, bus="a"))
    board(SpoolChanged("influxdb", 230, 1, 1, 1))

    assert sentence(board.snapshot()) in texts("deployment.md", "As a service")
