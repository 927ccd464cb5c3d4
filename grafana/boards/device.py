"""One device of any kind: its values by field, and what its bus does to them.

The fields are whatever the device's measurement has in the database, so a driver nobody has written yet has its board.
"""

from typing import Final

from boards.layout import board, row
from boards.panels import WITHOUT_EMPTY_COLUMNS, override, stat, states, table, thresholds, timeseries
from boards.promql import BUS, increase, quantile, rate
from boards.queries import (
    choice_variable,
    datasource_variable,
    influx,
    influx_table,
    influx_variable,
    prom,
    prom_now,
    prom_variable,
)
from boards.states import QUALITY, UP
from boards.units import unit_overrides

# Written with their format, because Grafana's default one differs between its versions and with `multi`.
SITE: Final = '"site" =~ /^${site:regex}$/'
DEVICE: Final = f'{SITE} AND "device" =~ /^${{device:regex}}$/'
FIELDS: Final = "/^${field:regex}$/"
SOURCE: Final = f'FROM "${{measurement:raw}}" WHERE {DEVICE} AND $timeFilter'
EVENTS: Final = f'FROM "modbus_event" WHERE {DEVICE} AND $timeFilter'

POLLED: Final = f'{BUS}, device=~"$device"'
UP_NOW: Final = f"rtu_agent_device_up{{{POLLED}}}"
ANSWERED: Final = f"rtu_agent_device_last_success_timestamp_seconds{{{POLLED}}}"
FAILURES: Final = "rtu_agent_device_poll_failures_total"
DURATION: Final = "rtu_agent_bus_request_duration_seconds"

VARIABLES: Final = (
    datasource_variable("influx", "InfluxDB", "influxdb", "rtu-influx"),
    datasource_variable("prometheus", "Prometheus", "prometheus", "rtu-prometheus"),
    influx_variable("site", "Site", 'SHOW TAG VALUES WITH KEY = "site"'),
    influx_variable("device", "Device", f'SHOW TAG VALUES WITH KEY = "device" WHERE {SITE}'),
    # The two are measurements about the agent and about identity, not kinds of device.
    influx_variable(
        "measurement",
        "Kind",
        f"SHOW MEASUREMENTS WHERE {DEVICE}",
        regex="/^(?!device_info$|modbus_event$).*$/",
    ),
    influx_variable("bus", "Bus", f'SHOW TAG VALUES WITH KEY = "bus" WHERE {DEVICE}'),
    influx_variable(
        "field", "Field", 'SHOW FIELD KEYS FROM "${measurement:raw}"', regex="/^(?!quality$).*$/", many=True
    ),
    choice_variable("aggregate", "Aggregate", ["mean", "last", "min", "max"]),
    prom_variable("job", "Job", 'label_values(rtu_agent_device_up{device=~"$device"}, job)'),
    prom_variable("instance", "Agent", 'label_values(rtu_agent_device_up{job=~"$job", device=~"$device"}, instance)'),
)

_NOW: Final = [
    row(1, "Now"),
    stat(
        2,
        "State",
        "Up, or down: offline, or never read since the agent was started.",
        prom_now(f"max({UP_NOW})"),
        defaults=UP | thresholds(base="text"),
        size=(6, 4),
    ),
    stat(
        3,
        "Last good poll",
        "Time since the device was last read.",
        prom_now(f"min(time() - ({ANSWERED} > 0))"),
        unit="s",
        defaults=thresholds((60, "orange"), (300, "red")),
        size=(6, 4),
    ),
    stat(
        4,
        "Failed polls",
        "Polls in the time range that were started and not answered well.",
        prom_now(f"sum(increase({FAILURES}{{{POLLED}}}[$__range])) or vector(0)"),
        defaults=thresholds((1, "orange")) | {"decimals": 0},
        size=(6, 4),
    ),
    stat(
        5,
        "Quality",
        "Quality of the newest record.",
        influx(f'SELECT last("quality") {SOURCE}', "quality"),
        defaults=QUALITY | thresholds(base="text"),
        size=(6, 4),
    ),
    table(
        6,
        "Last values",
        "The newest value of each field in the time range. The end of a field's name is its unit.",
        influx_table(f"SELECT last({FIELDS}) {SOURCE}"),
        size=(24, 9),
        transformations=[
            {"id": "renameByRegex", "options": {"regex": "last_(.*)", "renamePattern": "$1"}},
            {"id": "reduce", "options": {"reducers": ["lastNotNull"], "mode": "seriesToRows"}},
            # Fields of other devices of this kind, which this one does not have.
            {
                "id": "filterByValue",
                "options": {
                    "filters": [{"fieldName": "Last *", "config": {"id": "isNotNull", "options": {}}}],
                    "type": "include",
                    "match": "all",
                },
            },
            {"id": "organize", "options": {"renameByName": {"Last *": "Value"}}},
        ],
    ),
]

