"""`rtu-agent doctor` says what is wrong and how to mend it, and touches nothing."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from rtu_agent.cli import exit_codes, main
from support.agent_process import AgentProcess, until
from support.servers import free_port
from support.terminals import terminal

SITE = """
version: 1
site: demo
buses:
  floor1: {{port: {port}}}
devices:
  - {{name: meter, bus: floor1, unit: 1, driver: eastron.sdm120}}
outputs:
  sqlite: {{directory: data}}
http: {{listen: "127.0.0.1:{http}"}}
"""


def doctor(folder: Path, site: str, *arguments: str) -> Result:
    """Run the command on a site in `folder`."""
    config = folder / "devices.yaml"
    config.write_text(site, encoding="utf-8")
    return CliRunner().invoke(main, ["doctor", "-c", str(config), *arguments])


def test_a_site_that_is_well_ends_with_0(tmp_path: Path) -> None:
    """Warnings do not change that: this machine's clock may be whatever it is."""
    with terminal() as port:
        answer = doctor(tmp_path, SITE.format(port=port, http=0))

    assert answer.exit_code == exit_codes.OK
    assert f"ok       port: floor1: {port} is there" in answer.stdout
    assert answer.stdout.splitlines()[-1].endswith("problem 0")
    assert {path.name for path in tmp_path.iterdir()} == {"devices.yaml"}, "nothing was made"


def test_a_problem_stands_last_with_its_mend_and_ends_with_1(tmp_path: Path) -> None:
    """Right above the prompt."""
    answer = doctor(tmp_path, SITE.format(port="/dev/ttyUSB77", http=0))

    assert answer.exit_code == exit_codes.FAILED
    *_, says, mend, counts = answer.stdout.splitlines()
    assert says == "problem  port: floor1: /dev/ttyUSB77 is not there: no adapter of this name is plugged in"
    assert mend.startswith("         mend: plug the adapter in")
    assert counts.endswith("problem 1")


def test_programs_get_the_same(tmp_path: Path) -> None:
    """One object, nothing else."""
    answer = doctor(tmp_path, SITE.format(port="/dev/ttyUSB77", http=0), "--json")

    told = json.loads(answer.stdout)
    assert told["problem"] == 1
    (port,) = [found for found in told["findings"] if found["severity"] == "problem"]
    assert (port["check"], port["about"]) == ("port", "floor1")
    assert port["mend"]
    assert all(found["mend"] is None for found in told["findings"] if found["severity"] == "ok")


def test_a_site_that_is_wrong_is_the_problem_and_the_machine_is_looked_at(tmp_path: Path) -> None:
    """The report of `check`, with its places, and the exit code of it."""
    answer = doctor(tmp_path, SITE.format(port="/dev/ttyUSB0", http=0).replace("unit", "unti"))

    assert answer.exit_code == exit_codes.CONFIG_INVALID
    assert "devices.yaml:7:" in answer.stdout
    assert "did you mean 'unit'?" in answer.stdout
    assert "mend: correct what is marked; then: rtu-agent check --config" in answer.stdout
    assert "version: rtu-agent" in answer.stdout


def test_a_site_that_is_not_there_ends_with_69(tmp_path: Path) -> None:
    """And says how to name one."""
    answer = CliRunner().invoke(main, ["doctor", "-c", str(tmp_path / "none.yaml")])

    assert answer.exit_code == exit_codes.UNAVAILABLE
    assert "mend: name the site: rtu-agent doctor --config FILE" in answer.stdout


def test_a_running_agent_is_seen_and_goes_on(tmp_path: Path) -> None:
    """It has the port and the address, which is as it should be; its port is lost by nobody's looking."""
    with terminal() as port:
        agent = AgentProcess(tmp_path, SITE.format(port=port, http=free_port()))
        agent.start()
        try:
            until(lambda: bool(agent.events("port_opened")), "the agent has opened the port")
            answer = CliRunner().invoke(main, ["doctor", "-c", str(agent.config)])
        finally:
            assert agent.stop() == exit_codes.OK

    assert answer.exit_code == exit_codes.OK, answer.stdout
    assert f"the agent has {port} open, as process" in answer.stdout
    assert "the agent runs and answers on 127.0.0.1:" in answer.stdout
    assert agent.events("port_lost") == []
