"""The metric families: the contract with dashboards and alert rules.

A name, a label or a meaning in here is read by others. Change one and say so in the change log; `docs/metrics.md` is
made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from rtu_agent.domain.quality import Reason
from rtu_agent.events import DeviceState, OutcomeKind, RecordsDropped, WriteFailed

_LAG_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)
_REQUEST_BUCKETS: Final = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0)
_POLL_BUCKETS: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_CYCLE_BUCKETS: Final = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_WRITE_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

OUTCOMES: Final[tuple[str, ...]] = tuple(kind for kind in get_args(OutcomeKind) if kind != "driver_failed")
"""How a transaction ends; a driver fails later."""
STATES: Final = ("waiting", *get_args(DeviceState))
"""A device waits until health has judged it or its first poll was answered."""
JUMPS: Final = ("forward", "backward")
REASONS: Final = tuple(reason.value for reason in Reason)
READ_FUNCTIONS: Final = ("1", "2", "3", "4")
REOPENS: Final = ("ok", "failed")
RELOADS: Final = ("done", "refused")
WRITES: Final[tuple[str, ...]] = ("ok", *get_args(WriteFailed.__annotations__["kind"]))
DROPS: Final[tuple[str, ...]] = get_args(RecordsDropped.__annotations__["reason"])


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram, seconds."""


BUILD_INFO: Final = Family(
    "rtu_agent_build_info",
    "gauge",
    ("version", "python", "config_hash"),
    "Always 1; the labels say what is running. `config_hash` begins like `sha256sum devices.yaml`.",
)
EVENT_LOOP_LAG: Final = Family(
    "rtu_agent_event_loop_lag_seconds",
    "histogram",
    (),
    "How much later than asked the event loop came back.",
    _LAG_BUCKETS,
)
CLOCK_JUMPS: Final = Family(
    "rtu_agent_clock_jumps_total",
    "counter",
    ("direction",),
    "Times the wall clock was set by a second or more, or stood still while the machine slept. The schedule does not "
    "follow it, the times of records do.",
)
CONFIG_RELOADS: Final = Family(
    "rtu_agent_config_reloads_total",
    "counter",
    ("outcome",),
    "Times the configuration was read anew. `done`: it is in force. `refused`: it has mistakes, nothing was changed.",
)
CONFIG_LAST_SUCCESSFUL: Final = Family(
    "rtu_agent_config_last_reload_successful",
    "gauge",
    (),
    "1 while the configuration that was read last is in force, 0 after one that was refused.",
)
CONFIG_LAST_SUCCESS: Final = Family(
    "rtu_agent_config_last_reload_success_timestamp_seconds",
    "gauge",
    (),
    "Time at which the configuration in force was read, seconds since 1970.",
)

BUS_REQUESTS: Final = Family(
    "rtu_agent_bus_requests_total",
    "counter",
    ("bus", "function", "outcome"),
    "Requests put on the wire, by what came of them.",
)
BUS_REQUEST_DURATION: Final = Family(
    "rtu_agent_bus_request_duration_seconds",
    "histogram",
    ("bus",),
    "Time from the first character of a request to the end of its transaction.",
    _REQUEST_BUCKETS,
)
BUS_BUSY: Final = Family(
    "rtu_agent_bus_busy_seconds_total",
    "counter",
    ("bus",),
    "Time the bus was held by transactions and the silence after them; its rate is the utilisation, 0 to 1.",
)
BUS_SILENT: Final = Family(
    "rtu_agent_bus_silent_seconds_total",
    "counter",
    ("bus",),
    "The part of the busy time that was lost to requests nobody answered. Its rate stays below 0.05 when devices are "
    "dead; above that they answer too late or not always.",
)
BUS_PLANNED: Final = Family(
    "rtu_agent_bus_planned_utilisation",
    "gauge",
    ("bus",),
    "The utilisation that the schedule asks for, as `rtu-agent check` reckons it, with what was known at the start; "
    "above 0.95 not every poll fits.",
)
BUS_TRANSMIT: Final = Family("rtu_agent_bus_transmit_bytes_total", "counter", ("bus",), "Bytes sent.")
BUS_RECEIVE: Final = Family(
    "rtu_agent_bus_receive_bytes_total", "counter", ("bus",), "Bytes received in the course of transactions."
)
BUS_DISCARDED: Final = Family(
    "rtu_agent_bus_discarded_bytes_total", "counter", ("bus",), "Bytes thrown away because they belong to no frame."
)
BUS_FOREIGN: Final = Family(
    "rtu_agent_bus_foreign_frames_total", "counter", ("bus",), "Whole frames thrown away because nobody asked for them."
)
BUS_LATE: Final = Family(
    "rtu_agent_bus_late_replies_total", "counter", ("bus",), "Replies thrown away because they came after the timeout."
)
BUS_PORT_OPEN: Final = Family("rtu_agent_bus_port_open", "gauge", ("bus",), "1 while the port is open, otherwise 0.")
BUS_PORT_REOPENS: Final = Family(
    "rtu_agent_bus_port_reopens_total",
    "counter",
    ("bus", "outcome"),
    "`ok`: the port came back after it was lost. `failed`: a try to open it failed, the first one included.",
)
BUS_ADAPTER_LATENCY: Final = Family(
    "rtu_agent_bus_adapter_latency_seconds",
    "gauge",
    ("bus",),
    "How long the adapter may hold received bytes back; above 0.002 it slows the bus. Read when the port is opened; "
    "no series while it is closed, nor for an adapter without such a timer.",
)

