"""`rtu-agent buffer` tells what waits and what was refused, beside a running agent or without one."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtu_agent.app import SPOOL_FILE
from rtu_agent.cli import main
from rtu_agent.output.contract import DeadLetter
from rtu_agent.output.line_protocol import encode
from rtu_agent.output.marks import Limits
from rtu_agent.output.spool import Spool
from support.records import NOON_MS, numbered

PAGE = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
SITE = """
version: 1
site: s
buses: {b: {port: /dev/ttyUSB0}}
devices:
  - {name: d, bus: b, unit: 1, driver: eastron.sdm120}
outputs:
  influxdb: {url: "http://localhost:8086", bucket: modbus}
"""
LINES = [encode(each) for each in numbered(4)]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A valid site."""
    path = tmp_path / "devices.yaml"
    path.write_text(SITE, encoding="utf-8")
    return path


@pytest.fixture
def spool(site: Path) -> Iterator[Spool]:
    """The spool of a running agent: output a has three records to go and one dead letter, b has everything."""
    running = Spool(site.parent / "state" / SPOOL_FILE, ["a", "b"], Limits())
    running.append(LINES[0].encode(), 1, NOON_MS - 1000, NOON_MS - 1000, NOON_MS)
    batch = running.next("a")
    assert batch is not None
    running.acknowledge("a", batch, [DeadLetter(LINES[0].encode(), "HTTP 422: too old")], NOON_MS)
    running.append("\n".join(LINES[1:]).encode(), 3, NOON_MS, NOON_MS + 2000, NOON_MS)
    while (batch := running.next("b")) is not None:
        running.acknowledge("b", batch, [], NOON_MS)
    yield running
    running.close()


def buffer(site: Path, *arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["buffer", *arguments, "-c", str(site)])


def test_the_status_tells_what_waits_and_what_is_dead(site: Path, spool: Spool) -> None:
    """For a person, while the agent runs."""
    answer = buffer(site, "status")

    assert answer.exit_code == 0
    assert answer.output == (
        f"{site.parent / 'state' / SPOOL_FILE}\n"
        "a: 3 records waiting, 0.0 MiB, the oldest of 2026-11-18T12:00:00.000Z\n"
        "  1 dead letter, 0.0 MiB\n"
        "  1 x HTTP 422: too old\n"
        "b: 0 records waiting, 0.0 MiB\n"
    )


def test_the_status_as_json_has_every_number(site: Path, spool: Spool) -> None:
    """For a program; the agent may be gone by then."""
    spool.close()

    a, b = json.loads(buffer(site, "status", "--json").output)["outputs"]

    size = len("\n".join(LINES[1:]))
    assert a["backlog"] == {"records": 3, "size": size, "oldest_ms": NOON_MS}
    assert a["dead"] == {
        "letters": 1,
        "size": len(LINES[0]),
        "again": 0,
        "oldest_ms": NOON_MS,
        "reasons": {"HTTP 422: too old": 1},
    }
    assert b["backlog"] == {"records": 0, "size": 0, "oldest_ms": None}


def test_a_long_list_of_reasons_is_cut(site: Path, spool: Spool) -> None:
    """A server that names the line in each reason must not fill the screen."""
    spool.append(b"x", 1, 0, 0, 0)
    batch = spool.next("b")
    assert batch is not None
    spool.acknowledge("b", batch, [DeadLetter(b"x", f"reason {number}") for number in range(8)], 0)

    assert "reason 4\n  … and 3 more reasons\n" in buffer(site, "status").output


def test_dead_letters_are_sent_again_by_the_running_agent(site: Path, spool: Spool) -> None:
    """Without anybody stopping it."""
    answer = buffer(site, "retry", "a")

    assert (answer.exit_code, answer.output) == (0, "a: 1 dead letter will be sent again\n")
    assert "1 dead letter, 0.0 MiB, 1 of them to be sent again" in buffer(site, "status").output
    batch = spool.next("a")
    assert batch is not None
    assert batch.again == (LINES[0].encode(),)


def test_all_dead_letters_are_sent_again_by_the_next_agent(site: Path, spool: Spool) -> None:
    """Nobody has the file open."""
    spool.close()

    assert json.loads(buffer(site, "retry", "--json").output) == {"a": 1, "b": 0}

    after = Spool(site.parent / "state" / SPOOL_FILE, ["a", "b"], Limits())
    assert after.backlog("a").records == 4
    after.close()


