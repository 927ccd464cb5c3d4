"""docs/operations.md shows what the agent does."""

import io
import re
from pathlib import Path

from rtu_agent.clock import HandClock
from rtu_agent.events import DeviceStateChanged
from rtu_agent.telemetry import families
from rtu_agent.telemetry.log import Log
from rtu_agent.telemetry.log_lines import make_logger

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_log_line_is_one() -> None:
    """A reader writes filters after it."""
    stream, clock = io.StringIO(), HandClock()
    Log(make_logger(0, clock, stream), clock)(
        DeviceStateChanged("floor1", "main-meter", "suspect", "offline", "no_reply")
    )

    assert stream.getvalue() in PAGE


def test_every_metric_it_names_exists() -> None:
    """A query on a metric that was renamed finds nothing, and looks as if all were well."""
    named = set(re.findall(r"\brtu_agent_[a-z_]+\b", PAGE))

    assert named
    assert named <= {family.name for family in families.FAMILIES}
