"""All checks are run, whatever becomes of one of them."""

from collections.abc import Iterator
from pathlib import Path

from rtu_agent.doctor import load
from rtu_agent.doctor.examination import OF_MACHINE, OF_SITE, examine_machine, examine_site, examined
from rtu_agent.doctor.finding import Finding, Severity, ok
from support.cases import case, machine


def test_a_check_that_fails_is_a_finding() -> None:
    """What it had found before stays."""

    def broken() -> Iterator[Finding]:
        yield ok("a", "fine")
        raise RuntimeError("a\x1b[2J")

    first, second = examined("broken", broken)

    assert first.finding.says == "fine"
    assert second.as_dict() == {
        "check": "broken",
        "about": "",
        "severity": "problem",
        "says": r"this check failed itself: RuntimeError: a\x1b[2J",
        "mend": second.finding.mend,
    }


def test_no_check_fails_on_an_empty_machine(tmp_path: Path) -> None:
    """Without /dev, /sys, /proc, users or systemd there is less to say, and nothing falls over."""
    ports = {"a": "/dev/serial/by-id/x", "b": "COM3", "c": "tcp://127.0.0.1:9"}
    found = [*examine_machine(machine(tmp_path)), *examine_site(case(tmp_path, ports))]

    assert [each for each in found if "failed itself" in each.finding.says] == []
    assert {each.check for each in found} <= {*OF_MACHINE, *OF_SITE}
    assert {each.check for each in found if each.finding.severity is Severity.PROBLEM} >= {"port", "gateway"}
    assert all(each.finding.mend for each in found if each.finding.severity is not Severity.OK)


def test_a_bus_that_cannot_carry_its_schedule_is_told_as_by_check(tmp_path: Path) -> None:
    """With the smallest interval that fits."""
    fits = load.examine(case(tmp_path, {"b": "/dev/ttyUSB0"}))
    assert [each.severity for each in fits] == [Severity.OK]

    crowd = [{"name": "m-{unit}", "bus": "b", "unit": "1-100", "driver": "eastron.sdm120", "interval": "1s"}]
    examined_case = case(tmp_path, {"b": "/dev/ttyUSB0"}, devices=crowd)
    (found,) = load.examine(examined_case)
    assert found.severity is Severity.PROBLEM
    assert "The smallest interval that fits is" in found.says
