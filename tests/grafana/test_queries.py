"""No panel is empty: every query of every board, put to real servers that a real agent has filled; alert rules too.

A panel that is for trouble must light up for the faulted agent, and be empty for the healthy one. If that one has
trouble all the same, since its machine stood still for seconds, what it has itself counted of it may be shown, and
nothing else.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from support.dashboards import EVERYTHING, Query, boards, queries, variables
from support.plants import Plant, running_plants

pytestmark = [pytest.mark.server, pytest.mark.slow]

BOARDS = boards()
RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "rules.yml"
VALUE_ALERTS = Path(__file__).parents[2] / "grafana" / "provisioning" / "alerting" / "process-values.yaml.example"
FLEET = queries(BOARDS["rtu-fleet"])
DEVICE = queries(BOARDS["rtu-device"])

FAILURES = "rtu_agent_device_poll_failures_total"
TROUBLE = {
    "rtu-fleet/14/A": FAILURES,  # failed polls by device
    "rtu-fleet/24/B": "rtu_agent_polls_failed_total",  # failed polls
    "rtu-fleet/24/C": "rtu_agent_polls_skipped_total",  # skipped polls
    "rtu-fleet/46/A": None,  # dropped records
    "rtu-fleet/61/A": None,  # values missing or uncertain
    "rtu-device/24/A": FAILURES,  # records that are not good
    "rtu-device/25/A": FAILURES,  # failed polls
    "rtu-device/26/A": FAILURES,  # events
}
"""The panels for trouble, and what counts it if a healthy agent has some, which it cannot have of every kind."""


@pytest.fixture(scope="module")
def plants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Plant]]:
    """The healthy and the faulted agent at work, by the names of their jobs."""
    with running_plants(tmp_path_factory.mktemp("plants")) as running:
        yield running


def devices(plant: Plant) -> list[str]:
    """The devices the board offers."""
    rows = plant.influx.query('SHOW TAG VALUES WITH KEY = "device"', database=plant.job)
    return sorted({row["value"] for row in rows})


def whole_fleet(plant: Plant) -> dict[str, list[str]]:
    """The fleet board's variables as they are to begin with, but for the one job."""
    return plant.choose("rtu-fleet", {"job": [plant.job], "instance": [EVERYTHING], "bus": [EVERYTHING]})


def about(plant: Plant, device: str, fields: Sequence[str] | None = None) -> dict[str, list[str]]:
    """The device board's variables with one device chosen, and all its fields or some."""
    chosen: dict[str, Sequence[str]] = {"device": [device], "job": [plant.job], "aggregate": ["last"]}
    return plant.choose("rtu-device", chosen | ({} if fields is None else {"field": fields}))


@pytest.mark.parametrize("query", FLEET, ids=lambda query: query.name)
def test_fleet_panel_has_data(plants: dict[str, Plant], query: Query) -> None:
    """A panel shows something; one that is for trouble shows nothing here and something where there is trouble."""
    healthy, faulted = plants["healthy"], plants["faulted"]

    if query.name in TROUBLE:
        shown, counter = healthy.shown(query, whole_fleet(healthy)), TROUBLE[query.name]
        counted = healthy.counted(counter) if counter else []  # asked later, so it knows all that is shown
        assert [one for one in shown if not any(one.items() <= other.items() for other in counted)] == []
        assert faulted.shown(query, whole_fleet(faulted))
    else:
        assert healthy.points(query, whole_fleet(healthy)) > 0


@pytest.mark.parametrize("query", [q for q in DEVICE if "field:raw" not in q.text], ids=lambda query: query.name)
def test_device_panel_has_data(plants: dict[str, Plant], query: Query) -> None:
    """The same for the device board, for a device of every kind."""
    healthy, faulted = plants["healthy"], plants["faulted"]
    points = {device: healthy.points(query, about(healthy, device)) for device in devices(healthy)}

    assert set(points) == {"main-meter", "room-air", "room.climate"}
    if query.name in TROUBLE:
        failing = {labels["device"] for labels in healthy.counted(FAILURES)}
        assert {device for device, found in points.items() if found} <= failing
        assert faulted.points(query, about(faulted, "silent", ["quality"])) > 0
    else:
        assert all(points.values()), points


