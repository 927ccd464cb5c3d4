"""One CSV file: a line of column names, then a line for each record. Never rewritten, only made longer.

UTF-8 with a byte order mark, because spreadsheets take a file without one for the code page of their country. Lines end
with a line feed. A line that was torn by a power cut is cut off before the next is written.
"""

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from rtu_agent.domain.record import QUALITY_FIELD, Value

TIME: Final = "time"
_MARK: Final = b"\xef\xbb\xbf"
_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""A cell that begins so is calculated by a spreadsheet, and text comes from devices. Asian ones take the wide signs."""
_APPEND: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

Row = Mapping[str, Value | None]
"""The cells of a line, by column."""


class CsvFile:
    """A file as it was when it was last looked at."""

    def __init__(self, path: Path, columns: Sequence[str], rows: int = 0, size: int = 0) -> None:
        self.path = path
        self.columns = tuple(columns)
        """Those between the time and the quality."""
        self.rows = rows
        self.size = size
        """Bytes; 0 for a file that is not there yet, or has no line of column names."""

    @classmethod
    def of(cls, path: Path) -> "CsvFile | None":
        """Return what is at `path`, a torn end cut off; None for a file that is not as this program writes it.

        Raises:
            OSError: it cannot be read, or not be cut.
        """
        content = path.read_bytes()
        end = content.rfind(b"\n") + 1
        if end < len(content):
            os.truncate(path, end)
        if end == 0:
            return cls(path, ())
        first = content[: content.index(b"\n")].removeprefix(_MARK).decode("utf-8", "replace")
        names = next(csv.reader([first]), [])
        if names[:1] != [TIME] or names[-1:] != [QUALITY_FIELD]:
            return None
        return cls(path, names[1:-1], content.count(b"\n") - 1, end)

    @property
    def is_as_it_was(self) -> bool:
        """False when somebody else has changed or removed it."""
        try:
            return self.path.lstat().st_size == self.size
        except OSError:
            return False

    def append(self, rows: Sequence[Row]) -> int:
        """Write a line for each of `rows`, all or none of them; return how many bytes the file has grown.

        Raises:
            OSError: the disk does not let us, or the file is a link.
        """
        lines = [[row.get(name) for name in (TIME, *self.columns, QUALITY_FIELD)] for row in rows]
        content = _encoded(lines)
        if self.size == 0:
            content = _MARK + _encoded([(TIME, *self.columns, QUALITY_FIELD)]) + content
        descriptor = os.open(self.path, _APPEND, 0o644)
        try:
            _write_all(descriptor, content, self.size)
        finally:
            os.close(descriptor)
        self.rows += len(rows)
        self.size += len(content)
        return len(content)

    def sync(self) -> None:
        """See to it that the file is on the disk."""
        with suppress(OSError):  # gone, or on a disk that is met again by the next line
            descriptor = os.open(self.path, _APPEND & ~os.O_CREAT)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _write_all(descriptor: int, content: bytes, size_before: int) -> None:
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size_before)
        raise


def _encoded(lines: Iterable[Iterable[Value | None]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_cell(value) for value in line] for line in lines)
    return text.getvalue().encode()


def _cell(value: Value | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return repr(value)
