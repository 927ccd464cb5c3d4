"""The boards are what build.py says, and keep the habits that let one file work in every Grafana."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rtu_agent.domain.units import UNITS
from rtu_agent.telemetry.families import FAMILIES
from support.dashboards import Query, boards, expand_promql, panels, queries, variables
from support.servers import require

GRAFANA = Path(__file__).parents[2] / "grafana"
BOARDS = boards()
QUERIES = [query for board in BOARDS.values() for query in queries(board)]
PROMQL = [query for query in QUERIES if query.language == "promql"]
INFLUXQL = [query for query in QUERIES if query.language == "influxql"]
TARGETS_LABELS = {"job", "instance", "le"}
"""Labels that Prometheus adds, and the one of a histogram's buckets."""
TAGS_AND_FIELDS = {"site", "bus", "device", "quality"} | {"modbus_event", "kind", "text"}
"""The columns that every measurement has, whatever the driver, and what the agent says about changes."""


def named(items: list[Query]) -> pytest.MarkDecorator:
    """One test for each query, named after its place."""
    return pytest.mark.parametrize("query", items, ids=lambda query: query.name)


def all_panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel that is more than a heading, with the uid of its board."""
    for uid, board in BOARDS.items():
        yield from ((uid, panel) for panel in panels(board) if panel["type"] != "row")


def test_committed_files_are_what_the_generator_writes() -> None:
    """Nobody edits the JSON: it would be lost with the next run of build.py."""
    check = subprocess.run(
        [sys.executable, GRAFANA / "build.py", "--check"], capture_output=True, text=True, check=False
    )

    assert (check.returncode, check.stderr) == (0, "")


def test_there_is_a_fleet_and_a_device_board() -> None:
    """The uids are in links and bookmarks."""
    assert set(BOARDS) == {"rtu-fleet", "rtu-device"}


@pytest.mark.parametrize("uid", BOARDS)
def test_board_is_portable(uid: str) -> None:
    """Classic model, no id of somebody's database, nothing that only the import dialogue resolves."""
    board = BOARDS[uid]

    assert board["schemaVersion"] == 39
    assert board["id"] is None
    assert "__inputs" not in board
    assert "__requires" not in board
    assert board["time"] == {"from": "now-6h", "to": "now"}
    assert board["refresh"] == "30s"
    assert board["timezone"] == "browser"
    assert board["editable"] is True
    assert "rtu-agent" in board["tags"]
    assert board["description"]


@pytest.mark.parametrize("uid", BOARDS)
def test_panel_ids_are_unique_numbers(uid: str) -> None:
    """Links to a panel, and alerts that show one, go by its id."""
    ids = [panel["id"] for panel in panels(BOARDS[uid])]

    assert all(isinstance(number, int) and number > 0 for number in ids)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_do_not_overlap(uid: str) -> None:
    """Each panel has its own cells of the 24 columns."""
    taken: set[tuple[int, int]] = set()
    for panel in BOARDS[uid]["panels"]:
        grid = panel["gridPos"]
        cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
        assert not cells & taken, panel["title"]
        assert grid["x"] + grid["w"] <= 24
        taken |= cells


def test_every_panel_is_explained() -> None:
    """Title, a sentence on what it shows, a unit, and few enough points."""
    for uid, panel in all_panels():
        assert panel["title"], (uid, panel["id"])
        assert panel["description"].endswith("."), (uid, panel["title"])
        assert panel["fieldConfig"]["defaults"]["unit"], (uid, panel["title"])
        assert panel["maxDataPoints"] <= 1000


def test_every_datasource_is_a_variable() -> None:
    """The same file serves provisioning and import."""
    wanted = {"prometheus": "${prometheus}", "influxdb": "${influx}"}
    for uid, board in BOARDS.items():
        holders = [*panels(board), *(t for p in panels(board) for t in p.get("targets", [])), *variables(board)]
        for reference in (holder["datasource"] for holder in holders if "datasource" in holder):
            assert reference["uid"] == wanted[reference["type"]], uid


@pytest.mark.parametrize("uid", BOARDS)
def test_datasource_variables_prefer_the_provisioned_ones(uid: str) -> None:
    """On a provisioned Grafana nobody has to choose."""
    found = {v["name"]: v for v in variables(BOARDS[uid]) if v["type"] == "datasource"}

    assert {name: v["query"] for name, v in found.items()} == {"prometheus": "prometheus", "influx": "influxdb"}
    assert {v["current"]["value"] for v in found.values()} == {"rtu-prometheus", "rtu-influx"}


