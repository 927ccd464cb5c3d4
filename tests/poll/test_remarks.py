"""Remarks are made on change, and only about what the record covers."""

from rtu_agent.domain.quality import Reason, RecordQuality, Restart
from rtu_agent.domain.record import Field, Record, Series
from rtu_agent.poll.remarks import Remarks

TAGS = {"site": "s", "bus": "b", "device": "d"}
FAST = Series("kind", TAGS, (Field("a"), Field("b")))
SLOW = Series("kind", TAGS, (Field("c"),))


def record(series: Series, **reasons: Reason) -> Record:
    """Return a record with these reasons."""
    return Record(series, 7, (None,) * len(series.fields), RecordQuality.PARTIAL, reasons)


def test_a_reason_is_said_once_and_its_end_once() -> None:
    """Two polls with the same sentinel make one remark; the first good value makes another."""
    remarks = Remarks(TAGS)

    first = remarks.about(record(FAST, a=Reason.SENTINEL))
    again = remarks.about(record(FAST, a=Reason.SENTINEL))
    healed = remarks.about(record(FAST))

    assert first is not None
    assert (first.time_ms, first.values) == (7, ("a: sentinel",))
    assert (first.series.measurement, first.series.tags) == ("modbus_event", {**TAGS, "kind": "value"})
    assert again is None
    assert healed is not None
    assert healed.values == ("a: good",)


def test_several_changes_of_one_poll_are_one_remark() -> None:
    """Two remarks of one device in one millisecond would overwrite each other in a database."""
    remark = Remarks(TAGS).about(record(FAST, a=Reason.SENTINEL, b=Reason.EXCEPTION))

    assert remark is not None
    assert remark.values == ("a: sentinel, b: exception",)


def test_another_groups_fields_are_left_alone() -> None:
    """A poll of one group says nothing about the fields of another."""
    remarks = Remarks(TAGS)
    remarks.about(record(FAST, a=Reason.SENTINEL))

    assert remarks.about(record(SLOW)) is None


def test_a_good_device_has_no_remarks() -> None:
    """Nothing is written where nothing is to be said."""
    assert Remarks(TAGS).about(record(FAST)) is None


def test_counters_that_go_on_elsewhere_are_said_in_texts_that_nobody_cuts() -> None:
    """Each with its cause; two texts have two times, not later than the record."""
    names = [f"energy_{number}_kwh" for number in range(50)]
    restarts = {Restart.METER_REPLACED: names, Restart.ROLLED_OVER: ["volume_m3"]}

    first, second = Remarks(TAGS).restarted(restarts, 9)

    assert (first.time_ms, second.time_ms, first.series.tags["kind"]) == (9, 8, "counter")
    assert str(first.values[0]).startswith("energy_0_kwh: meter_replaced, energy_1_kwh: meter_replaced, ")
    assert str(second.values[0]).endswith("energy_49_kwh: meter_replaced, volume_m3: rolled_over")
    assert Remarks(TAGS).restarted({}, 9) == []


def test_a_change_of_state_names_its_cause() -> None:
    """The remark stands at the time of the change, in a series of its own."""
    remark = Remarks(TAGS).became("offline", "no_reply", 9)

    assert (remark.time_ms, remark.values, remark.series.tags["kind"]) == (9, ("offline: no_reply",), "state")


def test_a_remark_has_the_quality_of_what_it_is_about() -> None:
    """The quality of a device is one series in the local store; a remark must not contradict it."""
    remarks = Remarks(TAGS)
    about = remarks.about(record(FAST, a=Reason.SENTINEL))

    assert about is not None
    assert about.quality is RecordQuality.PARTIAL
    assert remarks.became("suspect", "no_reply", 1).quality is RecordQuality.NO_ANSWER
    assert remarks.became("online", "good", 2).quality is RecordQuality.GOOD


def test_another_device_is_said_with_what_does_not_hold() -> None:
    """And that it is the right one again."""
    remarks = Remarks(TAGS)

    wrong, right = remarks.identity("model_id is 8, and should be 7", 5), remarks.identity("", 6)

    assert (wrong.time_ms, wrong.values) == (5, ("mismatch: model_id is 8, and should be 7",))
    assert wrong.quality is RecordQuality.NO_ANSWER
    assert (right.values, right.quality) == (("good",), RecordQuality.GOOD)
    assert right.series.tags == {**TAGS, "kind": "identity"}