POLLS_SCHEDULED: Final = Family(
    "rtu_agent_polls_scheduled_total",
    "counter",
    ("bus",),
    "Polls whose fate is known. At every scrape the sum of good, failed and skipped polls.",
)
POLLS_GOOD: Final = Family("rtu_agent_polls_good_total", "counter", ("bus",), "Polls that were answered.")
POLLS_FAILED: Final = Family(
    "rtu_agent_polls_failed_total", "counter", ("bus", "reason"), "Polls that were started and not answered well."
)
POLLS_SKIPPED: Final = Family(
    "rtu_agent_polls_skipped_total", "counter", ("bus", "reason"), "Polls that were due and never started."
)
BUS_POLL_DURATION: Final = Family(
    "rtu_agent_bus_poll_duration_seconds",
    "histogram",
    ("bus",),
    "Time from the start to the end of a poll, good or failed.",
    _POLL_BUCKETS,
)
BUS_CYCLE: Final = Family(
    "rtu_agent_bus_cycle_duration_seconds",
    "histogram",
    ("bus",),
    "Time in which every device of the bus was polled at least once, or its poll was skipped: the largest interval, "
    "and more when the bus cannot keep up.",
    _CYCLE_BUCKETS,
)
BUS_SCHEDULE_LAG: Final = Family(
    "rtu_agent_bus_schedule_lag_seconds", "gauge", ("bus",), "How long after its due time the latest poll was started."
)

BUS_DEVICES: Final = Family(
    "rtu_agent_bus_devices",
    "gauge",
    ("bus", "state"),
    "How many devices of the bus are in each state.",
)
DEVICE_UP: Final = Family(
    "rtu_agent_device_up",
    "gauge",
    ("bus", "device"),
    "1 from the first good poll on, 0 while the device is offline and before it was ever polled well. "
    "A suspect device keeps its value.",
)
DEVICE_LAST_SUCCESS: Final = Family(
    "rtu_agent_device_last_success_timestamp_seconds",
    "gauge",
    ("bus", "device"),
    "Time of the latest good poll, seconds since 1970; 0 until there is one.",
)
DEVICE_DRIVER_FAILED: Final = Family(
    "rtu_agent_device_driver_failed",
    "gauge",
    ("bus", "device"),
    "1 while the latest poll of the device failed because of its driver, or because another device answered than "
    "the one that its driver is for. A series appears with the first such poll.",
)
DEVICE_FAILURES: Final = Family(
    "rtu_agent_device_poll_failures_total",
    "counter",
    ("bus", "device", "reason"),
    "Failed polls of one device. A series appears with its first failure, so that a healthy site stays small; "
    "for `rate()` over all causes use `rtu_agent_polls_failed_total`.",
)

READINGS: Final = Family(
    "rtu_agent_readings_total",
    "counter",
    ("bus",),
    "Values that were read and are good, those of records that were held back included.",
)
RECORDS_HELD_BACK: Final = Family(
    "rtu_agent_records_held_back_total",
    "counter",
    ("bus",),
    "Records that no output gets because they say nothing new; only of devices with `report`.",
)
READINGS_REJECTED: Final = Family(
    "rtu_agent_readings_rejected_total", "counter", ("bus", "reason"), "Values that were missing or uncertain."
)
DRIVER_ERRORS: Final = Family(
    "rtu_agent_driver_errors_total",
    "counter",
    ("driver",),
    "Times a driver raised; the poll has no values then. A derived point counts once, until it has a value again.",
)
DRIVER_QUARANTINED: Final = Family(
    "rtu_agent_driver_quarantined_devices",
    "gauge",
    ("driver",),
    "Devices that are left alone for a while because this driver failed for them again and again.",
)
DRIVER_MISMATCHED: Final = Family(
    "rtu_agent_driver_mismatched_devices",
    "gauge",
    ("driver",),
    "Devices that answer and are not what this driver is for; nothing of them is stored.",
)

