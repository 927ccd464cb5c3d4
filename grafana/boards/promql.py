"""The PromQL that most panels share: whose series, their rate, their quantile."""

from typing import Final

AGENT: Final = 'job=~"$job", instance=~"$instance"'
BUS: Final = f'{AGENT}, bus=~"$bus"'


def rate(counter: str, labels: str = BUS) -> str:
    """How fast a counter grows, per second."""
    return f"rate({counter}{{{labels}}}[$__rate_interval])"


def increase(counter: str, labels: str = BUS) -> str:
    """How much a counter grew since the point before."""
    return f"increase({counter}{{{labels}}}[$__rate_interval])"


def quantile(share: float, histogram: str, by: str, labels: str = BUS) -> str:
    """The value that a `share` of the observations does not exceed."""
    return f"histogram_quantile({share}, sum by ({by}, le) ({rate(f'{histogram}_bucket', labels)}))"
