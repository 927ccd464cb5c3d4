"""Schneider Electric PM5000 and PM2000: three-phase power meters for a panel.

The register lists number from one: their register 3000 is the address 2999.

Where sources disagree:

- power factor: a float that tells the quadrant, as the vendor's list types it and SolarNetwork reads it; a driver in Go
  for the PM2120 takes it as a plain float.
- voltages from register 3020 on: between phases, as the list says; comments in SolarNetwork say to neutral.

The serial settings of the factory and the sentinel of the counters are what is usual of the vendor, no document at hand
tells them.
"""

from rtu_agent.driver_api import Driver, Serial, enum, f32, i64, string, u16, u32

NONE = [0x8000_0000_0000_0000]
MODELS = {
    15240: "PM5000",
    15241: "PM5010",
    15242: "PM5200",
    15243: "PM5250",
    15244: "PM5350",
    15255: "EM7230",
    15256: "EM7280",
    15270: "PM5110",
    15271: "PM5111",
    15272: "PM5310",
    15273: "PM5330",
    15274: "PM5331",
    15275: "PM5320",
    15276: "PM5340",
    15277: "PM5341",
    15278: "PM5100",
}


class PM5000(Driver, table="holding", gaps_readable=True):
    """Floats that are not available are NaN. Import is what the list calls delivered, export what it calls received.

    Power factors tell the quadrant: beyond 1 and -1 the current leads.
    """

    name = "schneider.pm5000"
    kind = "energy_meter"
    products = ["PM5110", "PM5111", "PM5310", "PM5320", "PM5330", "PM5331", "PM5340", "PM5341"]
    source = "Schneider Electric PM5100/PM5300 register list; SolarNetwork/solarnetwork-node, PM5100Register"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=19200, parity="even", stop_bits=1, unit=1)

    current_l1 = f32(2999, "A")
    current_l2 = f32(3001, "A")
    current_l3 = f32(3003, "A")
    current_n = f32(3005, "A")
    current_ground = f32(3007, "A")
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
    reactive_power_l1 = f32(3061, "kvar")
    reactive_power_l2 = f32(3063, "kvar")
    reactive_power_l3 = f32(3065, "kvar")
    reactive_power = f32(3067, "kvar")
    apparent_power_l1 = f32(3069, "kVA")
    apparent_power_l2 = f32(3071, "kVA")
    apparent_power_l3 = f32(3073, "kVA")
    apparent_power = f32(3075, "kVA")
    power_factor_l1 = f32(3077, four_quadrant=True)
    power_factor_l2 = f32(3079, four_quadrant=True)
    power_factor_l3 = f32(3081, four_quadrant=True)
    power_factor = f32(3083, four_quadrant=True)
    frequency = f32(3109, "Hz")

    energy_import_active = i64(3203, "Wh", invalid=NONE, group="slow", counter=True)
    energy_export_active = i64(3207, "Wh", invalid=NONE, group="slow", counter=True)
    energy_total_active = i64(3211, "Wh", invalid=NONE, group="slow", counter=True)
    energy_net_active = i64(3215, "Wh", invalid=NONE, group="slow")
    energy_import_reactive = i64(3219, "varh", invalid=NONE, group="slow", counter=True)
    energy_export_reactive = i64(3223, "varh", invalid=NONE, group="slow", counter=True)
    energy_total_reactive = i64(3227, "varh", invalid=NONE, group="slow", counter=True)
    energy_import_apparent = i64(3235, "VAh", invalid=NONE, group="slow", counter=True)
    energy_export_apparent = i64(3239, "VAh", invalid=NONE, group="slow", counter=True)

    current_thd_l1 = f32(21299, "%", group="slow")
    current_thd_l2 = f32(21301, "%", group="slow")
    current_thd_l3 = f32(21303, "%", group="slow")
    voltage_thd_l1_l2 = f32(21321, "%", group="slow")
    voltage_thd_l2_l3 = f32(21323, "%", group="slow")
    voltage_thd_l3_l1 = f32(21325, "%", group="slow")
    voltage_thd_l1 = f32(21329, "%", group="slow")
    voltage_thd_l2 = f32(21331, "%", group="slow")
    voltage_thd_l3 = f32(21333, "%", group="slow")

    device_name = string(29, 20, group="once")
    model_id = enum(89, MODELS, group="once")
    manufacturing_unit = enum(128, group="once", vendor_specific=True)
    serial_number = u32(129, group="once")
    firmware_version = u16(1637, group="once")
    firmware_minor = enum(1638, group="once", vendor_specific=True)
    firmware_patch = enum(1640, group="once", vendor_specific=True)
    phase_count = enum(2013, group="once", vendor_specific=True)
    wire_count = enum(2014, group="once", vendor_specific=True)
    power_system = enum(2015, group="once", vendor_specific=True)  # how it is wired

    identity = {model_id: range(15270, 15279)}


class PM2000(PM5000, without=["current_ground"]):
    """The same but for the current of the protective conductor, which no source has seen in a PM2000.

    Source beyond that of the PM5000: Public_PM2xxx_PMC Register List v1001. No source lists its model codes.
    """

    name = "schneider.pm2000"
    products = ["PM2110", "PM2120", "PM2130", "PM2220"]

    identity = {}