def test_every_field_of_every_device_has_a_panel(plants: dict[str, Plant]) -> None:
    """The repeated panel shows each field that a device has, by each aggregate that the field's type has.

    The fields on offer are those of all devices of a kind, so a panel may be empty for one of them, but not for all.
    """
    plant = plants["healthy"]
    (repeated,) = [query for query in DEVICE if "field:raw" in query.text]
    (aggregates,) = [v["options"] for v in variables(BOARDS["rtu-device"]) if v["name"] == "aggregate"]
    shown: set[tuple[str, str]] = set()
    offered: set[tuple[str, str]] = set()

    for device in devices(plant):
        values = about(plant, device)
        (measurement,) = values["measurement"]
        kinds = plant.field_kinds(measurement)
        stored = plant.stored_fields(measurement, device)
        assert stored, device
        offered |= {(measurement, field) for field in values["field"]}
        for field, aggregate in itertools.product(stored, (option["value"] for option in aggregates)):
            if aggregate == "last" or kinds[field] in ("float", "integer"):
                one = values | {"field": [field], "aggregate": [aggregate]}
                assert plant.points(repeated, one) > 0, (device, field, aggregate)
        shown |= {(measurement, field) for field in stored}

    assert shown == offered


def test_alert_conditions_are_met_where_there_is_trouble(plants: dict[str, Plant]) -> None:
    """What the rules ask finds the faults in real metrics, each by its own labels, and nothing else."""
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    found = {rule["alert"]: plants["healthy"].prometheus.query(rule["expr"]) for rule in group["rules"]}

    def labels(alert: str, label: str) -> set[tuple[str, str]]:
        return {(series["metric"]["job"], series["metric"][label]) for series in found[alert]}

    assert labels("RtuAgentDeviceDown", "device") == {
        ("faulted", "silent"),
        ("faulted", "refusing"),
    }
    assert labels("RtuAgentBusDown", "bus") == {("faulted", "missing")}
    assert labels("RtuAgentOutputStalled", "output") == {("faulted", "refused"), ("faulted", "away")}


def test_the_questions_of_the_operations_page_are_answered(plants: dict[str, Plant]) -> None:
    """Where there is trouble each of its queries finds something."""
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    asked = re.findall(r"^\| .+\? \| `(.+)` \|$", page, flags=re.MULTILINE)

    assert len(asked) == 5
    assert all(plants["faulted"].prometheus.query(query) for query in asked)


def test_alerts_on_values_find_values(plants: dict[str, Plant]) -> None:
    """The template of the alerts asks what the database has: one mean for each device of the kind."""
    (group,) = yaml.safe_load(VALUE_ALERTS.read_text(encoding="utf-8"))["groups"]
    found = {}
    for rule in group["rules"]:
        query, reduce, threshold = rule["data"]
        assert (rule["condition"], reduce["model"]["expression"]) == (threshold["refId"], query["refId"])
        assert (threshold["model"]["expression"], query["datasourceUid"]) == (reduce["refId"], "rtu-influx")
        rows = plants["healthy"].influx.query(query["model"]["query"], "healthy")
        found[rule["uid"]] = {row["device"]: row["mean"] for row in rows}

    assert {uid: set(means) for uid, means in found.items()} == {
        "rtu-co2-high": {"room-air"},
        "rtu-voltage-range": {"main-meter"},
    }
    assert 207 < found["rtu-voltage-range"]["main-meter"] < 253


def test_panels_for_trouble_are_real_ones() -> None:
    """An entry that names nothing would hide a panel that is renumbered."""
    assert {query.name for query in FLEET + DEVICE} >= TROUBLE.keys()