OUTPUT_WRITES: Final = Family(
    "rtu_agent_output_writes_total",
    "counter",
    ("output", "outcome"),
    "Batches offered to an output, by its answer.",
)
OUTPUT_RECORDS: Final = Family(
    "rtu_agent_output_records_written_total", "counter", ("output",), "Records an output has accepted."
)
OUTPUT_DURATION: Final = Family(
    "rtu_agent_output_write_duration_seconds",
    "histogram",
    ("output",),
    "Time one accepted batch took.",
    _WRITE_BUCKETS,
)
OUTPUT_LAST_SUCCESS: Final = Family(
    "rtu_agent_output_last_success_timestamp_seconds",
    "gauge",
    ("output",),
    "Time an output last accepted records, seconds since 1970; 0 until it did.",
)
OUTPUT_DROPPED: Final = Family(
    "rtu_agent_output_dropped_records_total",
    "counter",
    ("output", "reason"),
    "Records that an output will never get.",
)
SPOOL_RECORDS: Final = Family(
    "rtu_agent_spool_records",
    "gauge",
    ("output",),
    "Records an output has still to accept. The spool families appear with the first look at the spool; "
    "local outputs have none.",
)
SPOOL_SIZE: Final = Family("rtu_agent_spool_size_bytes", "gauge", ("output",), "Size of what waits.")
SPOOL_LIMIT: Final = Family(
    "rtu_agent_spool_limit_bytes", "gauge", ("output",), "Size above which the oldest records go."
)
SPOOL_OLDEST: Final = Family(
    "rtu_agent_spool_oldest_timestamp_seconds",
    "gauge",
    ("output",),
    "Time of the oldest record that waits, seconds since 1970; no series while nothing waits.",
)

SECTIONS: Final[Mapping[str, tuple[Family, ...]]] = {
    "Agent": (BUILD_INFO, EVENT_LOOP_LAG, CLOCK_JUMPS),
    "Configuration": (CONFIG_RELOADS, CONFIG_LAST_SUCCESSFUL, CONFIG_LAST_SUCCESS),
    "Bus": (
        BUS_REQUESTS,
        BUS_REQUEST_DURATION,
        BUS_BUSY,
        BUS_SILENT,
        BUS_PLANNED,
        BUS_TRANSMIT,
        BUS_RECEIVE,
        BUS_DISCARDED,
        BUS_FOREIGN,
        BUS_LATE,
        BUS_PORT_OPEN,
        BUS_PORT_REOPENS,
        BUS_ADAPTER_LATENCY,
    ),
    "Polls": (
        POLLS_SCHEDULED,
        POLLS_GOOD,
        POLLS_FAILED,
        POLLS_SKIPPED,
        BUS_POLL_DURATION,
        BUS_CYCLE,
        BUS_SCHEDULE_LAG,
    ),
    "Devices": (BUS_DEVICES, DEVICE_UP, DEVICE_LAST_SUCCESS, DEVICE_DRIVER_FAILED, DEVICE_FAILURES),
    "Values": (READINGS, READINGS_REJECTED, RECORDS_HELD_BACK, DRIVER_ERRORS, DRIVER_QUARANTINED, DRIVER_MISMATCHED),
    "Outputs": (
        OUTPUT_WRITES,
        OUTPUT_RECORDS,
        OUTPUT_DURATION,
        OUTPUT_LAST_SUCCESS,
        OUTPUT_DROPPED,
        SPOOL_RECORDS,
        SPOOL_SIZE,
        SPOOL_LIMIT,
        SPOOL_OLDEST,
    ),
}

FAMILIES: Final = tuple(family for section in SECTIONS.values() for family in section)

LEDGER: Final = (POLLS_SCHEDULED, POLLS_GOOD, POLLS_FAILED, POLLS_SKIPPED)
"""The families that must add up at every scrape and are therefore read from one ledger."""

DEVICE_GAUGES: Final = (DEVICE_UP, DEVICE_LAST_SUCCESS, DEVICE_DRIVER_FAILED)
"""The families that may have a series for every device and are therefore kept as a table."""
