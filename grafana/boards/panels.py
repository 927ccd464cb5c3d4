"""How a dashboard answers: the panels, and what colours and names their numbers."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from boards.queries import Json

MAX_POINTS: Final = 1000

WITHOUT_EMPTY_COLUMNS: Final = {
    "matcher": {"id": "byValue", "options": {"reducer": "allIsNull"}},
    "properties": [{"id": "custom.hidden", "value": True}],
}
"""An override for tables whose columns are fields: it hides those that the device does not have."""


def panel(kind: str, number: int, title: str, description: str, targets: Iterable[Json], **more: Any) -> Json:
    """A panel of Grafana's type `kind`; `number` is its id for ever, because links and alerts keep it.

    `more` may give `unit`, `size` (columns of 24, rows of 30 pixels), `custom`, `defaults`, `overrides`, `options`,
    and any other key of a panel, which is taken over as it is.
    """
    unit, size = more.pop("unit", "none"), more.pop("size", (12, 8))
    defaults = {"unit": unit, "custom": more.pop("custom", {})} | more.pop("defaults", {})
    queries = [{"refId": chr(ord("A") + index), **target} for index, target in enumerate(targets)]
    return {
        "id": number,
        "type": kind,
        "title": title,
        "description": description,
        "datasource": queries[0]["datasource"],
        "targets": queries,
        "maxDataPoints": MAX_POINTS,
        "fieldConfig": {"defaults": defaults, "overrides": more.pop("overrides", [])},
        "gridPos": {"w": size[0], "h": size[1]},
        "options": more.pop("options", {}),
        **more,
    }


def timeseries(number: int, title: str, description: str, *targets: Json, stack: bool = False, **more: Any) -> Json:
    """Lines over time, or areas on top of each other; a gap in the data stays a gap."""
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 40 if stack else 8,
        "showPoints": "auto",
        "spanNulls": False,
        "stacking": {"mode": "normal" if stack else "none", "group": "A"},
    }
    options = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel("timeseries", number, title, description, targets, custom=custom, options=options, **more)


def stat(number: int, title: str, description: str, *targets: Json, **more: Any) -> Json:
    """One big number, or one for each series."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "none",
        "textMode": "auto",
        "justifyMode": "auto",
        "orientation": "auto",
    }
    return panel("stat", number, title, description, targets, options=options, **{"size": (4, 4)} | more)


def bars(number: int, title: str, description: str, *targets: Json, **more: Any) -> Json:
    """A bar for each series."""
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "displayMode": "basic",
        "orientation": "horizontal",
        "showUnfilled": True,
    }
    return panel("bargauge", number, title, description, targets, options=options, **more)


def states(number: int, title: str, description: str, *targets: Json, **more: Any) -> Json:
    """A band for each series, coloured by state; where nothing is known there is no band."""
    options = {
        "mergeValues": True,
        "showValue": "never",
        "alignValue": "left",
        "rowHeight": 0.9,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    custom = {"fillOpacity": 80, "lineWidth": 0}
    return panel("state-timeline", number, title, description, targets, options=options, custom=custom, **more)


def table(number: int, title: str, description: str, *targets: Json, **more: Any) -> Json:
    """Rows and columns."""
    options = {"showHeader": True, "cellHeight": "sm"}
    return panel("table", number, title, description, targets, options=options, **more)


def mapped(texts: Mapping[int, tuple[str, str]]) -> Json:
    """Defaults that show a number as a word in a colour."""
    options = {
        str(value): {"text": text, "color": color, "index": index}
        for index, (value, (text, color)) in enumerate(texts.items())
    }
    return {"mappings": [{"type": "value", "options": options}]}


def thresholds(*steps: tuple[float, str], base: str = "green") -> Json:
    """Defaults that colour a number from each step on."""
    colored = [{"color": base, "value": None}] + [{"color": color, "value": value} for value, color in steps]
    return {"thresholds": {"mode": "absolute", "steps": colored}, "color": {"mode": "thresholds"}}


def override(field: str, *properties: tuple[str, Any]) -> Json:
    """What is different for one field, or for the fields that match when it is written as `/expression/`."""
    matcher = {"id": "byRegexp" if field.startswith("/") else "byName", "options": field}
    return {"matcher": matcher, "properties": [{"id": name, "value": value} for name, value in properties]}
