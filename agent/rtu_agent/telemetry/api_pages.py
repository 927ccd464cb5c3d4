"""The pages of the API below `/api/v1/`: what `api` makes of the board, as JSON over HTTP."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from rtu_agent.telemetry import api
from rtu_agent.telemetry.board import Board
from rtu_agent.telemetry.http_answer import JSON, Answer, Document, Page, document
from rtu_agent.telemetry.shared import Shared

ROOT: Final = "/api/v1/"

ConfigState = Callable[[], api.ConfigState]
Config = Callable[[], Mapping[str, Any]]


def api_pages(
    board: Board, buses: Callable[[], Collection[str]], version: str, state: ConfigState, config: Config
) -> dict[str, Page]:
    """Return the pages by path. Everything is called in the server's threads.

    Args:
        board: what there is to tell.
        buses: gives the names of all buses of the moment.
        version: of the agent.
        state: says which configuration runs.
        config: returns it, without secrets.
    """

    def status(bus: str | None) -> Document:
        return document(api.status(board.snapshot(), version, state(), bus))

    def rows(name: str, make: Callable[..., Iterable[Any]]) -> Document:
        return document({name: make(board.snapshot())})

    statuses: dict[str | None, Shared[Document]] = {None: Shared(partial(status, None))}

    def status_of(bus: str | None) -> Shared[Document] | None:
        if bus is not None and bus not in buses():
            return None
        return statuses.setdefault(bus, Shared(partial(status, bus)))

    lists = {
        "buses": Shared(partial(rows, "buses", api.buses)),
        "devices": Shared(partial(rows, "devices", api.devices)),
    }
    return {
        f"{ROOT}status": partial(_status, status_of),
        **{f"{ROOT}{name}": partial(_whole, shared) for name, shared in lists.items()},
        f"{ROOT}buses/": partial(_one, "bus", lambda name: api.bus_named(board.snapshot(), name)),
        f"{ROOT}devices/": partial(_one, "device", lambda name: api.device_named(board.snapshot(), name)),
        f"{ROOT}config": partial(_whole, Shared(lambda: document(config()))),
    }


def _status(status_of: Callable[[str | None], Shared[Document] | None], environ: WSGIEnvironment) -> Answer:
    asked = parse_qs(environ.get("QUERY_STRING", "")).get("bus")
    bus = asked[-1] if asked else None
    shared = status_of(bus)
    return _nobody("bus", bus or "") if shared is None else shared().answer(environ)


def _whole(shared: Shared[Document], environ: WSGIEnvironment) -> Answer:
    return shared().answer(environ)


def _one(what: str, find: Callable[[str], Mapping[str, Any] | None], environ: WSGIEnvironment) -> Answer:
    name = environ["PATH_INFO"].rpartition("/")[2]
    found = find(name)
    return _nobody(what, name) if found is None else document(found).answer(environ)


def _nobody(what: str, name: str) -> Answer:
    body = {"error": f"there is no {what} {name!r}"}
    return Answer("404 Not Found", json.dumps(body).encode() + b"\n", (JSON,))
