"""A line is one line: JSON for machines, words for people, and nothing in it can break out."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from structlog.typing import FilteringBoundLogger

from rtu_agent.clock import HandClock
from rtu_agent.domain.text import shortened
from rtu_agent.telemetry.log_lines import LONGEST_VALUE, adopt_library_logs, make_logger
from support import hostile


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Broken(io.StringIO):
    """A pipe whose reader is gone."""

    def write(self, _: str) -> int:
        """Refuse."""
        raise BrokenPipeError


@given(hostile.ANY)
def test_a_value_cannot_break_a_line_for_machines(text: str) -> None:
    """One event, one JSON object, the value as it was."""
    stream = io.StringIO()
    make_logger(0, HandClock(), stream).info("port_lost", error=text)

    [line] = stream.getvalue().splitlines()
    assert line.isascii()
    assert line.isprintable()
    short = shortened(text, LONGEST_VALUE)
    assert json.loads(line)["error"] == short.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@given(hostile.ANY)
def test_a_value_cannot_break_a_line_or_steer_the_terminal(text: str) -> None:
    """Whatever a device or server says arrives as printable text behind its key."""
    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        make_logger(0, HandClock(), stream).info("port_lost", error=text)

    [line] = stream.getvalue().split("\n")[:-1]
    assert line.isprintable()
    assert "port_lost" in line


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["machine", "person"])
def test_a_value_cannot_fill_a_log(stream: io.StringIO) -> None:
    """64 KB are cut, and the line says so; a traceback fits."""
    make_logger(0, HandClock(), stream).info("driver_failed", error="\x1b" + "x" * 65535, traceback="t" * LONGEST_VALUE)

    [line] = stream.getvalue().split("\n")[:-1]
    assert f"… ({65536 - LONGEST_VALUE} more)" in line or f"\\u2026 ({65536 - LONGEST_VALUE} more)" in line
    assert "t" * LONGEST_VALUE in line
    assert len(line) < 3 * LONGEST_VALUE


def test_people_get_the_time_the_level_the_name_and_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order, in one glance."""
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    make_logger(0, HandClock(), stream).warning("port_lost", bus="floor1", error="no such file")

    assert stream.getvalue().split()[1:] == ["[warning", "]", "port_lost", "bus=floor1", "error='no", "such", "file'"]


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is respected, and a file never gets an escape sequence."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, file = Terminal(), io.StringIO()
    make_logger(0, HandClock(), terminal).info("port_opened")
    make_logger(0, HandClock(), file).info("port_opened")

    assert "\x1b[" in terminal.getvalue()
    assert "\x1b[" not in file.getvalue()


def test_machines_get_the_time_in_utc() -> None:
    """From the agent's clock, so that lines and records can be laid side by side."""
    stream = io.StringIO()
    make_logger(0, HandClock(wall=1_795_000_000.25), stream).info("agent_started")

    assert json.loads(stream.getvalue()) == {
        "timestamp": "2026-11-18T11:06:40.250+00:00",
        "level": "info",
        "event": "agent_started",
    }


@pytest.mark.parametrize("verbosity", [1, 5])
def test_more_than_everything_is_everything(verbosity: int) -> None:
    """-vvvvv is no mistake."""
    stream = io.StringIO()
    make_logger(verbosity, HandClock(), stream).debug("poll_finished")

    assert "poll_finished" in stream.getvalue()


def test_a_stream_that_is_gone_stops_nobody() -> None:
    """A watcher must not raise; polling goes on when nobody listens any more."""
    make_logger(0, HandClock(), Broken()).info("agent_started")
    closed = io.StringIO()
    logger = make_logger(0, HandClock(), closed)
    closed.close()
    logger.info("agent_started")


def test_lines_go_to_what_is_stderr_at_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A live table replaces stderr while it is shown, so that lines appear above it."""
    logger = make_logger(0, HandClock())
    replaced = io.StringIO()
    monkeypatch.setattr(sys, "stderr", replaced)
    logger.info("agent_started")

    assert "agent_started" in replaced.getvalue()


@pytest.fixture
def adopted() -> Iterator[io.StringIO]:
    """A stream that gets the libraries' log; afterwards they have their own again."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    # Taken away first: adopting closes the handlers it finds, and these belong to pytest.
    root.handlers.clear()
    stream = io.StringIO()
    logger: FilteringBoundLogger = make_logger(0, HandClock(), stream)
    adopt_library_logs(logger)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def test_libraries_speak_in_the_same_form(adopted: io.StringIO) -> None:
    """One foreign line would make the whole stream unreadable for a machine; their chatter is left out."""
    library = logging.getLogger("urllib3.connectionpool")
    library.info("Starting new HTTP connection (%d)", 1)
    library.warning("Retrying %s", "once\nagain")
    library.log(35, "between the levels")

    first, second = (json.loads(line) for line in adopted.getvalue().splitlines())
    assert (first["event"], first["level"], first["message"]) == ("library_logged", "warning", "Retrying once\nagain")
    assert first["library"] == "urllib3.connectionpool"
    assert second["level"] == "warning"


def test_the_traceback_of_a_mistake_is_kept(adopted: io.StringIO) -> None:
    """On the same line, so that whoever is called at night has it."""
    logging.getLogger("rtu_agent").error("cannot answer", exc_info=ValueError("boom"))

    [line] = adopted.getvalue().splitlines()
    assert "ValueError: boom" in json.loads(line)["traceback"]
