"""Eastron SDM72: three-phase energy meters for a rail, direct connected.

The manuals list reference numbers beside hexadecimal start addresses; the latter are the addresses on the wire.

Where sources disagree:

- powers of the phases: the manuals of the first version list none and are followed; a dump of such a meter shows some
  at 0x000C to 0x0011 while its voltages read 0 (node-modbus-serial, issue 509).
- distortions: Tinkerforge marks those of the currents of phases 2 and 3 as present in the second version, no other
  source lists one; there are none here.
- parity: none, as the manuals say; a community page says even.
- widest read: the manuals allow 60 registers; one of 80 gets no answer (esphome/issues, issue 4627), though a meter has
  been seen to answer one of 100.
"""

from rtu_agent.driver_api import Driver, Serial, f32, u16, u32


class SDM72(Driver, table="input", max_block=60, pause_s=0.5, intervals={"normal": 10.0}):
    """First version: the total power and energies only. It tells no voltage.

    All measurements are pairs of registers from an even address. It has been seen to restart when it is asked again at
    once; half a second of silence cures that (reaper7/SDM_Energy_Meter, issue 50). All of the bus is silent meanwhile,
    so it is asked seldom.
    """

    name = "eastron.sdm72d-m"
    kind = "energy_meter"
    products = ["SDM72D-M"]
    source = "Eastron SDM72D-M user manual V1.5, pages 14 and 15"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=9600, parity="none", stop_bits=1, unit=1)

    active_power = f32(0x0034, "W")
    active_power_import = f32(0x0500, "W")
    active_power_export = f32(0x0502, "W")

    energy_import_active = f32(0x0048, "kWh", group="slow", counter=True)
    energy_export_active = f32(0x004A, "kWh", group="slow", counter=True)
    energy_total_active = f32(0x0156, "kWh", group="slow", counter=True)  # import and export
    energy_partial_total_active = f32(0x0180, "kWh", group="slow", counter=True)
    energy_partial_import_active = f32(0x0184, "kWh", group="slow", counter=True)
    energy_partial_export_active = f32(0x0186, "kWh", group="slow", counter=True)

    # Whole numbers, unlike the rest.
    serial_number = u32(0xFC00, table="holding", group="once")
    model_id = u16(0xFC02, table="holding", group="once")

    identity = {model_id: 0x0084}


class SDM72V2(SDM72, pause_s=0.1, intervals={"normal": 5.0}):
    """Second version: with voltages, currents and the phases.

    Source beyond the manual of the first version: volkszaehler/mbmd, Tinkerforge/evse-v2-bricklet. No pause is
    documented, integrations have come to need 100 ms of it.
    """

    name = "eastron.sdm72dm-v2"
    products = ["SDM72DM-V2"]

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
    current_avg = f32(0x002E, "A")
    current_sum = f32(0x0030, "A")
    apparent_power = f32(0x0038, "VA")
    reactive_power = f32(0x003C, "var")
    power_factor = f32(0x003E)
    frequency = f32(0x0046, "Hz")

    voltage_l1_l2 = f32(0x00C8, "V")
    voltage_l2_l3 = f32(0x00CA, "V")
    voltage_l3_l1 = f32(0x00CC, "V")
    voltage_ll_avg = f32(0x00CE, "V")
    current_n = f32(0x00E0, "A")

    energy_total_reactive = f32(0x0158, "kvarh", group="slow", counter=True)

    identity = {SDM72.model_id: 0x0089}
