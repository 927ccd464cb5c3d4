"""What the poller holds of a device: records and probes."""

from rtu_agent.domain.quality import Reason, RecordQuality
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


class Counting(Driver, table="input"):
    """A device with a counter, and a group that may ride along."""

    name = "test.counting"
    kind = "kind"

    energy_import_active = u16(0, "kWh", counter=True)
    x = u16(1, group="fast", vendor_specific=True)


def test_a_counter_is_judged_whichever_plan_reads_it() -> None:
    """Polled alone or with others, it has one past; and what it says once is not stored."""
    polled = polled_device("d", 1, Counting, LineSettings(), TAGS)
    alone, together = polled.plans.poll(NORMAL), polled.plans.poll(frozenset({"normal", "fast"}))

    first = polled.record(alone, [b"\x00\x64"], 1000)
    glitch = polled.record(together, [b"\x00\x00\x00\x07"], 2000)
    good = polled.record(together, [b"\x00\x64\x00\x07"], 3000)

    assert (first.values, good.values) == ((100.0,), (100.0, 7.0))
    assert (glitch.values, glitch.quality) == ((None, 7.0), RecordQuality.PARTIAL)
    assert glitch.reasons == {"energy_import_active_kwh": Reason.COUNTER_FELL}


def test_probes_have_different_widths() -> None:
    """The late reply to one probe cannot answer the next, because it is of another length."""
    assert probe_spans([span(4, 2), span(0, 2), span(2, 2)]) == (span(0, 2), span(0, 4), span(0, 6))


def test_probes_are_made_of_whole_adjacent_spans() -> None:
    """No value is split and no gap is read, because a device may refuse it."""
    assert probe_spans([span(0, 2), span(9, 1), span(20, 1), span(2, 1, Table.HOLDING)]) == (
        span(2, 1, Table.HOLDING),
        span(0, 2),
    )
