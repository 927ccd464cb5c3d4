"""Sungrow string inverters (SG) and hybrid inverters (SH).

The protocol documents number registers from one: number 5000 is sent as 4999. What a series has not got must not be
read along. The pause is that of nymea, which spaces its requests so.

Registers 5019 to 5021 hold voltages to neutral or between phases, as 5002 says how the output is wired. That is found
out before the inverter is polled, and names the voltages and currents.

Where sources disagree:

- total yield: in kWh, as the documents of the SG have it; newer firmware and hybrids count tenths. Tinkerforge reads
  both. There is a driver for each.
- battery: older firmware gives current and power without a sign and says in 13001 which way they flow, newer firmware
  signs them. The amount is taken and 13001 gives the sign, which is right for both.
- power at the grid: 13010, which counts export as positive. 5601 is here under a name of its own, no source has its
  sign. The voltage of the meter has another scale in some firmware (nymea); the documents are followed.
"""

from rtu_agent.driver_api import (
    Declared,
    Discovery,
    Driver,
    Read,
    Serial,
    StepFailed,
    bits,
    derived,
    discover,
    enum,
    i16,
    i32,
    string,
    u16,
    u32,
)

SINGLE_PHASE, THREE_PHASES_FOUR_WIRES, THREE_PHASES_THREE_WIRES = range(3)
WIRINGS = {SINGLE_PHASE: "single phase", THREE_PHASES_FOUR_WIRES: "3P4L", THREE_PHASES_THREE_WIRES: "3P3L"}
_DISCHARGING = 1 << 2


def number(printed: int) -> int:
    """Return the address of what the documents call by this number."""
    return printed - 1


def output(wiring: int) -> dict[str, Declared]:
    """Return the voltages and currents of an output that is wired so."""
    at_terminals = [u16(number(place), "V", scale=0.1) for place in (5019, 5020, 5021)]
    currents = [u16(number(place), "A", scale=0.1) for place in (5022, 5023, 5024)]
    if wiring == SINGLE_PHASE:
        return {"voltage": at_terminals[0], "current": currents[0]}
    between_phases = wiring == THREE_PHASES_THREE_WIRES
    pairs = ("l1_l2", "l2_l3", "l3_l1") if between_phases else ("l1_n", "l2_n", "l3_n")
    voltages = {f"voltage_{pair}": voltage for pair, voltage in zip(pairs, at_terminals, strict=True)}
    return {**voltages, **{f"current_l{phase}": current for phase, current in enumerate(currents, 1)}}


class SG(Driver, table="input", word_order="little", pause_s=0.4):
    """String inverters that count their total yield in kWh."""

    name = "sungrow.sg"
    kind = "inverter"
    products = ["SG series"]
    source = "Sungrow communication protocol of PV grid-connected string inverters, V1.1.2"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    energy_yield_day = u16(number(5003), "kWh", scale=0.1, group="slow", counter=True)
    energy_yield = u32(number(5004), "kWh", group="slow", counter=True)
    run_time = u32(number(5006), "h", group="slow", counter=True)
    temperature_internal = i16(number(5008), "°C", scale=0.1)
    apparent_power = u32(number(5009), "VA")
    pv1_voltage = u16(number(5011), "V", scale=0.1)
    pv1_current = u16(number(5012), "A", scale=0.1)
    pv2_voltage = u16(number(5013), "V", scale=0.1)
    pv2_current = u16(number(5014), "A", scale=0.1)
    dc_power = u32(number(5017), "W")
    active_power = u32(number(5031), "W")
    reactive_power = i32(number(5033), "var")
    power_factor = i16(number(5035), scale=0.001)
    frequency = u16(number(5036), "Hz", scale=0.1)
    operating_state = enum(number(5038))
    grid_power = i32(number(5083), "W", scale=-1)  # of a meter; export is positive there
    energy_import_active = u32(number(5099), "kWh", scale=0.1, group="slow", counter=True)

    protocol_number = enum(number(4950), words=2, group="once", vendor_specific=True)
    firmware_version = string(number(4954), 15, group="once")
    serial_number = string(number(4990), 10, group="once")
    model_id = enum(number(5000), group="once")
    rated_power = u16(number(5001), "kW", scale=0.1, group="once")
    output_type = enum(number(5002), WIRINGS, group="once", vendor_specific=True)

    @discover
    def wired(self) -> Discovery:
        """Name voltages and currents by how the output is wired; an inverter that does not say it has none."""
        try:
            (wiring,) = yield Read("input", number(5002))
        except StepFailed as failure:
            if not failure.refused:
                raise
            return type(self)
        return type(self).plus(**output(wiring))


class SGTenths(SG):
    """String inverters with newer firmware, which counts the total yield in tenths of a kWh."""

    name = "sungrow.sg_tenths"
    products = ["SG series with newer firmware"]

    energy_yield = u32(number(5004), "kWh", scale=0.1, group="slow", counter=True)


class SH(SGTenths):
    """Hybrid inverters, with what flows into the battery, the house and the grid."""

    name = "sungrow.sh"
    products = ["SH series"]
    source = "Sungrow communication protocol of residential hybrid inverters, V1.0.20"

    operating_state = enum(
        number(13000),
        {2: "stop", 8: "standby", 16: "initial standby", 32: "startup", 64: "running", 256: "fault"},
    )
    status = bits(
        number(13001),
        {0: "PV generates", 1: "battery charges", 2: "battery discharges", 4: "exporting", 5: "importing"},
    )
    pv_energy = u32(number(13003), "kWh", scale=0.1, group="slow", counter=True)
    load_power = i32(number(13008), "W")
    grid_power = i32(number(13010), "W", scale=-1)  # export is positive there
    battery_voltage = u16(number(13020), "V", scale=0.1)
    _battery_current = i16(number(13021), "A", scale=0.1)
    _battery_power = i16(number(13022), "W")
    battery_soc = u16(number(13023), "%", scale=0.1)
    battery_soh = u16(number(13024), "%", scale=0.1, group="slow")
    battery_temperature = i16(number(13025), "°C", scale=0.1, group="slow")
    energy_import_active = u32(number(13037), "kWh", scale=0.1, group="slow", counter=True)
    energy_export_active = u32(number(13046), "kWh", scale=0.1, group="slow", counter=True)
    meter_power = i32(number(5601), "W", vendor_specific=True)
    meter_voltage_l1_n = u16(number(5741), "V", scale=0.1, vendor_specific=True)

    @derived("A")
    def battery_current(self, _battery_current: float, status: int) -> float:
        """Return the current, below zero while the battery discharges."""
        return charging(_battery_current, status)

    @derived("W")
    def battery_power(self, _battery_power: float, status: int) -> float:
        """Return the power, below zero while the battery discharges."""
        return charging(_battery_power, status)


def charging(flow: float, status: int) -> float:
    """Return the amount of `flow` with the sign that the state of the inverter gives it."""
    return -abs(flow) if status & _DISCHARGING else abs(flow)
