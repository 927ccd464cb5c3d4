"""InfluxDB 1: databases, retention policies and continuous queries, over `/query`."""

import json
import re
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from urllib3.exceptions import HTTPError

from rtu_agent.output.influxdb_admin import Admin, AdminError, Change, kept
from rtu_agent.output.influxdb_doors import Doors
from rtu_agent.output.influxdb_rollups import Kinds, continuous_queries, prefix, quoted
from rtu_agent.output.influxdb_settings import InfluxdbSettings

_DURATION: Final = re.compile(r"(\d+)h(\d+)m(\d+)s")
"""As the server writes it, whatever it was told: `2160h0m0s`; `0s` is for ever."""


_POLICY_OF_NEW: Final[dict[str, Any]] = {"name": "autogen", "keep_s": None, "default": True}
"""What a database that was just created has."""


class AdminV1(Admin):
    """Tells a server of version 1."""

    def __init__(self, doors: Doors, settings: InfluxdbSettings) -> None:
        super().__init__(doors, settings)
        self._said: set[str] = set()

    def changes(self, kinds: Kinds) -> Iterator[Change]:
        """Give databases and policies first, then the continuous queries that write to them."""
        for settings in self.buckets:
            yield from self._database(settings)
        if self.settings.rollups_by == "server":
            for window_s in self.settings.rollups:
                yield from self._continuous_queries(window_s, kinds)

    def keeps_s(self) -> float | None:
        """Return the duration of the policy that is written to."""
        database, _, policy = self.settings.bucket.partition("/")
        if database not in self._databases():
            return None
        return next((found["keep_s"] for found in self._policies(database) if _is_meant(found, policy)), None)

    def _database(self, settings: InfluxdbSettings) -> Iterator[Change]:
        database, _, policy = settings.bucket.partition("/")
        is_there = database in self._databases()
        policies = self._policies(database) if is_there else [_POLICY_OF_NEW]
        if database not in self._said:
            self._said.add(database)
            create = partial(self._tell, f"CREATE DATABASE {quoted(database)}")
            yield Change("database", database, "unchanged" if is_there else "created", apply=create)
        yield self._policy(settings, database, policy, policies)

    def _policy(self, settings: InfluxdbSettings, database: str, policy: str, policies: list[dict[str, Any]]) -> Change:
        found = next((each for each in policies if _is_meant(each, policy)), None)
        name = found["name"] if found else policy
        place = f"{quoted(name)} ON {quoted(database)} DURATION {_influxql(settings.keep)}"
        label = f"{database}/{name}"
        if found is None:
            statement = f"CREATE RETENTION POLICY {place} REPLICATION 1"
            return Change("retention policy", label, "created", kept(settings.keep), partial(self._tell, statement))
        if settings.keep is None or settings.keep == found["keep_s"]:
            return Change("retention policy", label, "unchanged", kept(found["keep_s"]))
        detail = f"{kept(settings.keep)}, was {kept(found['keep_s'])}"
        return Change(
            "retention policy", label, "changed", detail, partial(self._tell, f"ALTER RETENTION POLICY {place}")
        )

    def _continuous_queries(self, window_s: float, kinds: Kinds) -> Iterator[Change]:
        database = self.settings.bucket.partition("/")[0]
        wanted = continuous_queries(self.settings, window_s, kinds)
        there = self._names_of_queries(database)
        for name, statement in wanted.items():
            if name in there:
                yield Change("continuous query", name, "unchanged")
            else:
                yield Change("continuous query", name, "created", statement, partial(self._tell, statement))
        for name in there:
            if name.startswith(f"{prefix(self.settings, window_s)} ") and name not in wanted:
                statement = f"DROP CONTINUOUS QUERY {quoted(name)} ON {quoted(database)}"
                yield Change("continuous query", name, "removed", statement, partial(self._tell, statement))

    def _names_of_queries(self, database: str) -> list[str]:
        return [row["query_name"] for row in self._ask("SHOW CONTINUOUS QUERIES", "query_name") if row[""] == database]

    def _databases(self) -> set[str]:
        return {row["name"] for row in self._ask("SHOW DATABASES")}

    def _policies(self, database: str) -> list[dict[str, Any]]:
        rows = self._ask(f"SHOW RETENTION POLICIES ON {quoted(database)}")
        return [row | {"keep_s": _seconds(row["duration"])} for row in rows]

    def _ask(self, statement: str, name: str = "name") -> list[dict[str, Any]]:
        """Return the rows; the name of the series stands under an empty name, a column `name` under `name`."""
        answer = self._tell(statement)
        return [
            {"": series.get("name", "")} | {name if key == "name" else key: value for key, value in zip(columns, row)}  # noqa: B905
            for result in answer["results"]
            for series in result.get("series", [])
            for columns in [series["columns"]]
            for row in series.get("values", [])
        ]

    def _tell(self, statement: str) -> Any:
        try:
            answer = self.doors.ask("POST", "/query", {"q": statement})
        except HTTPError as error:
            raise AdminError(statement, None, str(error)) from error
        try:
            told = json.loads(answer.text)
        except ValueError:
            told = {}
        errors = [told, *told.get("results", [])] if isinstance(told, dict) else []
        complaint = next((each["error"] for each in errors if "error" in each), None)
        if answer.status != HTTPStatus.OK or complaint or "results" not in told:
            raise AdminError(statement, answer.status, complaint or answer.text.strip() or "no further words")
        return told


def _is_meant(policy: dict[str, Any], name: str) -> bool:
    return bool(policy["name"] == name if name else policy["default"])


def _influxql(keep_s: float | None) -> str:
    return "INF" if keep_s is None else f"{round(keep_s)}s"


def _seconds(duration: str) -> float | None:
    found = _DURATION.fullmatch(duration)
    return 3600.0 * int(found[1]) + 60.0 * int(found[2]) + int(found[3]) if found else None
