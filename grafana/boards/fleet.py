"""The fleet: which buses, devices and outputs of which agents work, and which do not."""

from typing import Final

from boards.layout import board
from boards.promql import AGENT
from boards.queries import datasource_variable, prom_variable
from boards.rows import agents, buses, devices, now, outputs, wires

VARIABLES: Final = (
    datasource_variable("prometheus", "Prometheus", "prometheus", "rtu-prometheus"),
    datasource_variable("influx", "InfluxDB", "influxdb", "rtu-influx"),
    prom_variable("job", "Job", "label_values(rtu_agent_build_info, job)"),
    prom_variable("instance", "Agent", 'label_values(rtu_agent_build_info{job=~"$job"}, instance)'),
    prom_variable("bus", "Bus", f"label_values(rtu_agent_bus_port_open{{{AGENT}}}, bus)"),
)

BOARD: Final = board(
    "rtu-fleet",
    "rtu-agent: fleet",
    "Which buses, devices and outputs work. Health comes from Prometheus, values from InfluxDB.",
    VARIABLES,
    [*now.ROW, *devices.ROW, *buses.ROW, *wires.ROW, *outputs.ROW, *agents.ROW],
)
