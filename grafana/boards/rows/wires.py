"""What goes over the wire of each bus, and what is only noise."""

from typing import Final

from boards.panels import states, timeseries
from boards.promql import BUS, increase, rate
from boards.queries import prom
from boards.states import OPEN

_REOPENS: Final = increase("rtu_agent_bus_port_reopens_total")
_LATENCY: Final = f"rtu_agent_bus_adapter_latency_seconds{{{BUS}}} or 0 * rtu_agent_bus_port_open{{{BUS}}}"

ROW: Final = [
    timeseries(
        27,
        "Traffic",
        "Bytes on the wire.",
        prom(rate("rtu_agent_bus_transmit_bytes_total"), "{{bus}} sent"),
        prom(rate("rtu_agent_bus_receive_bytes_total"), "{{bus}} received"),
        unit="Bps",
        size=(8, 7),
    ),
    timeseries(
        28,
        "Noise",
        "Bytes that belong to no frame: bad termination, a wrong baud rate, or a second master.",
        prom(rate("rtu_agent_bus_discarded_bytes_total"), "{{bus}}"),
        unit="Bps",
        size=(8, 7),
    ),
    timeseries(
        29,
        "Late and foreign frames",
        "Whole frames that were thrown away: replies after their timeout, and frames that nobody asked for.",
        prom(rate("rtu_agent_bus_late_replies_total"), "{{bus}} late"),
        prom(rate("rtu_agent_bus_foreign_frames_total"), "{{bus}} foreign"),
        unit="cps",
        size=(8, 7),
    ),
    states(
        30,
        "Ports",
        "Whether the port of a bus is open.",
        prom(f"rtu_agent_bus_port_open{{{BUS}}}", "{{bus}}"),
        size=(8, 6),
        defaults=OPEN,
    ),
    timeseries(
        31,
        "Port reopens",
        "Times a lost port came back, and tries to open one that failed.",
        prom(f"sum by (bus, outcome) ({_REOPENS})", "{{bus}} {{outcome}}"),
        unit="short",
        size=(8, 6),
    ),
    timeseries(
        32,
        "Adapter latency",
        "How long an adapter may hold received bytes back; more than 2 ms slows its bus. 0 where it has no such timer.",
        prom(_LATENCY, "{{bus}}"),
        unit="s",
        size=(8, 6),
    ),
]