_VALUES: Final = [
    row(10, "Values"),
    timeseries(
        11,
        "${field}",
        "One field over time. A gap is a value that was not read; a panel without any, a field that only other devices "
        "of this kind have. Choose the aggregate last for codes and texts.",
        influx(
            f'SELECT ${{aggregate:raw}}("${{field:raw}}") {SOURCE} GROUP BY time($__interval) fill(null)',
            "${field:raw}",
        ),
        size=(8, 7),
        overrides=unit_overrides(),
        repeat="field",
        repeatDirection="h",
        maxPerRow=3,
    ),
]

_RECORDS: Final = [
    row(20, "Records"),
    states(
        21,
        "Quality over time",
        "The worst quality in each interval. No band: nothing was written, so the agent did not run.",
        influx(f'SELECT max("quality") {SOURCE} GROUP BY time($__interval) fill(null)', "quality"),
        defaults=QUALITY,
        size=(12, 7),
    ),
    timeseries(
        22,
        "Records stored",
        "Records of this device in the database; a hole is a time nobody polled it or nothing arrived.",
        influx(f'SELECT count("quality") {SOURCE} GROUP BY time($__interval) fill(0)', "records"),
        unit="short",
        size=(12, 7),
    ),
    table(
        23,
        "Newest records",
        "The last 200 records with their values. Groups are polled at their own pace, so a record has the fields "
        "of its group.",
        influx_table(f'SELECT "quality", {FIELDS} {SOURCE} ORDER BY time DESC LIMIT 200'),
        size=(24, 9),
        overrides=[override("quality", *QUALITY.items()), WITHOUT_EMPTY_COLUMNS],
    ),
    table(
        24,
        "Records that are not good",
        "The last 200 records with a value missing, or without an answer. Empty when all is well.",
        influx_table(f'SELECT "quality" {SOURCE} AND "quality" > 0 ORDER BY time DESC LIMIT 200'),
        size=(12, 8),
        overrides=[override("quality", *QUALITY.items())],
    ),
    table(
        26,
        "Events",
        "What changed last, at most 200 lines: the device's state, and why a value is missing or uncertain.",
        influx_table(f'SELECT "kind", "text" {EVENTS} ORDER BY time DESC LIMIT 200'),
        size=(12, 8),
    ),
    timeseries(
        25,
        "Failed polls",
        "By reason. Empty when nothing fails.",
        prom(f"sum by (reason) ({increase(FAILURES, POLLED)})", "{{reason}}"),
        unit="short",
        size=(24, 7),
    ),
]

_BUS: Final = [
    row(30, "Its bus"),
    timeseries(
        31,
        "Utilisation",
        "Share of the time in which a transaction held the bus of this device.",
        prom(rate("rtu_agent_bus_busy_seconds_total"), "{{bus}}"),
        unit="percentunit",
        defaults={"min": 0, "max": 1},
        size=(8, 7),
    ),
    timeseries(
        32,
        "Request duration",
        "All requests of the bus, from the first character to the end of the transaction.",
        prom(quantile(0.5, DURATION, "bus"), "median"),
        prom(quantile(0.95, DURATION, "bus"), "95 %"),
        unit="s",
        size=(8, 7),
    ),
    timeseries(
        33,
        "Schedule lag",
        "How long after its due time the latest poll of the bus was started.",
        prom(f"rtu_agent_bus_schedule_lag_seconds{{{BUS}}}", "{{bus}}"),
        unit="s",
        size=(8, 7),
    ),
]


BOARD: Final = board(
    "rtu-device",
    "rtu-agent: device",
    "One device: its values, their quality, and its bus. Values come from InfluxDB, health from Prometheus.",
    VARIABLES,
    [*_NOW, *_VALUES, *_RECORDS, *_BUS],
)
