"""A whole dashboard in Grafana's classic model, with its panels put in their places.

Schema version 39 is the oldest one that has every option used here: Grafana 11 reads it as it is and newer ones migrate
it, while an older Grafana cannot read a newer model.
"""

from collections.abc import Iterable
from typing import Final

from boards.queries import Json

SCHEMA_VERSION: Final = 39
COLUMNS: Final = 24


def row(number: int, title: str) -> Json:
    """A heading."""
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": False,
        "panels": [],
        "gridPos": {"w": COLUMNS, "h": 1},
    }


def board(uid: str, title: str, description: str, variables: Iterable[Json], panels: Iterable[Json]) -> Json:
    """A whole dashboard; the panels flow from left to right."""
    builtin = {"type": "grafana", "uid": "-- Grafana --"}
    return {
        "uid": uid,
        "id": None,
        "title": title,
        "description": description,
        "tags": ["rtu-agent"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,  # one crosshair through all panels
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "timezone": "browser",
        "annotations": {
            "list": [
                {
                    "builtIn": 1,
                    "datasource": builtin,
                    "enable": True,
                    "hide": True,
                    "iconColor": "rgba(0, 211, 255, 1)",
                    "name": "Annotations & Alerts",
                    "type": "dashboard",
                }
            ]
        },
        "links": [
            {
                "type": "dashboards",
                "tags": ["rtu-agent"],
                "title": "rtu-agent",
                "asDropdown": False,
                "icon": "external link",
                "includeVars": False,
                "keepTime": True,
                "targetBlank": False,
                "tooltip": "",
                "url": "",
            }
        ],
        "templating": {"list": list(variables)},
        "panels": _placed(panels),
    }


def _placed(panels: Iterable[Json]) -> list[Json]:
    """Put each panel right of the last one, or on a new line where it does not fit any more."""
    placed, x, y, height = [], 0, 0, 0
    for item in panels:
        grid = item["gridPos"]
        if x + grid["w"] > COLUMNS:
            x, y, height = 0, y + height, 0
        placed.append(item | {"gridPos": {"x": x, "y": y, **grid}})
        x, height = x + grid["w"], max(height, grid["h"])
    return placed
