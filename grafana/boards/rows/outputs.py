"""Whether what is read arrives."""

from typing import Final

from boards.layout import row
from boards.panels import timeseries
from boards.promql import AGENT, increase, quantile, rate
from boards.queries import influx, prom

_DROPPED: Final = increase("rtu_agent_output_dropped_records_total", AGENT)
_ACCEPTED: Final = f"rtu_agent_output_last_success_timestamp_seconds{{{AGENT}}}"
_SIZE: Final = f"rtu_agent_spool_size_bytes{{{AGENT}}}"
_LIMIT: Final = f"rtu_agent_spool_limit_bytes{{{AGENT}}}"
_STORED: Final = 'SELECT count("quality") FROM /.+/ WHERE "bus" =~ /^${bus:regex}$/ AND $timeFilter'

ROW: Final = [
    row(40, "Outputs"),
    timeseries(
        41,
        "Records accepted",
        "Records that each output has accepted, and those that no output gets because they say nothing new.",
        prom(rate("rtu_agent_output_records_written_total", AGENT), "{{output}}"),
        prom(f"sum by (bus) ({rate('rtu_agent_records_held_back_total')})", "{{bus}} held back"),
        unit="cps",
        size=(8, 7),
    ),
    timeseries(
        42,
        "Records in the database",
        "Records and events that InfluxDB holds, counted there: what the agent says was accepted must be found here.",
        influx(f'{_STORED} GROUP BY time($__interval), "bus" fill(0)', "$tag_bus $measurement"),
        unit="short",
        size=(8, 7),
        stack=True,
    ),
    timeseries(
        43,
        "Time since success",
        "Time since an output last accepted records.",
        prom(f"time() - ({_ACCEPTED} > 0)", "{{output}}"),
        unit="s",
        size=(8, 7),
    ),
    timeseries(
        44,
        "Writes",
        "What each output answered to the batches it was offered. An outage counts once for each kind of failure.",
        prom(
            f"sum by (output, outcome) ({rate('rtu_agent_output_writes_total', AGENT)}) > 0",
            "{{output}} {{outcome}}",
        ),
        unit="wps",
        size=(8, 7),
        stack=True,
    ),
    timeseries(
        45,
        "Write duration",
        "Time an accepted batch took.",
        prom(quantile(0.95, "rtu_agent_output_write_duration_seconds", "output", AGENT), "{{output}} 95 %"),
        unit="s",
        size=(8, 7),
    ),
    timeseries(
        46,
        "Dropped records",
        "Records that an output will never get, by reason. Empty when nothing is lost.",
        prom(f"sum by (output, reason) ({_DROPPED}) > 0", "{{output}} {{reason}}"),
        unit="short",
        size=(8, 7),
    ),
    timeseries(
        47,
        "Records waiting",
        "Records an output has still to accept. Local outputs wait for nobody and are not in here.",
        prom(f"rtu_agent_spool_records{{{AGENT}}}", "{{output}}"),
        unit="short",
    ),
    timeseries(
        48,
        "Spool",
        "How full the spool is. At 100 % the oldest records are dropped.",
        prom(f"{_SIZE} / {_LIMIT}", "{{output}}"),
        unit="percentunit",
        defaults={"min": 0, "max": 1},
    ),
]
