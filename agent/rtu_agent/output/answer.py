"""What a database answers over HTTP, in whatever version, and what is to be made of it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from rtu_agent.output.contract import Action, Verdict
from rtu_agent.output.retry import action, retry_after_s

_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one POST, or why there is none (`status` None)."""

    path: str
    status: int | None
    text: str
    headers: Mapping[str, str]

    @property
    def said_by_database(self) -> str | None:
        """The error in the words of a database; None if it was not a database that spoke.

        Version 1 says `{"error": …}`, version 2 `{"code": …, "message": …}`, version 3 `{"error": …, "data": [one entry
        for each bad line]}`.
        """
        try:
            told = json.loads(self.text)
        except ValueError:
            return None
        match told:
            case {"data": [{"error_message": str(error)}, *_]} | {"error": str(error)} | {"message": str(error)}:
                return error
        return None

    @property
    def is_unknown_path(self) -> bool:
        """True if the server does not know the path; a database that is not there is said in its own words."""
        return self.status == HTTPStatus.NOT_FOUND and self.said_by_database is None

    def verdict(self, wall: float) -> Verdict:
        """Judge it; `wall` is the time now, seconds since 1970."""
        said = self.said_by_database
        judged = action(self.status, from_database=said is not None, has_words=bool(self.text.strip()))
        if judged is Action.ACCEPTED:
            return Verdict(judged)
        status = "" if self.status is None else f"HTTP {self.status}: "
        pause_s = retry_after_s(self.headers.get("Retry-After"), wall)
        words = said or self.text.strip() or "no further words"
        return Verdict(judged, f"{self.path}: {status}{words}"[:_LONGEST_REASON], pause_s)
