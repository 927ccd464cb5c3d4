"""InfluxDB 2 as far as its management goes: buckets, tasks and organisations, answered as its documentation says.

https://docs.influxdata.com/influxdb/v2/api/v2/
"""

import json
import re
from typing import Any
from urllib.parse import unquote

from support.scripted_http import JSON, Reply, Request

ORG = {"id": "0123456789abcdef", "name": "plant"}


class Influxdb2:
    """The script of a server that remembers."""

    def __init__(self, token: str = "s3cret") -> None:
        self.token = token
        self.buckets: dict[str, dict[str, Any]] = {}
        self.tasks: dict[str, dict[str, Any]] = {}

    def __call__(self, request: Request) -> Reply:  # noqa: PLR0911 - one for each path
        """Answer."""
        if request.path == "/ping":
            return Reply(204, headers={"X-Influxdb-Version": "v2.7.1", "X-Influxdb-Build": "OSS"})
        if request.headers["Authorization"] != f"Token {self.token}":
            return _error(401, "unauthorized", "unauthorized access")
        told = json.loads(request.body) if request.body else {}
        match request.method, unquote(request.path).split("/")[3:]:
            case "GET", ["orgs"]:
                return _json({"orgs": [ORG] if request.query.get("org") == ORG["name"] else []})
            case "GET", ["buckets"]:
                return self._find_bucket(request.query["name"])
            case "POST", ["buckets"]:
                return self._keep(self.buckets, told["name"], {"retentionRules": [], **told}, 201)
            case "PATCH", ["buckets", name]:
                return self._keep(self.buckets, name.removeprefix("id-"), told, 200)
            case "GET", ["tasks"]:
                return _json({"tasks": [task for name, task in self.tasks.items() if name == request.query["name"]]})
            case "POST", ["tasks"]:
                return self._keep(self.tasks, _name_of(told["flux"]), told, 201)
            case "PATCH", ["tasks", name]:
                return self._keep(self.tasks, name.removeprefix("id-"), told, 200)
        return _error(404, "not found", "path not found")

    def _find_bucket(self, name: str) -> Reply:
        if name not in self.buckets:
            return _error(404, "not found", f'bucket "{name}" not found')
        return _json({"buckets": [self.buckets[name]]})

    def _keep(self, where: dict[str, dict[str, Any]], name: str, told: dict[str, Any], status: int) -> Reply:
        where[name] = {"orgID": ORG["id"], **where.get(name, {}), **told, "id": f"id-{name}", "name": name}
        return _json(where[name], status)


def _name_of(flux: str) -> str:
    found = re.search(r'option task = \{name: "([^"]*)"', flux)
    assert found is not None, flux
    return found[1]


def _json(answer: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(answer), JSON)


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, json.dumps({"code": code, "message": message}), JSON)
