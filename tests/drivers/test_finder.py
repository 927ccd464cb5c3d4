"""What the meters of Finder demand of their drivers."""

from rtu_agent.driver_api import ref
from rtu_agent.plugins import load_drivers

DRIVERS = {name: entry.driver for name, entry in load_drivers().entries.items()}
SINGLE, THREE = ({p.name: p.address for p in DRIVERS[f"finder.{model}"].points} for model in ("7m24", "7m38"))


def test_the_only_phase_is_where_the_first_of_three_is() -> None:
    """But the totals are where they always are, not at the first phase."""
    assert (SINGLE["voltage"], SINGLE["current"]) == (THREE["voltage_l1_n"], THREE["current_l1"])
    assert SINGLE["active_power"] == THREE["active_power"] == ref(32537) != THREE["active_power_l1"]


def test_a_meter_of_one_phase_is_asked_for_no_other() -> None:
    """It may answer with something."""
    assert not [name for name in SINGLE if "l1" in name or "l2" in name or "l3" in name]


def test_the_meters_count_in_watt_hours() -> None:
    """Of float type, so 1e6 on the wire is 1000 kWh."""
    meter = DRIVERS["finder.7m38"]
    units = {point.name: point.unit for point in meter.points if point.counter}

    assert units == {
        "energy_import_active": "Wh",
        "energy_import_reactive": "varh",
        "energy_export_active": "Wh",
        "energy_export_reactive": "varh",
    }
