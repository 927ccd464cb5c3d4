"""The common schema: every quantity, its canonical unit, and which qualifiers its name may carry.

Sign rules: power is positive towards the consumer on meters and from the generator on generators, battery power and
current are positive when charging, counters of energy are positive and only grow, reactive power is positive when
inductive, a power factor runs from -1 to 1. A/B/C, R/S/T and U/V/W are l1/l2/l3 in that order. No phase in a name means
the total of the device, or its only phase.
"""

from dataclasses import dataclass
from typing import Final, Literal

Nature = Literal["amount", "state", "code", "identity"]
"""An amount is a float, a state a bool, a code an int; what identifies a device is a code or a text."""

Qualifier = Literal["direction", "sense", "phase", "stat", "tariff", "period", "channel"]

QUALIFIERS: Final[dict[Qualifier, tuple[str, ...]]] = {
    "direction": ("import", "export"),
    "sense": ("positive", "negative", "net"),
    "phase": (
        *("l1_l2", "l2_l3", "l3_l1", "l1_n", "l2_n", "l3_n", "l1", "l2", "l3", "n", "ground"),
        *("ln_avg", "ll_avg", "avg", "sum"),
    ),
    "stat": ("min", "max", "avg"),
    "tariff": ("t1", "t2", "t3", "t4"),
    "period": ("day", "month", "year"),
    "channel": tuple(str(number) for number in range(1, 65)),
}
"""The qualifiers in the order in which a name carries them, and the words of each."""

ANY_UNIT: Final = "*"
"""In place of a canonical unit: the installation decides, the value keeps the unit of its driver."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One entry of the schema."""

    name: str
    unit: str
    """The canonical unit, or `ANY_UNIT`."""
    qualifiers: frozenset[Qualifier] = frozenset()
    nature: Nature = "amount"


def _group(unit: str, names: str, *qualifiers: Qualifier, nature: Nature = "amount") -> list[Quantity]:
    return [Quantity(name, unit, frozenset(qualifiers), nature) for name in names.split()]


VOCABULARY: Final[dict[str, Quantity]] = {
    quantity.name: quantity
    for group in (
        # AC electrical
        _group("V", "voltage", "phase", "stat"),
        _group("A", "current", "phase", "stat"),
        _group("Hz", "frequency", "stat"),
        _group("W", "active_power", "direction", "phase", "stat"),
        _group("var", "reactive_power", "phase", "stat"),
        _group("VA", "apparent_power", "phase", "stat"),
        _group("1", "power_factor displacement_power_factor", "phase", "stat"),
        _group("deg", "phase_angle", "phase"),
        _group("%", "voltage_thd current_thd", "phase", "stat"),
        _group("A", "leakage_current", "stat"),
        _group("W", "active_power_demand", "direction", "phase", "stat"),
        _group("A", "current_demand", "phase", "stat"),
        # energy counters
        _group("kWh", "energy_import_active energy_export_active energy_total_active", "phase", "tariff", "period"),
        _group("kWh", "energy_net_active", "phase", "tariff", "period"),
        _group("kvarh", "energy_import_reactive energy_export_reactive", "phase", "tariff", "period"),
        _group("kvarh", "energy_total_reactive", "phase", "tariff", "period"),
        _group("kVAh", "energy_import_apparent energy_export_apparent", "phase", "tariff", "period"),
        _group("kVAh", "energy_total_apparent", "phase", "tariff", "period"),
        _group("A.h", "charge_throughput"),
        # solar and storage
        _group("V", "dc_voltage pv_voltage load_voltage battery_voltage cell_voltage_delta", "stat"),
        _group("V", "cell_voltage", "stat", "channel"),
        _group("A", "dc_current pv_current load_current battery_current balance_current", "stat"),
        _group("W", "dc_power pv_power battery_power aux_power", "stat"),
        _group("W", "grid_power load_power", "phase", "stat"),
        _group("kWh", "pv_energy energy_yield energy_load", "period"),
        _group("kWh", "energy_battery_charge energy_battery_discharge", "period"),
        _group("A", "battery_charge_current"),
        _group("W", "battery_charge_power battery_discharge_power"),
        _group("%", "battery_soc battery_soh", "stat"),
        _group("Cel", "battery_temperature", "stat", "channel"),
        _group("A.h", "battery_capacity battery_remaining_charge"),
        _group("1", "battery_cycles"),
        _group("MOhm", "insulation_resistance"),
        _group("W", "rated_power"),
        _group("V", "rated_voltage"),
        _group("A", "rated_current"),
        # drives
        _group("Hz", "output_frequency frequency_setpoint"),
        _group("V", "output_voltage dc_bus_voltage", "stat"),
        _group("A", "output_current", "stat"),
        _group("%", "setpoint_percent motor_load device_load motor_torque"),
        _group("/min", "rotational_speed"),
        # environment
        _group("Cel", "temperature temperature_internal temperature_ambient dew_point wet_bulb_temperature", "stat"),
        _group("%", "humidity_relative soil_moisture", "stat"),
        _group("Cel", "soil_temperature", "stat"),
        _group("g/m3", "humidity_absolute"),
        _group("g/kg", "mixing_ratio"),
        _group("hPa", "pressure_barometric", "stat"),
        _group("ppm", "co2", "stat"),
        _group("ppb", "tvoc", "stat"),
        _group("lx", "illuminance"),
        _group("ug/m3", "pm1 pm2_5 pm10 formaldehyde", "stat"),
        _group("W/m2", "irradiance"),
        _group("m/s", "wind_speed", "stat"),
        _group("deg", "wind_direction"),
        _group("mm", "rainfall", "period"),
        _group("dB", "sound_level", "stat"),
        _group("uS/cm", "electrical_conductivity"),
        _group("pH", "ph"),
        _group("mg/kg", "soil_nitrogen soil_phosphorus soil_potassium"),
        # process control
        _group(ANY_UNIT, "process_value setpoint setpoint_working alarm_threshold"),
        _group("%", "output_percent"),
        _group("A", "heater_current"),
        _group("kPa", "pressure", "stat"),
        # flow and heat
        _group("m3/h", "volume_flow"),
        _group("m3", "volume", "sense", "period"),
        _group("m/s", "flow_velocity"),
        _group("GJ/h", "thermal_power"),
        _group("GJ", "thermal_energy", "sense", "period"),
        _group("Cel", "temperature_supply temperature_return"),
        # inputs and outputs
        _group("1", "digital_input digital_output", "channel", nature="state"),
        _group("1", "pulse_count", "channel"),
        _group("Hz", "input_frequency", "channel"),
        _group(ANY_UNIT, "analog_input analog_output", "channel"),
        _group("V", "supply_voltage"),
        _group(ANY_UNIT, "motion", "stat"),
        # what describes the device
        _group("1", "alarm status error_code operating_state", "channel", nature="code"),
        _group("1", "command config scale_factor user_mapped diagnostic", nature="code"),
        _group("1", "model_id serial_number manufacturer device_name", nature="identity"),
        _group("1", "firmware_version hardware_version", nature="identity"),
        _group("s", "operating_time run_time"),
        _group("1", "power_cycles"),
    )
    for quantity in group
}
