"""The file of what was learnt: read at the start, replaced whole when something has changed.

It is small and can be learnt again, so nothing that is wrong with it keeps the agent from running.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from rtu_agent.poll.facts import Facts, FactsError, from_text, to_text

FILE: Final = "learnt.json"
SET_ASIDE: Final = ".damaged"


class FactsFile:
    """One site's facts.

    Args:
        directory: the site's state directory.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE

    def read(self) -> dict[str, Facts]:
        """Return what is in the file; nothing when there is none.

        Raises:
            FactsError: it holds something else.
            OSError: it cannot be read.
        """
        try:
            return from_text(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as error:
            raise FactsError(str(error)) from error

    def set_aside(self) -> None:
        """Move a file that holds something else out of the way, so that somebody can look at it."""
        self.path.replace(self.path.with_name(FILE + SET_ASIDE))

    def write(self, facts: Mapping[str, Facts]) -> None:
        """Replace the file. A crash leaves the old or the new one, never half of one.

        Raises:
            OSError: it cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(FILE + ".new")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(to_text(facts))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise
