"""Where log lines go and how they look: for a person on a terminal, JSON for everything else, always stderr."""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from rtu_agent.clock import Clock
from rtu_agent.domain.text import printable, shortened

LONGEST_VALUE: Final = 8000
"""Characters of one value on a line: enough for a traceback."""

_LEVELS: Final[Mapping[int, int]] = {-2: logging.ERROR, -1: logging.WARNING, 0: logging.INFO, 1: logging.DEBUG}


def make_logger(verbosity: int, clock: Clock, stream: TextIO | None = None) -> FilteringBoundLogger:
    """Return a logger that writes one line at a time to `stream`, by default to what is stderr at that moment.

    `verbosity` is the number of `-v` less the number of `-q`: 0 says what a person needs, 1 everything, -1 only what
    is wrong, -2 only what loses data.
    """
    is_terminal = (stream or sys.stderr).isatty()
    level = _LEVELS[max(min(verbosity, 1), -2)]
    logger: FilteringBoundLogger = structlog.wrap_logger(
        _LineWriter(stream),
        processors=_for_people(clock) if is_terminal else _for_machines(clock),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    ).bind()
    return logger


def adopt_library_logs(logger: FilteringBoundLogger) -> None:
    """Let warnings of the libraries come out as lines like ours, named `library_logged`."""
    logging.basicConfig(handlers=[_LibraryHandler(logger)], level=logging.WARNING, force=True)


def _for_people(clock: Clock) -> list[Processor]:
    colors = sys.platform != "win32" and not os.environ.get("NO_COLOR")
    renderer = structlog.dev.ConsoleRenderer(colors=colors, sort_keys=False)
    return [structlog.processors.add_log_level, _Stamp(clock, local=True), _escape, renderer]


def _for_machines(clock: Clock) -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        _Stamp(clock, local=False),
        _shorten,
        structlog.processors.JSONRenderer(),
    ]


class _Stamp:
    """Puts first what every line has; the time as a clock shows it for people, ISO 8601 in UTC for machines."""

    def __init__(self, clock: Clock, *, local: bool) -> None:
        self._clock = clock
        self._local = local

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
        now = datetime.fromtimestamp(self._clock.wall(), UTC)
        text = f"{now.astimezone():%H:%M:%S}" if self._local else now.isoformat(timespec="milliseconds")
        return {"timestamp": text, "level": line.pop("level"), "event": line.pop("event"), **line}


def _escape(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep values from elsewhere short, on their line and away from the terminal's controls."""
    return _texts(line, lambda text: printable(text, LONGEST_VALUE))


def _shorten(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep values from elsewhere short; JSON escapes them by itself."""
    return _texts(line, lambda text: shortened(text, LONGEST_VALUE))


def _texts(line: Mapping[str, Any], change: Callable[[str], str]) -> Mapping[str, Any]:
    return {key: change(value) if isinstance(value, str) else value for key, value in line.items()}


class _LineWriter:
    """Writes whole lines, and never raises: an agent whose stderr is gone goes on polling."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def msg(self, message: str) -> None:
        """Write one line."""
        # Looked up each time: a live table puts its own stderr in place while it is shown.
        stream = self._stream or sys.stderr
        try:
            stream.write(message + "\n")
            stream.flush()
        except (OSError, ValueError):  # a broken pipe, a full disk, a closed stream
            return

    log = debug = info = warning = error = critical = msg


class _LibraryHandler(logging.Handler):
    """Hands the libraries' own log records to our logger."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Say one record."""
        level = min(record.levelno // 10 * 10, logging.CRITICAL)  # libraries may have levels between the usual ones
        more = {"traceback": "".join(traceback.format_exception(record.exc_info[1]))} if record.exc_info else {}
        self._logger.log(level, "library_logged", library=record.name, message=record.getMessage(), **more)
