"""Finder 7M.24 and 7M.38: energy meters.

The document lists reference numbers: 32501 is address 2500. Of what the meters tell more than once, this is the block
of floats.

Where sources disagree:

- energies: Wh and varh, as mbmd has it; star.ke.st lists no unit.
- which energy a counter counts is set in the meter. Here it is the order of the factory: import active, import
  reactive, export active, export reactive. A meter that is set otherwise needs a map of its own.
- serial settings: none of the sources proves those of the factory.

The hours of operation (32481) are left out: it is not certain in what they count.
"""

from rtu_agent.driver_api import Driver, Serial, f32, ref, string


class Finder7M24(Driver, table="input"):
    """Single-phase."""

    name = "finder.7m24"
    kind = "energy_meter"
    products = ["7M.24"]
    source = (
        "Finder Modbus-7M24-7M38 v2, as in star.ke.st; volkszaehler/mbmd, meters/rs485/finder7m24.go, finder7m38.go"
    )
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=19200, parity="none", stop_bits=1, unit=1)

    voltage = f32(ref(32501), "V")
    current = f32(ref(32517), "A")
    active_power = f32(ref(32537), "W")
    reactive_power = f32(ref(32545), "var")
    apparent_power = f32(ref(32553), "VA")
    power_factor = f32(ref(32561))
    phase_angle = f32(ref(32577), "deg")
    frequency = f32(ref(32585), "Hz")

    current_thd = f32(ref(32589), "%", group="slow")
    voltage_thd = f32(ref(32595), "%", group="slow")
    temperature_internal = f32(ref(32659), "°C", group="slow")

    energy_import_active = f32(ref(32753), "Wh", group="slow", counter=True)
    energy_import_reactive = f32(ref(32755), "varh", group="slow", counter=True)
    energy_export_active = f32(ref(32757), "Wh", group="slow", counter=True)
    energy_export_reactive = f32(ref(32759), "varh", group="slow", counter=True)

    model_id = string(ref(30001), 8, group="once")


class Finder7M38(Finder7M24, without=["voltage", "current", "current_thd", "voltage_thd"]):
    """Three-phase."""

    name = "finder.7m38"
    products = ["7M.38"]

    voltage_ln_avg = f32(ref(32485), "V")
    voltage_ll_avg = f32(ref(32487), "V")
    voltage_l1_n = f32(ref(32501), "V")
    voltage_l2_n = f32(ref(32503), "V")
    voltage_l3_n = f32(ref(32505), "V")
    voltage_l1_l2 = f32(ref(32509), "V")
    voltage_l2_l3 = f32(ref(32511), "V")
    voltage_l3_l1 = f32(ref(32513), "V")
    current_l1 = f32(ref(32517), "A")
    current_l2 = f32(ref(32519), "A")
    current_l3 = f32(ref(32521), "A")
    current_avg = f32(ref(32529), "A")
    active_power_l1 = f32(ref(32531), "W")
    active_power_l2 = f32(ref(32533), "W")
    active_power_l3 = f32(ref(32535), "W")
    reactive_power_l1 = f32(ref(32539), "var")
    reactive_power_l2 = f32(ref(32541), "var")
    reactive_power_l3 = f32(ref(32543), "var")
    apparent_power_l1 = f32(ref(32547), "VA")
    apparent_power_l2 = f32(ref(32549), "VA")
    apparent_power_l3 = f32(ref(32551), "VA")
    power_factor_l1 = f32(ref(32555))
    power_factor_l2 = f32(ref(32557))
    power_factor_l3 = f32(ref(32559))

    current_thd_l1 = f32(ref(32589), "%", group="slow")
    current_thd_l2 = f32(ref(32591), "%", group="slow")
    current_thd_l3 = f32(ref(32593), "%", group="slow")
    voltage_thd_l1 = f32(ref(32595), "%", group="slow")
    voltage_thd_l2 = f32(ref(32597), "%", group="slow")
    voltage_thd_l3 = f32(ref(32599), "%", group="slow")
