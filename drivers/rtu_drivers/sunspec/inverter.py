"""SunSpec inverters: models 101, 102 and 103, and model 160 where there is one.

A device is a chain of models, each with its id and its length, which begins at 40000, 50000 or 0. It is walked before
the device is polled: the common model has 66 registers by the standard and 65 of SolarEdge, so no address is fixed.
Offsets here count from the first register of a model, which holds its id.

Where sources disagree:

- power factor: in percent, as the model says. Some vendors send a fraction; of theirs a hundredth is stored.
- an energy of 0: not counting, as the model says of such a number, and so no value.
- cabinet and heatsink: the temperature of the cabinet is temperature_internal.
"""

from rtu_agent.driver_api import (
    Declared,
    Discovery,
    Driver,
    Read,
    Serial,
    bits,
    discover,
    enum,
    i16,
    scale_factor,
    string,
    sunspec_models,
    u16,
    u32,
)

NONE_U16, NONE_I16, NONE_U32 = [0xFFFF], [0x8000], [0xFFFF_FFFF]
NOT_COUNTING = [0]
STATES = {
    1: "off",
    2: "sleeping",
    3: "starting",
    4: "MPPT",
    5: "throttled",
    6: "shutting down",
    7: "fault",
    8: "standby",
}
EVENTS = {
    0: "ground fault",
    1: "DC overvoltage",
    2: "AC disconnected",
    3: "DC disconnected",
    4: "grid disconnected",
    5: "cabinet open",
    6: "shut down by hand",
    7: "too hot",
    8: "frequency too high",
    9: "frequency too low",
    10: "AC overvoltage",
    11: "AC undervoltage",
}
MULTIPLE_MPPT = 160
MOST_MODULES = 24
_USUAL_COMMON = 40002


class Model103(Driver, table="holding"):
    """A three-phase inverter."""

    name = "sunspec.model103"
    kind = "inverter"

    _a_sf = scale_factor(6)
    current_sum = u16(2, "A", scale=_a_sf, invalid=NONE_U16)
    current_l1 = u16(3, "A", scale=_a_sf, invalid=NONE_U16)
    current_l2 = u16(4, "A", scale=_a_sf, invalid=NONE_U16)
    current_l3 = u16(5, "A", scale=_a_sf, invalid=NONE_U16)
    _v_sf = scale_factor(13)
    voltage_l1_l2 = u16(7, "V", scale=_v_sf, invalid=NONE_U16)
    voltage_l2_l3 = u16(8, "V", scale=_v_sf, invalid=NONE_U16)
    voltage_l3_l1 = u16(9, "V", scale=_v_sf, invalid=NONE_U16)
    voltage_l1_n = u16(10, "V", scale=_v_sf, invalid=NONE_U16)
    voltage_l2_n = u16(11, "V", scale=_v_sf, invalid=NONE_U16)
    voltage_l3_n = u16(12, "V", scale=_v_sf, invalid=NONE_U16)
    active_power = i16(14, "W", scale=scale_factor(15), invalid=NONE_I16)
    frequency = u16(16, "Hz", scale=scale_factor(17), invalid=NONE_U16)
    apparent_power = i16(18, "VA", scale=scale_factor(19), invalid=NONE_I16)
    reactive_power = i16(20, "var", scale=scale_factor(21), invalid=NONE_I16)
    power_factor = i16(22, scale=(0.01, scale_factor(23)), invalid=NONE_I16, valid=(-1, 1))
    energy_yield = u32(24, "Wh", scale=scale_factor(26), invalid=NOT_COUNTING, group="slow", counter=True)
    dc_current = u16(27, "A", scale=scale_factor(28), invalid=NONE_U16)
    dc_voltage = u16(29, "V", scale=scale_factor(30), invalid=NONE_U16)
    dc_power = i16(31, "W", scale=scale_factor(32), invalid=NONE_I16)
    _tmp_sf = scale_factor(37)
    temperature_internal = i16(33, "°C", scale=_tmp_sf, invalid=NONE_I16)
    heatsink_temperature = i16(34, "°C", scale=_tmp_sf, invalid=NONE_I16, vendor_specific=True)
    operating_state = enum(38, STATES, invalid=NONE_U16)
    vendor_operating_state = enum(39, invalid=NONE_U16, vendor_specific=True)
    alarm = bits(40, EVENTS, words=2, invalid=NONE_U32)


class Model102(Model103, without=["current_l3", "voltage_l2_l3", "voltage_l3_l1", "voltage_l3_n"]):
    """A split-phase inverter."""

    name = "sunspec.model102"


class Model101(
    Model102, without=["current_sum", "current_l1", "current_l2", "voltage_l1_l2", "voltage_l1_n", "voltage_l2_n"]
):
    """A single-phase inverter."""

    name = "sunspec.model101"

    current = u16(2, "A", scale=scale_factor(6), invalid=NONE_U16)
    voltage = u16(10, "V", scale=scale_factor(13), invalid=NONE_U16)


MODELS: dict[int, type[Driver]] = {101: Model101, 102: Model102, 103: Model103}


class Inverter(Driver, table="holding", gaps_readable=True):
    """The common model, and what else the chain shows. Its factors may change, so they are of the poll of their values.

    Most devices have 9600 or 19200 baud; SolarEdge has 115200.
    """

    name = "sunspec.inverter"
    kind = "inverter"
    products = ["SunSpec inverters of SolarEdge, Fronius, SMA, Kaco, Delta and others"]
    source = "SunSpec models 1, 103 and 160 (sunspec/models); SolarEdge SunSpec implementation technical note"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=115200, parity="none", stop_bits=1, unit=1)

    manufacturer = string(2, 16, group="once")
    model_id = string(18, 16, group="once")
    options = string(34, 8, group="once", vendor_specific=True)
    firmware_version = string(42, 8, group="once")
    serial_number = string(50, 16, group="once")

    @discover
    def models(self) -> Discovery:
        """Place what the chain of models shows."""
        found = yield from sunspec_models()
        parts = [model.at(found[number]) for number, model in MODELS.items() if number in found]
        inverter = Inverter.at(found.get(1, _USUAL_COMMON)).plus(*parts)
        if MULTIPLE_MPPT in found:
            (count,) = yield Read("holding", found[MULTIPLE_MPPT] + 8)
            return inverter.plus(**modules(found[MULTIPLE_MPPT], count))
        return inverter


def modules(model: int, count: int) -> dict[str, Declared]:
    """Return the points of model 160, which stands at `model`: each module has 20 registers, behind ten of them all."""
    amps, volts, watts, watt_hours = (scale_factor(model + place) for place in (2, 3, 4, 5))
    points: dict[str, Declared] = {"_dca_sf": amps, "_dcv_sf": volts, "_dcw_sf": watts, "_dcwh_sf": watt_hours}
    for number in range(1, min(count, MOST_MODULES) + 1):
        first = model + 10 + 20 * (number - 1)
        points |= {
            f"pv{number}_current": u16(first + 9, "A", scale=amps, invalid=NONE_U16),
            f"pv{number}_voltage": u16(first + 10, "V", scale=volts, invalid=NONE_U16),
            f"pv{number}_power": u16(first + 11, "W", scale=watts, invalid=NONE_U16),
            f"pv{number}_energy": u32(
                first + 12, "Wh", scale=watt_hours, invalid=NOT_COUNTING, group="slow", counter=True
            ),
        }
    return points
