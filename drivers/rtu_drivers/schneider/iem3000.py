"""Schneider Electric iEM3000: three-phase energy meters for a rail.

The manual numbers registers from one: its register 3000 is the address 2999.

Where sources disagree:

- addresses: the manual says that its numbers are those on the wire; the maps that were tested with meters
  (volkszaehler/mbmd, nobrega8/mbmap-library) ask for one less and are followed.
- energies: the counters of 64 bits, in Wh. The same as floats, from register 45100 on, lose digits; star.ke.st gives
  them in kWh, the manual in Wh.
- serial settings: the manual does not tell those of the factory, these are the usual ones.
"""

from rtu_agent.driver_api import Driver, Serial, enum, f32, i64, string, u16, u32


class IEM3x50(Driver, table="holding"):
    """Import only.

    Power factors tell the quadrant: beyond 1 and -1 the current leads. Import is what the manual calls delivered.
    """

    name = "schneider.iem3x50"
    kind = "energy_meter"
    products = ["iEM3150", "iEM3250", "iEM3350"]
    source = "Schneider Electric iEM3100/iEM3200/iEM3300 user manual DOCA0005EN-04, register list"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=19200, parity="even", stop_bits=1, unit=1)

    current_l1 = f32(2999, "A")
    current_l2 = f32(3001, "A")
    current_l3 = f32(3003, "A")
    current_avg = f32(3009, "A")
    voltage_l1_l2 = f32(3019, "V")
    voltage_l2_l3 = f32(3021, "V")
    voltage_l3_l1 = f32(3023, "V")
    voltage_ll_avg = f32(3025, "V")
    voltage_l1_n = f32(3027, "V")
    voltage_l2_n = f32(3029, "V")
    voltage_l3_n = f32(3031, "V")
    voltage_ln_avg = f32(3035, "V")
    active_power_l1 = f32(3053, "kW")
    active_power_l2 = f32(3055, "kW")
    active_power_l3 = f32(3057, "kW")
    active_power = f32(3059, "kW")
    power_factor = f32(3083, four_quadrant=True)
    frequency = f32(3109, "Hz")

    energy_import_active = i64(3203, "Wh", group="slow", counter=True)
    energy_partial_import_active = i64(3255, "Wh", group="slow", counter=True)
    energy_import_active_l1 = i64(3517, "Wh", group="slow", counter=True)
    energy_import_active_l2 = i64(3521, "Wh", group="slow", counter=True)
    energy_import_active_l3 = i64(3525, "Wh", group="slow", counter=True)
    operating_time = u32(2003, "s", group="slow", counter=True)

    device_name = string(29, 20, group="once")
    model_id = string(49, 20, group="once")
    manufacturer = string(69, 20, group="once")
    serial_number = u32(129, group="once")
    firmware_version = u16(1636, group="once")  # X.Y.ZT in decimal digits
    phase_count = enum(2013, group="once", vendor_specific=True)
    power_system = enum(2015, group="once", vendor_specific=True)  # how it is wired


class IEM3x55(IEM3x50):
    """Import and export, active and reactive."""

    name = "schneider.iem3x55"
    products = ["iEM3155", "iEM3255", "iEM3355"]

    reactive_power = f32(3067, "kvar")
    apparent_power = f32(3075, "kVA")

    energy_export_active = i64(3207, "Wh", group="slow", counter=True)
    energy_import_reactive = i64(3219, "varh", group="slow", counter=True)
    energy_export_reactive = i64(3223, "varh", group="slow", counter=True)
    energy_partial_import_reactive = i64(3271, "varh", group="slow", counter=True)
