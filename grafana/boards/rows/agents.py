"""What the agents say about themselves."""

from typing import Final

from boards.layout import row
from boards.panels import table, timeseries
from boards.promql import AGENT, increase, quantile, rate
from boards.queries import prom, prom_now

_REJECTED: Final = rate("rtu_agent_readings_rejected_total")
_BLAMED: Final = f"sum by (bus) (rtu_agent_device_driver_failed{{{AGENT}}})"
_JUMPS: Final = increase("rtu_agent_clock_jumps_total", AGENT)
_RELOADS: Final = increase("rtu_agent_config_reloads_total", AGENT)
_ERRORS: Final = increase("rtu_agent_driver_errors_total", AGENT)

ROW: Final = [
    row(60, "Agents"),
    timeseries(
        61,
        "Values missing or uncertain",
        "By reason. Empty when every value was good.",
        prom(f"sum by (bus, reason) ({_REJECTED}) > 0", "{{bus}} {{reason}}"),
        unit="cps",
        size=(8, 7),
    ),
    timeseries(
        62,
        "Driver errors",
        "Times a driver raised: a mistake in the driver, not in the device.",
        prom(f"sum by (driver) ({_ERRORS})", "{{driver}}"),
        unit="short",
        size=(8, 7),
    ),
    timeseries(
        65,
        "Devices their driver fails",
        "Left alone for a while because the driver fails for them, or not the device that it is for; and on which bus.",
        prom(f"sum by (driver) (rtu_agent_driver_quarantined_devices{{{AGENT}}})", "{{driver}} resting"),
        prom(f"sum by (driver) (rtu_agent_driver_mismatched_devices{{{AGENT}}})", "{{driver}} another device"),
        prom(f"{_BLAMED} or 0 * sum by (bus) (rtu_agent_device_up{{{AGENT}}})", "on {{bus}}"),
        unit="short",
        size=(8, 7),
    ),
    timeseries(
        66,
        "Clock jumps",
        "Times the clock of the machine was set by a second or more, or the machine slept.",
        prom(f"sum by (instance, direction) ({_JUMPS})", "{{instance}} {{direction}}"),
        unit="short",
        size=(8, 7),
    ),
    timeseries(
        63,
        "Event loop lag",
        "How late the agent's own loop is. Tens of milliseconds cost polls; look at the machine.",
        prom(quantile(0.99, "rtu_agent_event_loop_lag_seconds", "instance", AGENT), "{{instance}} 99 %"),
        unit="s",
        size=(8, 7),
    ),
    timeseries(
        67,
        "Configuration read anew",
        "How often a changed site was taken or refused. A refused one changes nothing until it is mended.",
        prom(f"sum by (instance, outcome) ({_RELOADS})", "{{instance}} {{outcome}}"),
        prom(f"1 - rtu_agent_config_last_reload_successful{{{AGENT}}}", "{{instance}} the last one was refused"),
        unit="short",
        size=(8, 7),
    ),
    timeseries(
        68,
        "Age of the configuration in force",
        "Since it was read well the last time.",
        prom(f"time() - rtu_agent_config_last_reload_success_timestamp_seconds{{{AGENT}}}", "{{instance}}"),
        unit="s",
        size=(24, 5),
    ),
    table(
        64,
        "Versions",
        "What is running where.",
        prom_now(f"max by (job, instance, version, python, config_hash) (rtu_agent_build_info{{{AGENT}}})", table=True),
        size=(24, 5),
        transformations=[
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True, "Value": True},
                    "indexByName": {},
                    "renameByName": {
                        "job": "Job",
                        "instance": "Agent",
                        "version": "Version",
                        "python": "Python",
                        "config_hash": "Configuration",
                    },
                },
            }
        ],
    ),
]
