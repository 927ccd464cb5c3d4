"""Rollups that the server makes: the text of continuous queries (version 1) and of tasks (version 2). Pure.

They are made from the drivers, because a mean is right for an amount only: of codes, truth values and counters only the
last value is taken. Their fields have the names that the agent's own rollups have. What a counter has counted in a
window is not among them: neither language says it so that a reset is not counted and nothing is lost between windows.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Final

from rtu_agent.domain.duration import duration_text
from rtu_agent.domain.record import QUALITY_FIELD, Field
from rtu_agent.output.influxdb_settings import InfluxdbSettings

Kinds = Mapping[str, Iterable[Field]]
"""By measurement, its fields."""

_OF_AMOUNT: Final = ("mean", "min", "max", "last")
_OF_OTHERS: Final = ("last",)
_LOOKED_BACK_S: Final = 3600.0
"""Windows this old are made again each time, so that records that were late because the server was away are in them."""


def continuous_queries(settings: InfluxdbSettings, window_s: float, kinds: Kinds) -> dict[str, str]:
    """Return the continuous queries for one length of windows, by their names.

    A name ends with a checksum of its query: one of another text has another name.
    """
    named = {}
    for measurement, fields in kinds.items():
        body = _query(settings, window_s, measurement, fields)
        name = f"{prefix(settings, window_s)} {measurement} {zlib.crc32(body.encode()):08x}"
        database = quoted(settings.bucket.partition("/")[0])
        repeat = duration_text(_looked_back_s(window_s))
        named[name] = f"CREATE CONTINUOUS QUERY {quoted(name)} ON {database} RESAMPLE FOR {repeat} BEGIN {body} END"
    return named


def task(settings: InfluxdbSettings, window_s: float, kinds: Kinds) -> str:
    """Return the task in Flux for one length of windows."""
    window = duration_text(window_s)
    options = f"{{name: {_flux(prefix(settings, window_s))}, every: {window}, offset: 30s}}"
    flows = [_flow(settings, window_s, word, _wanted(kinds, word)) for word in _OF_AMOUNT]
    return "\n\n".join([f"option task = {options}", *(flow for flow in flows if flow)]) + "\n"


def prefix(settings: InfluxdbSettings, window_s: float) -> str:
    """Return how the names of what makes these rollups begin."""
    return f"rtu-agent {settings.bucket} {duration_text(window_s)}"


def quoted(name: str) -> str:
    """Return a name as InfluxQL quotes it."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _query(settings: InfluxdbSettings, window_s: float, measurement: str, fields: Iterable[Field]) -> str:
    wanted = [(word, field.name, f"{field.name}_{word}") for field in fields for word in _words(field)]
    wanted += [("max", QUALITY_FIELD, QUALITY_FIELD), ("count", QUALITY_FIELD, "records")]
    parts = ", ".join(f"{word}({quoted(name)}) AS {quoted(column)}" for word, name, column in wanted)
    source, target = (_place(each.bucket, measurement) for each in (settings, settings.of_rollup(window_s)))
    every = duration_text(window_s)
    return f"SELECT {parts} INTO {target} FROM {source} GROUP BY time({every}), *"  # noqa: S608 - names are quoted


def _place(bucket: str, measurement: str) -> str:
    database, _, policy = bucket.partition("/")
    return f"{quoted(database)}.{quoted(policy) if policy else ''}.{quoted(measurement)}"


def _flow(settings: InfluxdbSettings, window_s: float, word: str, wanted: Mapping[str, list[str]]) -> str:
    """Return the flow that makes one kind of value; empty if there is none."""
    chosen = " or ".join(
        f"(r._measurement == {_flux(measurement)} and contains(value: r._field, set: {_flux(names)}))"
        for measurement, names in wanted.items()
        if names
    )
    if not chosen:
        return ""
    window, target = duration_text(window_s), settings.of_rollup(window_s).bucket
    return "\n".join(
        [
            f"from(bucket: {_flux(settings.bucket)})",
            f"    |> range(start: -{duration_text(_looked_back_s(window_s))})",
            f"    |> filter(fn: (r) => {chosen})",
            f'    |> aggregateWindow(every: {window}, fn: {word}, timeSrc: "_start", createEmpty: false)',
            f'    |> map(fn: (r) => ({{r with _field: r._field + "_{word}"}}))',
            f"    |> to(bucket: {_flux(target)}, org: {_flux(settings.org)})",
        ]
    )


def _wanted(kinds: Kinds, word: str) -> dict[str, list[str]]:
    return {
        measurement: [field.name for field in fields if word in _words(field)] for measurement, fields in kinds.items()
    }


def _words(field: Field) -> tuple[str, ...]:
    if field.kind == "string":
        return ()
    return _OF_AMOUNT if field.kind == "float" and field.counts_to is None else _OF_OTHERS


def _looked_back_s(window_s: float) -> float:
    return max(_LOOKED_BACK_S, 2 * window_s)


def _flux(value: str | list[str]) -> str:
    """Return a text, or a list of texts, as Flux writes it: like JSON, where nothing stands for an expression."""
    return json.dumps(value, ensure_ascii=False).replace("${", "\\${")
