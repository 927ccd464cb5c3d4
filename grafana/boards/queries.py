"""What a dashboard asks: queries in PromQL and InfluxQL, and the variables they are written with."""

from collections.abc import Iterable
from typing import Any, Final

Json = dict[str, Any]

# Variables, so that one file serves provisioning and import alike: `__inputs` are resolved by the import dialogue only.
PROMETHEUS: Final = {"type": "prometheus", "uid": "${prometheus}"}
INFLUX: Final = {"type": "influxdb", "uid": "${influx}"}


def prom(expr: str, legend: str = "") -> Json:
    """A PromQL query over the time range."""
    return {"datasource": PROMETHEUS, "editorMode": "code", "expr": expr, "legendFormat": legend, "range": True}


def prom_now(expr: str, legend: str = "", *, table: bool = False) -> Json:
    """A PromQL query for the end of the time range."""
    target = prom(expr, legend) | {"range": False, "instant": True}
    return target | {"format": "table"} if table else target


def influx(query: str, alias: str = "") -> Json:
    """An InfluxQL query whose columns become series."""
    return {"datasource": INFLUX, "query": query, "rawQuery": True, "resultFormat": "time_series", "alias": alias}


def influx_table(query: str) -> Json:
    """An InfluxQL query whose answer stays a table."""
    return influx(query) | {"resultFormat": "table"}


def datasource_variable(name: str, label: str, kind: str, uid: str) -> Json:
    """A variable that picks a data source; the provisioned one is chosen where it exists."""
    return _variable(name, label, "datasource") | {
        "query": kind,
        "current": {"selected": False, "text": label, "value": uid},
    }


def prom_variable(name: str, label: str, query: str) -> Json:
    """A variable of many values from Prometheus; all of them to begin with."""
    return (
        _variable(name, label, "query")
        | _everything(".+")
        | {
            "datasource": PROMETHEUS,
            "definition": query,
            "query": {"query": query, "refId": "StandardVariableQuery"},
        }
    )


def influx_variable(name: str, label: str, query: str, *, regex: str = "", many: bool = False) -> Json:
    """A variable from InfluxDB: one value, or many and all of them to begin with."""
    variable = _variable(name, label, "query") | {"datasource": INFLUX, "definition": query, "query": query}
    variable["regex"] = regex
    return variable | _everything(None) if many else variable


def choice_variable(name: str, label: str, values: Iterable[str]) -> Json:
    """A variable with fixed values; the first is chosen."""
    options: list[Json] = [{"selected": not i, "text": value, "value": value} for i, value in enumerate(values)]
    return _variable(name, label, "custom") | {
        "query": ",".join(option["value"] for option in options),
        "current": options[0],
        "options": options,
    }


def _variable(name: str, label: str, kind: str) -> Json:
    return {
        "name": name,
        "label": label,
        "type": kind,
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 2 if kind == "query" else 1,  # asked again when the time range changes
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
        "current": {},
    }


def _everything(all_value: str | None) -> Json:
    chosen = {"selected": True, "text": ["All"], "value": ["$__all"]}
    return {"includeAll": True, "multi": True, "allValue": all_value, "current": chosen}
