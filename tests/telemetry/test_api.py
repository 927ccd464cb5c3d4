"""What the API says of what has happened."""

import json
import random
import sys
from dataclasses import replace

import pytest

from rtu_agent.domain.point_place import PointPlace
from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Field, Record, Series
from rtu_agent.events import (
    DeviceRecognised,
    DriverFailed,
    IdentityMismatched,
    LateReplyDiscarded,
    NoiseDiscarded,
    PollFinished,
    PortLost,
    PortOpened,
    PortOpenFailed,
    RefusalsLearnt,
)
from rtu_agent.telemetry import api
from rtu_agent.telemetry.api_parts import Json
from rtu_agent.telemetry.http_answer import document
from rtu_agent.telemetry.roster import Roster, RosterDevice
from rtu_agent.telemetry.words import DEVICE
from support import hostile
from support.shown_site import PLACES, SITE, START, ShownSite, transaction


@pytest.fixture
def site() -> ShownSite:
    """A site whose port is open."""
    made = ShownSite()
    made.board(PortOpened("hall", "/dev/x", reopened=False))
    return made


def status(site: ShownSite, bus: str | None = None) -> Json:
    """Return the status as a client reads it."""
    answer: Json = json.loads(document(api.status(site.board.snapshot(), "1.2", api.ConfigState(START), bus)).plain)
    return answer


def row(site: ShownSite, name: str = "office") -> Json:
    """Return the row of a device."""
    return next(device for device in status(site)["devices"] if device["name"] == name)


def page(site: ShownSite, name: str = "office") -> Json:
    """Return all about a device."""
    found = api.device_named(site.board.snapshot(), name)
    assert found is not None
    return found


def test_who_was_not_asked_yet_waits(site: ShownSite) -> None:
    """Nothing is wrong with it, and nothing is known."""
    device = row(site)

    assert (device["state"], device["age_s"], device["error"], device["values"]) == ("waiting", None, None, [])


def test_an_age_is_that_of_the_last_good_poll(site: ShownSite) -> None:
    """A failed one does not make a device younger, nor does a clock that is set."""
    site.polled("office", (20.0, 40.0))
    site.clock.turn(7)
    site.failed("office", unit=1)
    site.clock.turn(5)

    assert row(site)["age_s"] == 12.0
    assert row(site)["last_good_ms"] == round(1000 * START)


def test_an_error_is_told_while_it_lasts_and_remembered_afterwards(site: ShownSite) -> None:
    """Since when it lasts does not move with every further failure."""
    site.failed("office", unit=1)
    site.clock.turn(30)
    site.failed("office", unit=1)
    error = row(site)["error"]
    assert (error["kind"], error["since_ms"]) == ("no_reply", round(1000 * START))
    assert error["text"].startswith("does not answer: check its cable")

    site.polled("office", (20.0, 40.0))
    assert row(site)["error"] is None
    assert row(site)["last_error"] == error

    site.clock.turn(30)
    site.failed("office", unit=1)
    assert row(site)["error"]["since_ms"] == round(1000 * (START + 60)), "it is a new one"


def test_another_kind_of_error_is_a_new_one(site: ShownSite) -> None:
    """A device that is garbled now is not one that was silent a while ago."""
    site.failed("office", unit=1)
    site.clock.turn(30)
    site.failed("office", "damaged", unit=1)

    assert (row(site)["error"]["kind"], row(site)["error"]["since_ms"]) == ("damaged", round(1000 * (START + 30)))


def test_a_refusal_says_with_which_code(site: ShownSite) -> None:
    """And what the code means; the code of one device is not that of another."""
    site.failed("office", "exception", unit=1, code=2)
    site.failed("store", "exception", unit=2, code=0x63)

    assert row(site)["error"]["text"].endswith("(exception 02, it has no such register)")
    assert row(site, "store")["error"]["text"].endswith("(exception 63, which only its manual explains)")


