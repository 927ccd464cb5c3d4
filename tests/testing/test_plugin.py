"""The plugin is in every test session of whoever has the agent; there it costs nothing."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from rtu_agent import testing


def test_a_session_that_asks_for_nothing_imports_nothing() -> None:
    """But the plugin itself; and pytest is there already."""
    code = (
        "import sys, pytest; before = {*sys.modules}; import rtu_agent.testing.plugin;"
        "print(*sorted({*sys.modules} - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["rtu_agent", "rtu_agent.testing", "rtu_agent.testing.plugin"]


def test_the_agent_does_not_import_pytest() -> None:
    """It is a tool of authors, and no part of a plant."""
    code = "import sys, rtu_agent.cli.run, rtu_agent.testing.contract; assert 'pytest' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_plugin_is_found() -> None:
    """By the entry point that pytest looks for."""
    assert [point.value for point in entry_points(group="pytest11", name="rtu_agent")] == ["rtu_agent.testing.plugin"]


def test_every_public_name_is_there() -> None:
    """Fetched from its home when it is asked for."""
    assert all(getattr(testing, name).__name__ == name for name in testing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = testing.nothing