def test_the_backlog_is_written_out_and_stays(site: Path, spool: Spool) -> None:
    """Line protocol in order, for another database; to standard output or to a new file."""
    answer = buffer(site, "export", "a")

    assert (answer.exit_code, answer.output.splitlines()) == (0, LINES[1:])
    assert [json.loads(line) for line in buffer(site, "export", "a", "--json").output.splitlines()] == [
        {"line": line} for line in LINES[1:]
    ]
    target = site.parent / "backlog.lp"
    answer = buffer(site, "export", "a", "--to", str(target))
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", f"3 records in {target}\n")
    assert target.read_text(encoding="utf-8").splitlines() == LINES[1:]
    assert spool.backlog("a").records == 3
    again = buffer(site, "export", "a", "--to", str(target))
    assert (again.exit_code, again.stderr) == (69, f"{target}: File exists\n")


def test_a_backlog_with_two_fronts_is_written_out_without_what_is_done(site: Path) -> None:
    """Oldest first, each line once."""
    running = Spool(site.parent / "state" / SPOOL_FILE, ["a"], Limits())
    for number in range(10):
        running.append(b"%d" % number * 300_000, 1, 0, 0, 0)
    batch = running.next("a")
    assert batch is not None
    running.acknowledge("a", batch, [], 0)

    lines = buffer(site, "export").output.splitlines()

    running.close()
    assert [line[0] for line in lines] == ["3", "4", "5", "6", "7", "8"]


def test_dead_letters_are_written_out_with_their_reasons(site: Path, spool: Spool) -> None:
    """As comments of line protocol, so that the file can be mended and sent as it is."""
    assert buffer(site, "export", "a", "--dead").output == (
        f"# 2026-11-18T12:00:00.000Z HTTP 422: too old\n{LINES[0]}\n"
    )
    assert json.loads(buffer(site, "export", "a", "--dead", "--json").output) == {
        "output": "a",
        "at_ms": NOON_MS,
        "reason": "HTTP 422: too old",
        "line": LINES[0],
    }


def test_dead_letters_of_an_output_that_is_gone_can_be_written_out_but_not_sent(site: Path, spool: Spool) -> None:
    """Nobody would send them."""
    spool.close()
    after = Spool(site.parent / "state" / SPOOL_FILE, ["b"], Limits())
    after.open()
    after.close()

    assert LINES[0] in buffer(site, "export", "a", "--dead").output
    assert json.loads(buffer(site, "retry", "--json").output) == {"b": 0}


def test_misuse_is_explained(site: Path, spool: Spool) -> None:
    """With the names that the spool knows."""
    several, unknown = buffer(site, "export"), buffer(site, "retry", "c")

    assert (several.exit_code, unknown.exit_code) == (2, 2)
    assert "say which: a, b" in several.stderr
    assert "the spool knows no output 'c', but a, b" in unknown.stderr


def test_a_site_that_never_spooled_has_an_answer(site: Path) -> None:
    """Nothing is made by looking."""
    assert "nothing was ever spooled" in buffer(site, "status").output
    assert json.loads(buffer(site, "status", "--json").output)["outputs"] == []
    retry = buffer(site, "retry")
    assert retry.exit_code == 69
    assert "no network output has run yet" in retry.stderr
    assert not (site.parent / "state").exists()


def test_a_file_that_is_no_spool_is_left_alone(site: Path) -> None:
    """Of another program, of another version, or garbage."""
    path = site.parent / "state" / SPOOL_FILE
    path.parent.mkdir()
    path.write_bytes(b"garbage" * 1000)
    damaged = buffer(site, "status")
    assert damaged.exit_code == 69
    assert "file is not a database; if it is damaged, the agent saves what it can" in damaged.stderr
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    theirs = buffer(site, "retry")
    assert theirs.exit_code == 69
    assert "belongs to another program" in theirs.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", re.findall(r"^\$ rtu-agent buffer (.*?)(?: +#.*)?$", PAGE, re.MULTILINE))
def test_the_commands_of_the_page_work(command: str, site: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand there, in the folder of the site."""
    monkeypatch.chdir(site.parent)
    answer = CliRunner().invoke(main, ["buffer", *command.replace("influxdb", "a").split()])
    assert answer.exit_code == 0, answer.output