def test_a_driver_that_fails_and_another_device_are_two_things(site: ShownSite) -> None:
    """Both end a poll in the same way; what is to be done differs."""
    site.board(DriverFailed("hall", "office", "generic.xy_md02", "ValueError: seven"))
    site.failed("office", "driver_failed", unit=1)
    assert row(site)["error"]["kind"] == "driver_failed"
    assert row(site)["error"]["text"].endswith("(ValueError: seven)")

    site.board(IdentityMismatched("hall", "office", "generic.xy_md02", "model is 7, not 8"))
    site.failed("office", "driver_failed", unit=1)
    assert (row(site)["error"]["kind"], row(site)["error"]["detail"]) == ("other_device", "model is 7, not 8")


def test_a_device_that_answers_too_late_is_not_sent_to_its_cable(site: ShownSite) -> None:
    """The answer comes after the poll that it was for has failed; until one poll fails without any, it is too slow."""

    def told() -> tuple[str, str, float]:
        error = row(site)["error"]
        return error["kind"], error["text"], error["since_ms"] - round(1000 * START)

    for _ in range(3):
        site.failed("office", unit=1)
        site.board(LateReplyDiscarded("hall", 1, 0.6))
        assert told() == ("late_reply", f"{DEVICE['late_reply']} (0.60 s)", 0)
        site.clock.turn(10)
    assert "cable" not in told()[1]

    site.failed("office", unit=1)
    site.clock.turn(10)
    site.failed("office", unit=1)
    assert (told()[0], told()[2]) == ("no_reply", 40_000), "now it is silent"

    site.board(LateReplyDiscarded("hall", 1, 0.7))
    assert told()[0] == "late_reply", "a probe of one that is given up was answered too late"
    for kind in ("late_reply", "no_reply"):
        site.board(transaction(1, "no_reply"))
        assert told()[0] == kind


def test_an_answer_that_was_late_once_is_forgotten_with_the_next_poll(site: ShownSite) -> None:
    """And one of a unit that nobody knows is nobody's."""
    site.board(LateReplyDiscarded("hall", 1, 0.6))
    site.failed("office", unit=1)
    site.board(LateReplyDiscarded("hall", 1, 0.6))
    site.board(LateReplyDiscarded("hall", 99, 0.6))
    site.polled("office", (20.0, 40.0))
    assert row(site)["error"] is None

    site.failed("office", unit=1)
    assert row(site)["error"]["kind"] == "no_reply"


def test_behind_a_closed_port_nobody_is_asked(site: ShownSite) -> None:
    """However well the device was."""
    site.failed("office", unit=1)
    site.clock.turn(60)
    site.polled("office", (20.0, 40.0))
    site.board(PortLost("hall", "/dev/x", "unplugged"))
    site.clock.turn(60)
    site.board(PortOpenFailed("hall", "/dev/x", "unplugged", 1.0))

    assert (row(site)["error"]["kind"], row(site)["error"]["since_ms"]) == ("port_closed", round(1000 * (START + 60)))
    assert (status(site)["buses"][0]["is_open"], status(site)["buses"][0]["problem"]) == (False, "unplugged")


def test_a_port_that_was_never_open_is_closed_since_the_start() -> None:
    """Not since 1970."""
    site = ShownSite()
    site.clock.turn(60)
    site.board(PortOpenFailed("hall", "/dev/x", "nothing there", 1.0))

    assert {device["error"]["since_ms"] for device in status(site)["devices"]} == {round(1000 * START)}


@pytest.mark.parametrize(("away_s", "since_s"), [(20, 5), (0, 60)])
def test_a_bus_that_is_back_under_its_name_begins_at_nothing(site: ShownSite, away_s: float, since_s: float) -> None:
    """Also in the windows: what was counted under that name before is not taken from it, nor is it busy for so long."""
    site.failed("store")
    site.clock.turn(20)
    site.polled("office", (20.0, 40.0))
    site.board.adopt(replace(SITE, buses=(), devices=()))
    site.clock.turn(away_s)
    site.board.adopt(SITE)
    site.clock.turn(since_s)
    site.polled("office", (20.0, 40.0))

    assert status(site)["buses"][0]["polls"]["scheduled"] == 1
    for window in status(site)["buses"][0]["windows"].values():
        assert (window["transactions"], window["errors"]) == (1, {})
        assert window["utilisation"] == round(0.05 / since_s, 4), "of the time since it is back"


