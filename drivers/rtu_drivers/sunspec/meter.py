"""SunSpec meters: models 201, 202, 203 and 204.

A device is a chain of models, as at the inverters. A meter behind an inverter stands in the chain of that one, and has
a common model of its own just before it, which is the one that names it.

Where sources disagree:

- power: positive where it is drawn from the grid. SolarEdge counts export as positive, so what the chain of a SolarEdge
  says is turned round.
- power of phases: may have another sign than the total, which alone says which way energy flows.
- an energy of 0: not counting, as the model says of such a number, and so no value. Phases are often not counted.
"""

from rtu_agent.driver_api import (
    Declared,
    Discovery,
    Driver,
    Read,
    Serial,
    bits,
    discover,
    i16,
    scale_factor,
    string,
    sunspec_models,
    u32,
)

NONE_I16, NONE_U32 = [0x8000], [0xFFFF_FFFF]
NOT_COUNTING = [0]
EVENTS = {2: "power failure", 3: "undervoltage", 4: "low power factor"}
POWERS = {"active_power": 18, "active_power_l1": 19, "active_power_l2": 20, "active_power_l3": 21}
_COMMON = 1
_LENGTHS_OF_COMMON = (66, 65)
_USUAL_COMMON = 40002


class Model203(Driver, table="holding"):
    """A three-phase meter."""

    name = "sunspec.model203"
    kind = "energy_meter"

    _a_sf = scale_factor(6)
    current_sum = i16(2, "A", scale=_a_sf, invalid=NONE_I16)
    current_l1 = i16(3, "A", scale=_a_sf, invalid=NONE_I16)
    current_l2 = i16(4, "A", scale=_a_sf, invalid=NONE_I16)
    current_l3 = i16(5, "A", scale=_a_sf, invalid=NONE_I16)
    _v_sf = scale_factor(15)
    voltage_ln_avg = i16(7, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_l1_n = i16(8, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_l2_n = i16(9, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_l3_n = i16(10, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_ll_avg = i16(11, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_l1_l2 = i16(12, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_l2_l3 = i16(13, "V", scale=_v_sf, invalid=NONE_I16)
    voltage_l3_l1 = i16(14, "V", scale=_v_sf, invalid=NONE_I16)
    frequency = i16(16, "Hz", scale=scale_factor(17), invalid=NONE_I16)
    _w_sf = scale_factor(22)
    active_power = i16(18, "W", scale=_w_sf, invalid=NONE_I16)
    active_power_l1 = i16(19, "W", scale=_w_sf, invalid=NONE_I16)
    active_power_l2 = i16(20, "W", scale=_w_sf, invalid=NONE_I16)
    active_power_l3 = i16(21, "W", scale=_w_sf, invalid=NONE_I16)
    _va_sf = scale_factor(27)
    apparent_power = i16(23, "VA", scale=_va_sf, invalid=NONE_I16)
    apparent_power_l1 = i16(24, "VA", scale=_va_sf, invalid=NONE_I16)
    apparent_power_l2 = i16(25, "VA", scale=_va_sf, invalid=NONE_I16)
    apparent_power_l3 = i16(26, "VA", scale=_va_sf, invalid=NONE_I16)
    _var_sf = scale_factor(32)
    reactive_power = i16(28, "var", scale=_var_sf, invalid=NONE_I16)
    reactive_power_l1 = i16(29, "var", scale=_var_sf, invalid=NONE_I16)
    reactive_power_l2 = i16(30, "var", scale=_var_sf, invalid=NONE_I16)
    reactive_power_l3 = i16(31, "var", scale=_var_sf, invalid=NONE_I16)
    _pf_sf = scale_factor(37)
    power_factor = i16(33, scale=(0.01, _pf_sf), invalid=NONE_I16, valid=(-1, 1))
    power_factor_l1 = i16(34, scale=(0.01, _pf_sf), invalid=NONE_I16, valid=(-1, 1))
    power_factor_l2 = i16(35, scale=(0.01, _pf_sf), invalid=NONE_I16, valid=(-1, 1))
    power_factor_l3 = i16(36, scale=(0.01, _pf_sf), invalid=NONE_I16, valid=(-1, 1))
    alarm = bits(105, EVENTS, words=2, invalid=NONE_U32)

    _wh_sf = scale_factor(54)
    energy_export_active = u32(38, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_export_active_l1 = u32(40, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_export_active_l2 = u32(42, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_export_active_l3 = u32(44, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_import_active = u32(46, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_import_active_l1 = u32(48, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_import_active_l2 = u32(50, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)
    energy_import_active_l3 = u32(52, "Wh", scale=_wh_sf, invalid=NOT_COUNTING, group="slow", counter=True)


_OF_PHASES = [point.name for point in Model203.points if "_l" in point.name]


class Model202(
    Model203, without=["voltage_l2_l3", *(name for name in _OF_PHASES if name.endswith(("_l3", "_l3_n", "_l3_l1")))]
):
    """A split-phase meter."""

    name = "sunspec.model202"


class Model201(Model203, without=["current_sum", *_OF_PHASES]):
    """A single-phase meter."""

    name = "sunspec.model201"

    current = i16(2, "A", scale=scale_factor(6), invalid=NONE_I16)
    voltage = i16(8, "V", scale=scale_factor(15), invalid=NONE_I16)


MODELS: dict[int, type[Driver]] = {201: Model201, 202: Model202, 203: Model203, 204: Model203}


class Meter(Driver, table="holding", gaps_readable=True):
    """The common model of the first meter in the chain, and the meter."""

    name = "sunspec.meter"
    kind = "energy_meter"
    products = ["SunSpec meters of SolarEdge, Fronius and others"]
    source = "SunSpec models 1 and 203 (sunspec/models); SolarEdge SunSpec implementation technical note"
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
        """Find the meter in the chain, the common model before it, and whose chain it is."""
        found = yield from sunspec_models()
        common = first = found.get(_COMMON, _USUAL_COMMON)
        number = next((number for number in MODELS if number in found), None)
        if number is None:
            return Meter.at(common)
        meter = found[number]
        for length in _LENGTHS_OF_COMMON:
            before = meter - 2 - length
            if before > first and (yield Read("holding", before, 2)) == (_COMMON, length):
                common = before
        maker = (yield Read("holding", first + 2, 16)).text
        points = turned_round(MODELS[number], meter) if maker.startswith("SolarEdge") else {}
        return Meter.at(common).plus(MODELS[number].at(meter), **points)


def turned_round(model: type[Driver], meter: int) -> dict[str, Declared]:
    """Return the powers of a meter at `meter` that counts export as positive."""
    watts = scale_factor(meter + 22)
    return {
        name: i16(meter + place, "W", scale=(-1, watts), invalid=NONE_I16)
        for name, place in POWERS.items()
        if name in {point.name for point in model.points}
    }
