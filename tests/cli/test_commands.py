"""What is the same for all commands."""

import pytest
from click.testing import CliRunner

from rtu_agent import plugins
from rtu_agent.cli import exit_codes, main
from rtu_agent.plugins import PluginError


@pytest.mark.parametrize("command", [["drivers", "list"], ["check"], ["doctor"], ["run"]])
def test_ctrl_c_ends_a_command_with_130(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """While drivers are loaded, say; without a traceback and without a word."""

    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(plugins, "entry_points", interrupted)
    answer = CliRunner().invoke(main, command)

    assert answer.exit_code == exit_codes.INTERRUPTED
    assert answer.output.strip() == ""


def test_two_drivers_of_one_name_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence."""

    def twice(*_: object) -> None:
        raise PluginError("two drivers are named 'acme.meter': a 1 and b 2")

    monkeypatch.setattr(plugins, "DriverCatalogue", twice)
    answer = CliRunner().invoke(main, ["check"])

    assert answer.exit_code == exit_codes.FAILED
    assert answer.stderr == "two drivers are named 'acme.meter': a 1 and b 2\n"
