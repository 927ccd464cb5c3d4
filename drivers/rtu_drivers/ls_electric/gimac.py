"""LS ELECTRIC GIMAC: energy meters.

The vendor's map prints reference numbers and, beside them, zero-based addresses.

Where sources disagree:

- word order: the vendor's map says of every measurement that a setting of the meter can swap its words, and not what
  the factory chooses. There is a driver for each order. With the wrong one the frequency reads as next to nothing.
- units: W and Wh, as the map of the GIMAC1000 says; the GIMAC-II Plus has kW and kWh, and a driver of its own.
- serial settings: none of the documents states those of the factory.

The pause is that of the protocol note of the GIMAC-II Plus: older firmware needs 50 ms of silence to see the end of a
request.
"""

from rtu_agent.driver_api import Driver, Serial, enum, f32, ref, string, u16

WIRINGS = {
    1: "one phase, two wires",
    2: "one phase, three wires",
    3: "three phases, three wires, delta",
    4: "three phases, three wires, star",
    5: "three phases, four wires",
}


class GIMAC1000(Driver, table="input", pause_s=0.05):
    """Words not swapped. The energies are floats: the last digits are lost as they grow, 64 Wh at the end.

    A power factor with a minus sign is leading; it does not mean export.
    """

    name = "ls_electric.gimac1000"
    kind = "energy_meter"
    products = ["GIMAC1000"]
    source = "LS ELECTRIC GIMAC1000 Modbus Map V4.0, 2021-03-08; GIMAC1000 Modbus Map Tech Data, 2024-02"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage_avg = f32(ref(30001), "V")  # to neutral or between phases, as it is wired
    current_avg = f32(ref(30003), "A")
    current_l1 = f32(ref(30005), "A")
    current_l2 = f32(ref(30007), "A")
    current_l3 = f32(ref(30009), "A")
    voltage_l1_n = f32(ref(30011), "V")
    voltage_l2_n = f32(ref(30013), "V")
    voltage_l3_n = f32(ref(30015), "V")
    voltage_l1_l2 = f32(ref(30017), "V")
    voltage_l2_l3 = f32(ref(30019), "V")
    voltage_l3_l1 = f32(ref(30021), "V")
    power_factor = f32(ref(30023))
    active_power = f32(ref(30025), "W")
    reactive_power = f32(ref(30027), "var")
    apparent_power = f32(ref(30029), "VA")
    frequency = f32(ref(30031), "Hz")

    energy_import_active = f32(ref(30033), "Wh", group="slow", counter=True)
    energy_import_reactive = f32(ref(30035), "varh", group="slow", counter=True)

    manufacturer = string(ref(40001), 16, table="holding", group="once")
    model_id = string(ref(40017), 16, table="holding", group="once")
    map_version = string(ref(40033), 5, table="holding", group="once", vendor_specific=True)
    device_name = string(ref(40038), 16, table="holding", group="once")
    serial_number = string(ref(40054), 11, table="holding", group="once")
    product_code = string(ref(40065), 6, table="holding", group="once", vendor_specific=True)
    hardware_version = string(ref(40071), 5, table="holding", group="once")
    firmware_version = string(ref(40076), 5, table="holding", group="once")
    wiring = enum(ref(41002), WIRINGS, table="holding", group="once", vendor_specific=True)
    demand_interval = u16(ref(41003), "min", table="holding", group="once", vendor_specific=True)

    identity = {model_id: "GIMAC1000"}


class GIMAC1000Swapped(GIMAC1000, word_order="little"):
    """The same meter, set to swap words."""

    name = "ls_electric.gimac1000_swapped"
    products = ["GIMAC1000 (words swapped)"]


class GIMACII(Driver, table="input", pause_s=0.05):
    """Words not swapped; it has no other table.

    The states of its inputs and outputs (30001 to 30003) are left out: the source does not say which bit is which.
    """

    name = "ls_electric.gimac_ii_plus"
    kind = "energy_meter"
    products = ["GIMAC-II Plus"]
    source = "ICD NeoGCP i7 PLUS+ manual, page 61: protocol table of the GIMAC-II Plus"
    confidence = "low"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    current_l1 = f32(ref(30005), "A")
    current_l2 = f32(ref(30007), "A")
    current_l3 = f32(ref(30009), "A")
    voltage_l1_n = f32(ref(30011), "V")
    voltage_l2_n = f32(ref(30013), "V")
    voltage_l3_n = f32(ref(30015), "V")
    voltage_l1_l2 = f32(ref(30017), "V")
    voltage_l2_l3 = f32(ref(30019), "V")
    voltage_l3_l1 = f32(ref(30021), "V")
    power_factor = f32(ref(30023))
    active_power = f32(ref(30025), "kW")
    reactive_power = f32(ref(30027), "kvar")
    apparent_power = f32(ref(30029), "kVA")
    frequency = f32(ref(30031), "Hz")

    energy_import_active = f32(ref(30033), "kWh", group="slow", counter=True)
    energy_import_reactive = f32(ref(30035), "kvarh", group="slow", counter=True)
