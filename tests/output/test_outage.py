"""Every failure is an event, and the end of the trouble is one."""

from rtu_agent.events import WriteFailed, WriteRecovered
from rtu_agent.output.outage import REJECTIONS_OVER_S, Outage


def test_every_failure_counts_and_the_outage_ends_once() -> None:
    """The end says how long it all lasted."""
    outage = Outage("influxdb")
    assert outage.failed("retryable", "refused", 0.2, now=10.0) == WriteFailed("influxdb", "retryable", "refused", 0.2)
    assert outage.failed("retryable", "refused", 0.4, now=11.0) == WriteFailed("influxdb", "retryable", "refused", 0.4)
    assert outage.lasts
    assert outage.succeeded(now=40.0) == WriteRecovered("influxdb", 30.0)
    assert outage.succeeded(now=41.0) is None
    assert not outage.lasts


def test_another_kind_of_trouble_is_the_same_outage() -> None:
    """A server that came back but refuses the token needs another mend; the outage goes on."""
    outage = Outage("influxdb")
    outage.failed("retryable", "refused", 0.2, now=0.0)
    assert outage.failed("auth", "HTTP 401", 30.0, now=5.0) == WriteFailed("influxdb", "auth", "HTTP 401", 30.0)
    assert outage.succeeded(now=9.0) == WriteRecovered("influxdb", 9.0)


def test_rejections_between_good_batches_are_one_trouble() -> None:
    """One bad device a second must not heal and break once a second."""
    outage = Outage("influxdb")
    outage.failed("rejected", "conflict", 0.0, now=0.0)
    for now in (1.0, 3.0, 5.0):
        assert outage.succeeded(now=now) is None
        outage.failed("rejected", "conflict", 0.0, now=now + 1)
    assert outage.succeeded(now=6.0 + REJECTIONS_OVER_S) == WriteRecovered("influxdb", 6.0 + REJECTIONS_OVER_S)
