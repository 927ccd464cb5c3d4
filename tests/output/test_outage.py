"""Trouble is said once when it begins and once when it ends."""

from rtu_agent.events import WriteFailed, WriteRecovered
from rtu_agent.output.outage import REJECTIONS_OVER_S, Outage


def test_an_outage_is_said_twice_however_long_it_lasts() -> None:
    """Ten thousand failed tries are one line in the log."""
    outage = Outage("influxdb")
    assert outage.failed("retryable", "refused", 0.2, now=10.0) == WriteFailed("influxdb", "retryable", "refused", 0.2)
    assert [outage.failed("retryable", "refused", 0.4, now=now) for now in (11.0, 12.0)] == [None, None]
    assert outage.lasts
    assert outage.succeeded(now=40.0) == WriteRecovered("influxdb", 30.0)
    assert outage.succeeded(now=41.0) is None
    assert not outage.lasts


def test_another_kind_of_trouble_is_said_too() -> None:
    """A server that came back but refuses the token needs another mend; the outage goes on."""
    outage = Outage("influxdb")
    outage.failed("retryable", "refused", 0.2, now=0.0)
    assert outage.failed("auth", "HTTP 401", 30.0, now=5.0) == WriteFailed("influxdb", "auth", "HTTP 401", 30.0)
    assert outage.succeeded(now=9.0) == WriteRecovered("influxdb", 9.0)


def test_rejections_between_good_batches_are_one_trouble() -> None:
    """One bad device a second must not write two lines a second."""
    outage = Outage("influxdb")
    assert outage.failed("rejected", "conflict", 0.0, now=0.0) is not None
    for now in (1.0, 3.0, 5.0):
        assert outage.succeeded(now=now) is None
        assert outage.failed("rejected", "conflict", 0.0, now=now + 1) is None
    assert outage.succeeded(now=6.0 + REJECTIONS_OVER_S) == WriteRecovered("influxdb", 6.0 + REJECTIONS_OVER_S)