def test_the_largest_number_of_all_can_be_told(site: ShownSite) -> None:
    """With few digits it would be infinite, and no answer could be written while it is remembered."""
    site.polled("office", (sys.float_info.max, -sys.float_info.max))

    assert row(site)["trend"]["values"] == [sys.float_info.max]


def test_a_configuration_that_was_refused_is_told_mistake_by_mistake(site: ShownSite) -> None:
    """Each on a line of its own, which its text cannot leave."""
    config = api.ConfigState(START, ("devices.yaml:3:1: no", "devices.yaml:4:1: n\no"))

    told = api.status(site.board.snapshot(), "1.2", config)["config"]

    assert (told["state"], told["problem"]) == ("refused", "devices.yaml:3:1: no\ndevices.yaml:4:1: n\\no")


def test_a_value_has_its_quality(site: ShownSite) -> None:
    """One that is missing is null with a reason, and not the one before; one that is doubtful is there."""
    fields = (Field("temperature_c", unit="°C"), Field("humidity_relative_pct", unit="%"))
    reasons = {"temperature_c": Reason.SENTINEL, "humidity_relative_pct": Reason.OUT_OF_RANGE}
    site.polled("office", (20.0, 40.0))
    record = Record(Series("environment", {}, fields), round(1000 * START) + 1, (None, 101.0), reasons=reasons)
    site.board(site.poll("office", "good", record))

    values = [(value["value"], value["quality"], value["reason"]) for value in row(site)["values"]]
    assert values == [(None, "bad", "sentinel"), (101.0, "uncertain", "out_of_range")]


def test_points_that_were_never_read_are_there(site: ShownSite) -> None:
    """A person looks for them in the order of the manual."""
    points = page(site)["points"]

    assert [point["name"] for point in points] == ["temperature_c", "humidity_relative_pct"]
    assert [(point["value"], point["quality"], point["reason"]) for point in points] == 2 * [(None, "bad", "not_read")]
    assert [(point["table"], point["address"], point["count"]) for point in points] == [
        ("input", 1, 1),
        ("input", 2, 1),
    ]


def test_a_code_is_told_by_what_people_call_it(site: ShownSite) -> None:
    """And a device that was found out to be another model by that model's points."""
    mode = Field("operating_mode", "int")
    places = (PointPlace(mode, "normal", "holding", 7, 1, lambda value: ("heating",) if value == 3 else ()),)
    site.board(DeviceRecognised("hall", "office", "acme.model_b", ("normal",), places))
    site.board(site.poll("office", "good", Record(Series("environment", {}, (mode,)), 1, (3,))))

    assert page(site)["driver"] == "acme.model_b"
    assert [(point["value"], point["meaning"]) for point in page(site)["points"]] == [(3, ["heating"])]


def test_what_is_asked_for_is_told_by_groups(site: ShownSite) -> None:
    """The latest plan of each set of groups; those that rode along asked for nothing of their own."""
    for second in range(20):
        site.clock.turn(1)
        site.polled("office", (float(second), 40.0))
    poll = site.poll("office", "good", Record(Series("", {}, ()), 1, ()))
    site.board(replace(poll, group="slow", rider=True, blocks=()))

    assert [(plan["groups"], plan["blocks"]) for plan in page(site)["plan"]] == [
        (["normal"], [{"table": "input", "address": 1, "count": 2}])
    ]
    assert page(site)["plan"][0]["time_ms"] == round(1000 * (START + 11)), "what does not change is noted now and then"


def test_what_a_device_refuses_is_told(site: ShownSite) -> None:
    """Until it does not any more."""
    site.board(RefusalsLearnt("hall", "office", "input 0x0002+1"))
    assert page(site)["refused"] == "input 0x0002+1"
    site.board(RefusalsLearnt("hall", "office", ""))
    assert page(site)["refused"] is None


def test_trouble_on_the_wire_is_counted_by_kind_and_window(site: ShownSite) -> None:
    """What is older than a minute is not in the last minute."""
    site.failed("store")
    site.board(NoiseDiscarded("hall", 3))
    for _ in range(12):
        site.clock.turn(10)
        site.polled("office", (20.0, 40.0))
    site.board(LateReplyDiscarded("hall", 1, 0.6))

    windows = status(site)["buses"][0]["windows"]
    assert windows["1m"]["errors"] == {"late_reply": 1}
    assert windows["5m"]["errors"] == windows["60m"]["errors"] == {"late_reply": 1, "no_reply": 1, "noise": 1}
    assert (windows["1m"]["transactions"], windows["5m"]["transactions"]) == (7, 13)


