"""Sees when files have changed: looks at them once a second, whatever kind of file system they are on.

A file that is being written changes from one look to the next. So a change counts when it is there and the next look
finds nothing new.
"""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

PERIOD_S: Final = 1.0
Look = tuple[tuple[int, int, int] | None, ...]
"""Of each file what changes with it: which one it is, its size, when it was written; None for one that is not there."""


class FileWatch:
    """Some files; which ones may change."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = tuple(files)
        self._known = look_at(self._files)

    def follow(self, files: Iterable[Path]) -> None:
        """Watch these from now on. Those that were watched before are known as they were, the others as they are."""
        known = dict(zip(self._files, self._known, strict=True))
        self._files = tuple(dict.fromkeys(files))
        self._known = tuple(known[file] if file in known else look_at([file])[0] for file in self._files)

    def note(self) -> None:
        """The files are about to be read: only what changes from now on is news."""
        self._known = look_at(self._files)

    async def run(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever a file has changed and is left alone again, until cancelled."""
        seen = self._known
        while True:
            await asyncio.sleep(PERIOD_S)
            files = self._files
            now = await asyncio.to_thread(look_at, files)
            if files == self._files and now != self._known and now == seen:
                self._known = now
                changed()
            seen = now


def look_at(files: Iterable[Path]) -> Look:
    """Return how the files are now."""
    return tuple(_one(file) for file in files)


def _one(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