@pytest.mark.parametrize("uid", BOARDS)
def test_job_and_instance_can_be_chosen(uid: str) -> None:
    """A fleet has many agents, and a Prometheus may know them by several jobs."""
    found = {v["name"]: v for v in variables(BOARDS[uid])}

    for name in ("job", "instance"):
        assert (found[name]["multi"], found[name]["includeAll"], found[name]["allValue"]) == (True, True, ".+")


@named(PROMQL)
def test_promql_selects_the_chosen_agents(query: Query) -> None:
    """Every selector obeys the board's variables, else two agents are added up unnoticed."""
    selectors = re.findall(r"rtu_agent_\w+(\{[^}]*\})?", query.text)

    assert selectors
    assert all('job=~"$job", instance=~"$instance"' in selector for selector in selectors)


@named(PROMQL)
def test_promql_uses_the_rate_interval(query: Query) -> None:
    """A fixed window is too short for one scrape interval or too coarse for another."""
    assert set(re.findall(r"\[([^]]+)\]", query.text)) <= {"$__rate_interval", "$__range"}


@named(PROMQL)
def test_promql_names_what_the_agent_has(query: Query) -> None:
    """Metric and label names are those of the agent's own table."""
    known = {family.name: family for family in FAMILIES}
    used = {re.sub(r"_bucket$", "", name) for name in re.findall(r"\brtu_agent_\w+", query.text)}

    assert used <= known.keys()
    labels = set().union(*(known[name].labels for name in used)) | TARGETS_LABELS
    grouped = re.findall(r"\b(?:by|on|without|ignoring) \(([^)]*)\)", query.text)
    mentioned = {label.strip() for group in grouped for label in group.split(",")}
    assert mentioned | set(re.findall(r"(\w+)=~?\"", query.text)) <= labels


def test_every_metric_is_on_a_board() -> None:
    """A number nobody can see is not worth counting."""
    text = " ".join(query.text for query in PROMQL)

    assert not [family.name for family in FAMILIES if not re.search(rf"\b{family.name}(_bucket)?\b", text)]


@named(INFLUXQL)
def test_influxql_is_bounded(query: Query) -> None:
    """No query asks for more than a screen can show, whatever the time range."""
    assert "$timeFilter" in query.text
    assert "*" not in query.text
    one_row = re.match(r"SELECT last\(", query.text)
    assert one_row or "GROUP BY time($__interval)" in query.text or re.search(r"LIMIT \d+$", query.text)


@named(INFLUXQL)
def test_influxql_knows_only_what_every_device_has(query: Query) -> None:
    """The boards work for a driver nobody has written yet: no name of a quantity stands in them."""
    assert set(re.findall(r'"(\w+)"', query.text)) <= TAGS_AND_FIELDS


def test_every_unit_of_the_agent_is_shown_with_its_unit() -> None:
    """The suffixes of field names are the agent's; a new one must get a unit here too."""
    (panel,) = [p for p in panels(BOARDS["rtu-device"]) if p.get("repeat") == "field"]
    suffixes = [
        o["matcher"]["options"].removeprefix("/_").removesuffix("$/") for o in panel["fieldConfig"]["overrides"]
    ]

    assert set(suffixes) == {unit.suffix for unit in UNITS if unit.suffix}


def test_longer_suffixes_win() -> None:
    """The last matching override counts, so `_m3_h` must not end up in hours."""
    (panel,) = [p for p in panels(BOARDS["rtu-device"]) if p.get("repeat") == "field"]
    overrides = [(o["matcher"]["options"], o["properties"][0]["value"]) for o in panel["fieldConfig"]["overrides"]]

    def unit_of(field: str) -> object:
        return [unit for expression, unit in overrides if re.search(expression.strip("/"), field)][-1]

    assert unit_of("volume_flow_m3_h") == "suffix: m³/h"
    assert unit_of("run_time_h") == "h"
    assert unit_of("voltage_l1_l2_v") == "volt"


@pytest.mark.server
def test_promtool_accepts_every_promql_query(tmp_path: Path) -> None:
    """Prometheus's own parser has the last word on the language."""
    everything = {v["name"]: [".+"] for board in BOARDS.values() for v in variables(board)}
    texts = [expand_promql(query.text, everything, "1m", "6h") for query in PROMQL]
    rules = [{"record": f"query_{index}", "expr": text} for index, text in enumerate(texts)]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))

    check = subprocess.run(
        [require("promtool", "prometheus"), "check", "rules", path], capture_output=True, text=True, check=False
    )

    assert check.returncode == 0, check.stderr
    assert f"{len(rules)} rules found" in check.stdout
