"""What the poller holds of a device: records and probes."""

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Series
from rtu_agent.domain.registers import Span, Table
from rtu_agent.normalize.decode import Decoded
from rtu_agent.poll.polled import GroupPlan, PolledDevice, probe_spans
from rtu_agent.poll.remarks import Remarks

TAGS = {"site": "s", "bus": "b", "device": "d"}


def span(address: int, count: int = 1, table: Table = Table.INPUT) -> Span:
    """Return a span of input registers."""
    return Span(table, address, count)


def device() -> PolledDevice:
    """Return a device with one group of one point."""
    series = Series("kind", TAGS, (Field("x"),))
    plan = GroupPlan((span(0),), lambda _: Decoded((1.0,), RecordQuality.GOOD, {}), series)
    return PolledDevice("d", 1, "v.m", {"fast": plan}, Series("kind", TAGS, ()), (span(0),), Remarks(TAGS))


def test_a_poll_without_any_payload_has_a_record_without_values() -> None:
    """Missing beats wrong: nothing is decoded from nothing, and the record says that nobody answered."""
    record = device().record("fast", [None], 5)

    assert (record.values, record.quality, record.series.fields) == ((), RecordQuality.NO_ANSWER, ())


def test_a_poll_with_a_payload_is_decoded() -> None:
    """The group's decoder and series make the record."""
    record = device().record("fast", [b"\x00\x01"], 5)

    assert (record.time_ms, record.values, record.quality) == (5, (1.0,), RecordQuality.GOOD)


def test_probes_have_different_widths() -> None:
    """The late reply to one probe cannot answer the next, because it is of another length."""
    assert probe_spans([span(4, 2), span(0, 2), span(2, 2)]) == (span(0, 2), span(0, 4), span(0, 6))


def test_probes_are_made_of_whole_adjacent_spans() -> None:
    """No value is split and no gap is read, because a device may refuse it."""
    assert probe_spans([span(0, 2), span(9, 1), span(20, 1), span(2, 1, Table.HOLDING)]) == (
        span(2, 1, Table.HOLDING),
        span(0, 2),
    )
