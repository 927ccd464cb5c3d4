"""The whole fleet in six numbers."""

from typing import Final

from boards.layout import row
from boards.panels import stat, thresholds
from boards.promql import AGENT, BUS, rate
from boards.queries import prom_now

_GOOD: Final = f"sum({rate('rtu_agent_polls_good_total')})"
_SCHEDULED: Final = f"sum({rate('rtu_agent_polls_scheduled_total')})"
_WAITING: Final = f"rtu_agent_spool_records{{{AGENT}}}"
_OLDEST: Final = f"rtu_agent_spool_oldest_timestamp_seconds{{{AGENT}}}"

ROW: Final = [
    row(1, "Now"),
    stat(
        2,
        "Devices up",
        "Devices that are read, or have only just begun to fail.",
        prom_now(f"sum(rtu_agent_device_up{{{BUS}}})"),
        defaults=thresholds(),
    ),
    stat(
        3,
        "Devices down",
        "Devices that are offline or were never polled well; the table below names them.",
        prom_now(f"count(rtu_agent_device_up{{{BUS}}} == 0) or vector(0)"),
        defaults=thresholds((1, "red")),
    ),
    stat(
        4,
        "Polls answered",
        "Share of the due polls that were answered. The rest failed or was skipped.",
        prom_now(f"{_GOOD} / {_SCHEDULED}"),
        unit="percentunit",
        defaults=thresholds((0.9, "orange"), (0.99, "green"), base="red") | {"decimals": 1},
    ),
    stat(
        5,
        "Values read",
        "Good values read per second.",
        prom_now(f"sum({rate('rtu_agent_readings_total')})"),
        unit="cps",
        defaults=thresholds(base="blue"),
    ),
    stat(
        6,
        "Records waiting",
        "Records in the spools that no server has accepted yet.",
        prom_now(f"sum({_WAITING}) or vector(0)"),
        unit="short",
        defaults=thresholds((1000, "orange"), (100000, "red")),
    ),
    stat(
        7,
        "Oldest waiting",
        "Age of the oldest record in the spools. The database must keep data for longer than this.",
        prom_now(f"max(time() - {_OLDEST}) or vector(0)"),
        unit="s",
        defaults=thresholds((60, "orange"), (600, "red")),
    ),
]
