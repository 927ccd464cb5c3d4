"""docs/polling.md is true: its numbers are those of the code, and its example is what the command prints."""

import re
import shutil
from pathlib import Path

from click.testing import CliRunner

from rtu_agent.cli import main
from rtu_agent.domain.quality import Reason, Restart
from rtu_agent.driver_api.stepper import LAST_STEPS, MOST_STEPS
from rtu_agent.normalize import counter
from rtu_agent.poll import health, memory, patience, probing, progress, refusals, runner, schedule, trust, waiting
from rtu_agent.poll.facts_file import FILE, SET_ASIDE

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "polling.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())


def percent(share: float) -> str:
    """Return a share as the page writes it."""
    return f"{share * 100:.0f} %"


def test_the_numbers_are_those_of_the_code() -> None:
    """Whoever changes one finds the sentence that says it."""
    for sentence in (
        f"always {percent(waiting.OTHERS_SHARE)} of the bus's time",
        f"use {percent(probing.PROBE_SHARE)} of its time together",
        f"after pauses of {health.FIRST_PAUSE_S:.0f}, 2, 4 … {health.LONGEST_PAUSE_S:.0f} s",
        f"has answered {patience.ENOUGH} times, it is waited for twice as long",
        f"{patience.ADAPTER_S * 1000:.0f} ms for the adapter, but never less than {patience.FLOOR_S * 1000:.0f} ms",
        f"pauses of {progress.FIRST_PAUSE_S}, 0.2, 0.4 … {progress.LONGEST_PAUSE_S:.0f} s",
        f"at most {refusals.TESTS_PER_POLL} small reads at the end of a poll",
        f"after {refusals.HOPELESS} refusals in a row",
        f"holds `{FILE}`",
        f"renamed to `{FILE}{SET_ASIDE}`",
        f"more than {counter.USUAL:.0f} times what it ever counted",
        f"up to {counter.POSSIBLE:.0f} times what it ever counted",
        f"must stand at zero for {counter.ZERO_S / 60:.0f} min",
        f"a spike of less than {counter.USUAL:.0f} times its usual",
    ):
        assert sentence in TEXT, sentence
    assert health.PROBES_BEFORE_OFFLINE == 2
    assert patience.FACTOR == 2
    assert refusals.RETEST_S == memory.COUNTED_S == 3600
    assert (counter.AGREEING_BOOKED, counter.AGREEING) == (2, 3)
    for word in (*Restart, Reason.COUNTER_FELL, Reason.COUNTER_JUMPED):
        assert f"`{word}`" in PAGE


def test_the_numbers_of_the_drivers_guide_are_those_of_the_code() -> None:
    """What an author may rely on."""
    guide = " ".join((ROOT / "docs" / "drivers.md").read_text(encoding="utf-8").split())
    for sentence in (
        f"After {trust.FAILURES} failures in a row",
        f"for {trust.FIRST_REST_S:.0f} s, then 20, 40 … {trust.LONGEST_REST_S:.0f} s",
        f"longer than {trust.SLOW_S * 1000:.0f} ms",
        f"after {MOST_STEPS} steps",
    ):
        assert sentence in guide, sentence
    assert (LAST_STEPS, runner.LAST_S, schedule.ONCE_RETRY_S) == (8, 2, 60)


def test_the_example_is_what_the_command_prints(tmp_path: Path) -> None:
    """But for the numbers, which are those of a moment. Where nothing was polled before, nothing was learnt."""
    site = Path(shutil.copy(ROOT / "devices.yaml", tmp_path))
    [(command, printed)] = re.findall(r"^```console\n\$ rtu-agent (.*?)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    arguments = command.replace("devices.yaml", str(site)).split()

    result = CliRunner().invoke(main, [*arguments, "--simulate"])

    assert result.exit_code == 0
    assert _shape(result.stdout) == _shape(printed)


def _shape(text: str) -> list[list[str]]:
    masked = re.sub(r"\b[0-9A-F]{4}\b|\b[0-9]+\.[0-9]+\b|\b[0-9]+(?= +[%°])", "#", text)
    return [line.split() for line in masked.splitlines()]