def test_the_accounts_add_up_in_every_answer(site: ShownSite) -> None:
    """Of buses and devices."""
    rng = random.Random(7)
    for _ in range(200):
        site.polled("office", (1.0, 2.0)) if rng.random() < 0.5 else site.failed("store", "damaged")

    answer = status(site)
    for polls in [each["polls"] for each in (*answer["buses"], *answer["devices"])]:
        assert polls["scheduled"] == polls["good"] + sum(polls["failed"].values()) + sum(polls["skipped"].values())
    assert answer["buses"][0]["polls"]["scheduled"] == sum(each["polls"]["scheduled"] for each in answer["devices"])


def test_one_bus_can_be_asked_for(site: ShownSite) -> None:
    """With its devices and no others."""
    assert status(site, "hall")["devices"] == status(site)["devices"]
    assert status(site, "attic")["devices"] == []
    hall = api.bus_named(site.board.snapshot(), "hall")
    assert hall is not None
    assert [device["name"] for device in hall["devices"]] == ["office", "store"]
    assert api.bus_named(site.board.snapshot(), "attic") is None
    assert api.device_named(site.board.snapshot(), "cellar") is None


@pytest.mark.parametrize("text", hostile.TEXTS.values(), ids=hostile.TEXTS)
def test_text_of_a_device_stays_a_string(site: ShownSite, text: str) -> None:
    """In values and in errors; nothing that does not print gets out."""
    series = Series("names", {}, (Field("message", "string"),))
    site.board(site.poll("office", "good", Record(series, 1, (text,))))
    site.board(DriverFailed("hall", "store", "d", text))
    site.failed("store", "driver_failed")
    places = (PointPlace(series.fields[0], "normal", "holding", 7, 60),)
    site.board(DeviceRecognised("hall", "office", "acme.names", ("normal",), places))

    written = document({"status": status(site), "device": page(site)}).plain.decode()
    assert written.rstrip("\n").isprintable()
    assert json.loads(written)["status"]["site"] == "plant-a"


def test_a_thousand_devices_keep_as_much_history_as_one_and_more_keep_less() -> None:
    """So that a large site has its bounds."""

    def samples(devices: int) -> int:
        rows = tuple(RosterDevice(f"d{n}", "hall", "d", "k", n % 247, PLACES) for n in range(devices))
        site = ShownSite(Roster("s", ("hall",), rows, (), SITE.ports))
        for second in range(100):
            site.polled("d0", (float(second), 1.0))
        return len(page(site, "d0")["history"]["temperature_c"]["values"])

    assert [samples(devices) for devices in (1, 1000, 2000, 7904)] == [60, 60, 30, 12]


def test_a_silence_is_one_gap_in_a_curve(site: ShownSite) -> None:
    """What was before it is not pushed out by it."""
    site.polled("office", (20.0, 40.0))
    for _ in range(100):
        site.failed("office", unit=1)
    site.polled("office", (21.0, 40.0))

    assert row(site)["trend"] == {"name": "temperature_c", "values": [20.0, None, 21.0]}


def test_a_curve_goes_on_when_new_points_say_more(site: ShownSite) -> None:
    """Power says more than temperature: it takes its place, and the others keep what they had."""
    site.polled("office", (20.0, 40.0))
    power = Series("environment", {}, (Field("active_power_w", unit="W"),))
    site.board(site.poll("office", "good", Record(power, round(1000 * START) + 1, (5.0,))))
    site.polled("office", (21.0, 40.0))

    assert row(site)["trend"] == {"name": "active_power_w", "values": [5.0]}
    assert page(site)["history"]["temperature_c"]["values"] == [20.0, 21.0]


def test_an_event_of_a_poll_that_tells_no_plan_changes_none(site: ShownSite) -> None:
    """As of a device that refuses everything."""
    site.board(PollFinished("hall", "office", "normal", "exception", 0, 0, Record(Series("k", {}, ()), 1, ())))

    assert page(site)["plan"] == []
