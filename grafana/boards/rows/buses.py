"""What each bus carries, and how well."""

from typing import Final

from boards.layout import row
from boards.panels import timeseries
from boards.promql import BUS, quantile, rate
from boards.queries import prom

_REQUESTS: Final = "rtu_agent_bus_request_duration_seconds"

ROW: Final = [
    row(20, "Buses"),
    timeseries(
        21,
        "Utilisation",
        "Share of the time in which a transaction held the bus, and what its schedule asks for. Above 85 % polls "
        "begin to wait for each other.",
        prom(rate("rtu_agent_bus_busy_seconds_total"), "{{bus}}"),
        prom(f"rtu_agent_bus_planned_utilisation{{{BUS}}}", "{{bus}} planned"),
        unit="percentunit",
        defaults={"min": 0, "max": 1},
    ),
    timeseries(
        22,
        "Requests",
        "Requests by what came of them: exception is a device that said no, no_reply one that said nothing, "
        "damaged a broken frame.",
        prom(f"sum by (bus, outcome) ({rate('rtu_agent_bus_requests_total')}) > 0", "{{bus}} {{outcome}}"),
        unit="reqps",
        stack=True,
    ),
    timeseries(
        23,
        "Request duration",
        "From the first character of a request to the end of its transaction.",
        prom(quantile(0.5, _REQUESTS, "bus"), "{{bus}} median"),
        prom(quantile(0.95, _REQUESTS, "bus"), "{{bus}} 95 %"),
        unit="s",
    ),
    timeseries(
        24,
        "Polls",
        "What became of the due polls: good, failed for a reason, or skipped for a reason.",
        prom(f"sum by (bus) ({rate('rtu_agent_polls_good_total')})", "{{bus}} good"),
        prom(f"sum by (bus, reason) ({rate('rtu_agent_polls_failed_total')}) > 0", "{{bus}} failed {{reason}}"),
        prom(f"sum by (bus, reason) ({rate('rtu_agent_polls_skipped_total')}) > 0", "{{bus}} skipped {{reason}}"),
        unit="reqps",
        stack=True,
    ),
    timeseries(
        25,
        "Schedule lag",
        "How long after its due time the latest poll was started. It grows when a bus has more to do than it can.",
        prom(f"rtu_agent_bus_schedule_lag_seconds{{{BUS}}}", "{{bus}}"),
        unit="s",
    ),
    timeseries(
        26,
        "Poll duration",
        "Time from the start to the end of a poll; one poll may take several requests.",
        prom(quantile(0.95, "rtu_agent_bus_poll_duration_seconds", "bus"), "{{bus}} 95 %"),
        unit="s",
    ),
    timeseries(
        33,
        "Cycle",
        "Time in which every device of a bus was polled at least once: its largest interval, unless it cannot keep up.",
        prom(quantile(0.95, "rtu_agent_bus_cycle_duration_seconds", "bus"), "{{bus}} 95 %"),
        unit="s",
    ),
    timeseries(
        34,
        "Lost to silence",
        "Share of the time spent on requests that nobody answered. Dead devices take 5 % at most.",
        prom(rate("rtu_agent_bus_silent_seconds_total"), "{{bus}}"),
        unit="percentunit",
        defaults={"min": 0},
    ),
]
