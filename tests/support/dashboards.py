"""Grafana's part of a dashboard query, without Grafana: find the queries of a board, put values into them.

Only the ways of writing a variable that the boards use are known, so that a new one cannot pass untested: `${x:raw}`,
`${x:regex}` and Grafana's own macros in InfluxQL; `$x` in PromQL.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parents[2] / "grafana" / "dashboards"
Language = Literal["promql", "influxql"]
Values = Mapping[str, Sequence[str]]
"""The chosen values of each variable."""

EVERYTHING = ".+"
"""What a variable says when "All" is chosen: a regular expression already."""

_LANGUAGES: dict[str, Language] = {"prometheus": "promql", "influxdb": "influxql"}
_REGEX_CHARACTERS = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True)
class Query:
    """One target of a panel."""

    board: str
    panel: int
    ref: str
    title: str
    language: Language
    text: str
    instant: bool

    @property
    def name(self) -> str:
        """For messages and allow-lists: `rtu-fleet/12/A`."""
        return f"{self.board}/{self.panel}/{self.ref}"


def boards() -> dict[str, dict[str, Any]]:
    """Return the committed dashboards by uid."""
    loaded = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json")))
    return {board["uid"]: board for board in loaded}


def panels(board: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give every panel, those inside collapsed rows too."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def variables(board: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the template variables in their order."""
    found: list[dict[str, Any]] = board["templating"]["list"]
    return found


def queries(board: Mapping[str, Any]) -> list[Query]:
    """Return every target of every panel."""
    return [
        Query(
            board["uid"],
            panel["id"],
            target["refId"],
            panel["title"],
            _LANGUAGES[target["datasource"]["type"]],
            target.get("expr") or target["query"],
            target.get("instant", False),
        )
        for panel in panels(board)
        for target in panel.get("targets", [])
    ]


def expand_promql(text: str, values: Values, interval: str, range_: str) -> str:
    """Return PromQL as the Prometheus data source sends it."""
    text = text.replace("$__rate_interval", interval).replace("$__range", range_)
    return _clean(re.sub(r"\$(\w+)", lambda match: "|".join(_for_promql(values[match[1]])), text))


def expand_influxql(text: str, values: Values, interval: str, time_filter: str) -> str:
    """Return InfluxQL as the InfluxDB data source sends it."""
    text = text.replace("$timeFilter", time_filter).replace("$__interval", interval)
    text = re.sub(r"\$\{(\w+):raw\}", lambda match: _only(values[match[1]]), text)
    return _clean(re.sub(r"\$\{(\w+):regex\}", lambda match: _alternatives(values[match[1]]), text))


def _for_promql(values: Sequence[str]) -> list[str]:
    """Escape values for a regular expression inside a PromQL string."""
    return [value if value == EVERYTHING else _REGEX_CHARACTERS.sub(r"\\\\\g<0>", value) for value in values]


def _alternatives(values: Sequence[str]) -> str:
    escaped = [value if value == EVERYTHING else _REGEX_CHARACTERS.sub(r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _only(values: Sequence[str]) -> str:
    (value,) = values
    return value


def _clean(text: str) -> str:
    """Give the query back if nothing in it is left to expand; `$/` ends a regular expression."""
    if "$" in text.replace("$/", "/"):
        raise AssertionError(f"not expanded: {text}")
    return text
