"""Which devices answer, and which do not."""

from typing import Final

from boards.layout import row
from boards.panels import bars, override, states, table, thresholds, timeseries
from boards.promql import BUS, rate
from boards.queries import prom, prom_now
from boards.states import UP

_BY: Final = "job, instance, bus, device"
_UP: Final = f"max by ({_BY}) (rtu_agent_device_up{{{BUS}}})"
_ANSWERED: Final = f"rtu_agent_device_last_success_timestamp_seconds{{{BUS}}}"
_FAILED: Final = f"sum by ({_BY}) (increase(rtu_agent_device_poll_failures_total{{{BUS}}}[$__range]))"
_LINK: Final = {"title": "Open the device", "url": "/d/rtu-device?var-device=${__value.text}&${__url_time_range}"}
_COLUMNS: Final = {"instance": "Agent", "bus": "Bus", "device": "Device"}
_NUMBERS: Final = {"Value #A": "State", "Value #B": "Last good poll", "Value #C": "Failed polls"}

ROW: Final = [
    row(10, "Devices"),
    states(
        11,
        "Up",
        "Red while a device is offline, or was never read. No band: the agent did not run, or was not scraped.",
        prom(f"rtu_agent_device_up{{{BUS}}}", "{{bus}} {{device}}"),
        size=(24, 8),
        defaults=UP,
    ),
    table(
        12,
        "Devices",
        "Every device with its state, the time since its last good poll, and its failed polls in the time range.",
        prom_now(_UP, table=True),
        prom_now(f"max by ({_BY}) (time() - ({_ANSWERED} > 0))", table=True),
        prom_now(f"{_FAILED} or 0 * {_UP}", table=True),
        size=(14, 9),
        overrides=[
            override("State", ("mappings", UP["mappings"]), ("custom.cellOptions", {"type": "color-text"})),
            override("Last good poll", ("unit", "s")),
            override("Failed polls", ("decimals", 0)),
            override("Device", ("links", [_LINK])),
        ],
        transformations=[
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True, "job": True},
                    "indexByName": {name: index for index, name in enumerate([*_COLUMNS, *_NUMBERS])},
                    "renameByName": _COLUMNS | _NUMBERS,
                },
            },
        ],
    ),
    bars(
        13,
        "Oldest data",
        "The ten devices whose latest good poll is longest ago. A device that never answered is in the table only.",
        prom_now(f"topk(10, time() - ({_ANSWERED} > 0))", "{{bus}} {{device}}"),
        unit="s",
        size=(10, 9),
        defaults=thresholds((60, "orange"), (300, "red")),
    ),
    timeseries(
        14,
        "Failed polls",
        "The ten devices that fail most, by reason. Empty when nothing fails.",
        prom(
            f"topk(10, sum by (bus, device, reason) ({rate('rtu_agent_device_poll_failures_total')}))",
            "{{bus}} {{device}} {{reason}}",
        ),
        unit="reqps",
        size=(16, 7),
    ),
    timeseries(
        15,
        "States",
        "How many devices are online, suspect after a failure, offline, or waiting for their first poll.",
        prom(f"sum by (state) (rtu_agent_bus_devices{{{BUS}}})", "{{state}}"),
        unit="short",
        size=(8, 7),
        stack=True,
    ),
]
