"""What the poller holds of a device: records and probes."""

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, u16
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.polled import PolledDevice, probe_spans
from rtu_agent.protocol.timing import LineSettings

TAGS = {"site": "s", "bus": "b", "device": "d"}
NORMAL = frozenset({"normal"})


def span(address: int, count: int = 1, table: Table = Table.INPUT) -> Span:
    """Return a span of input registers."""
    return Span(table, address, count)


class Single(Driver, table="input"):
    """A device with one register."""

    name = "test.single"
    kind = "kind"

    x = u16(0, vendor_specific=True)


def device() -> PolledDevice:
    """Return a device with one group of one point."""
    return polled_device("d", 1, Single, LineSettings(), TAGS)


def test_a_poll_without_any_payload_has_a_record_without_values() -> None:
    """Missing beats wrong: nothing is decoded from nothing, and the record says that nobody answered."""
    polled = device()

    record = polled.record(polled.plans.poll(NORMAL), [None], 5)

    assert (record.values, record.quality, record.series.fields) == ((), RecordQuality.NO_ANSWER, ())


def test_a_poll_with_a_payload_is_decoded() -> None:
    """The plan's decoder and series make the record."""
    polled = device()

    record = polled.record(polled.plans.poll(NORMAL), [b"\x00\x01"], 5)

    assert (record.time_ms, record.values, record.quality) == (5, (1.0,), RecordQuality.GOOD)
    assert record.series is polled.plans.poll(NORMAL).series


def test_probes_have_different_widths() -> None:
    """The late reply to one probe cannot answer the next, because it is of another length."""
    assert probe_spans([span(4, 2), span(0, 2), span(2, 2)]) == (span(0, 2), span(0, 4), span(0, 6))


def test_probes_are_made_of_whole_adjacent_spans() -> None:
    """No value is split and no gap is read, because a device may refuse it."""
    assert probe_spans([span(0, 2), span(9, 1), span(20, 1), span(2, 1, Table.HOLDING)]) == (
        span(2, 1, Table.HOLDING),
        span(0, 2),
    )
