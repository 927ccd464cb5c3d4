"""Eastron SDM630: three-phase energy meters.

The document lists reference numbers beside hexadecimal start addresses; the latter are the addresses on the wire.

Where sources disagree:

- widest read: V1.7 says 60 registers in section 1.1 and 80 in section 1.2; meters have been seen to refuse more than 50
  (openWB/core pull request 2890), so it is 50.
- parity: none, as V1.7 says; a community page says even.
- pause: none is documented, integrations have come to need 100 ms of it (openWB/core pull request 2184).
"""

from rtu_agent.driver_api import Driver, Serial, f32, u16, u32


class SDM630(Driver, table="input", max_block=50, gaps_readable=True, pause_s=0.1):
    """All measurements are pairs of registers from an even address, read by twos.

    In three-wire systems (3P3W) the voltages to neutral and the powers and power factors of the phases read as 0.
    """

    name = "eastron.sdm630"
    kind = "energy_meter"
    products = ["SDM630-Modbus", "SDM630-Modbus V2", "SDM630-Modbus MID"]
    source = "Eastron SDM630 protocol document V1.7, register tables"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    voltage_l1_n = f32(0x0000, "V")
    voltage_l2_n = f32(0x0002, "V")
    voltage_l3_n = f32(0x0004, "V")
    current_l1 = f32(0x0006, "A")
    current_l2 = f32(0x0008, "A")
    current_l3 = f32(0x000A, "A")
    active_power_l1 = f32(0x000C, "W")
    active_power_l2 = f32(0x000E, "W")
    active_power_l3 = f32(0x0010, "W")
    apparent_power_l1 = f32(0x0012, "VA")
    apparent_power_l2 = f32(0x0014, "VA")
    apparent_power_l3 = f32(0x0016, "VA")
    reactive_power_l1 = f32(0x0018, "var")
    reactive_power_l2 = f32(0x001A, "var")
    reactive_power_l3 = f32(0x001C, "var")
    power_factor_l1 = f32(0x001E)
    power_factor_l2 = f32(0x0020)
    power_factor_l3 = f32(0x0022)
    phase_angle_l1 = f32(0x0024, "deg")
    phase_angle_l2 = f32(0x0026, "deg")
    phase_angle_l3 = f32(0x0028, "deg")
    voltage_ln_avg = f32(0x002A, "V")
    current_avg = f32(0x002E, "A")
    current_sum = f32(0x0030, "A")
    active_power = f32(0x0034, "W")
    apparent_power = f32(0x0038, "VA")
    reactive_power = f32(0x003C, "var")
    power_factor = f32(0x003E)  # positive is forward current
    phase_angle = f32(0x0042, "deg")
    frequency = f32(0x0046, "Hz")

    voltage_l1_l2 = f32(0x00C8, "V")
    voltage_l2_l3 = f32(0x00CA, "V")
    voltage_l3_l1 = f32(0x00CC, "V")
    voltage_ll_avg = f32(0x00CE, "V")
    current_n = f32(0x00E0, "A")

    voltage_thd_l1 = f32(0x00EA, "%", group="slow")
    voltage_thd_l2 = f32(0x00EC, "%", group="slow")
    voltage_thd_l3 = f32(0x00EE, "%", group="slow")
    current_thd_l1 = f32(0x00F0, "%", group="slow")
    current_thd_l2 = f32(0x00F2, "%", group="slow")
    current_thd_l3 = f32(0x00F4, "%", group="slow")

    energy_import_active = f32(0x0048, "kWh", group="slow", counter=True)
    energy_export_active = f32(0x004A, "kWh", group="slow", counter=True)
    energy_import_reactive = f32(0x004C, "kvarh", group="slow", counter=True)
    energy_export_reactive = f32(0x004E, "kvarh", group="slow", counter=True)
    energy_total_apparent = f32(0x0050, "kVAh", group="slow", counter=True)
    charge_throughput = f32(0x0052, "A.h", group="slow", counter=True)
    active_power_demand = f32(0x0054, "W", group="slow")
    active_power_demand_max = f32(0x0056, "W", group="slow")

    energy_total_active = f32(0x0156, "kWh", group="slow", counter=True)  # import and export
    energy_total_reactive = f32(0x0158, "kvarh", group="slow", counter=True)
    energy_import_active_l1 = f32(0x015A, "kWh", group="slow", counter=True)
    energy_import_active_l2 = f32(0x015C, "kWh", group="slow", counter=True)
    energy_import_active_l3 = f32(0x015E, "kWh", group="slow", counter=True)
    energy_export_active_l1 = f32(0x0160, "kWh", group="slow", counter=True)
    energy_export_active_l2 = f32(0x0162, "kWh", group="slow", counter=True)
    energy_export_active_l3 = f32(0x0164, "kWh", group="slow", counter=True)
    energy_total_active_l1 = f32(0x0166, "kWh", group="slow", counter=True)
    energy_total_active_l2 = f32(0x0168, "kWh", group="slow", counter=True)
    energy_total_active_l3 = f32(0x016A, "kWh", group="slow", counter=True)

    # Whole numbers, unlike the rest; early meters refuse them.
    serial_number = u32(0xFC00, table="holding", group="once")
    model_id = u16(0xFC02, table="holding", group="once")

    identity = {model_id: 0x0070}
