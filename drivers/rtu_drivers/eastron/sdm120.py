"""Eastron SDM120: single-phase energy meters.

The document lists reference numbers beside hexadecimal start addresses; the latter are the addresses on the wire.

Where sources disagree:

- baud rate: V2.4 says 2400 from the factory and is followed; resold meters often come set to 9600, some to 4800.
- energies: kWh, as V2.4 and mbmd say; a comment in reaper7/SDM_Energy_Meter says Wh.
- widest read: V2.4 names none, the document of the SDM630 says 60 in one place and 80 in another; meters have been seen
  to refuse more than 50 (openWB/core pull request 2890), so it is 50.
- pause: none is documented, integrations have come to need 100 ms of it (openWB/core pull request 2184).
"""

from rtu_agent.driver_api import Driver, Serial, enum, f32, u16, u32

MEASUREMENT_MODES = {1: "import", 2: "import + export", 3: "import - export"}


class SDM120(Driver, table="input", max_block=50, gaps_readable=True, pause_s=0.1):
    """All measurements are pairs of registers from an even address, read by twos."""

    name = "eastron.sdm120"
    kind = "energy_meter"
    products = ["SDM120-Modbus", "SDM120M"]
    source = "Eastron SDM120-Modbus protocol document V2.4, sections 2.1 (input registers), 2.2 (holding registers)"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=2400, parity="none", stop_bits=1, unit=1)

    voltage = f32(0x0000, "V")
    current = f32(0x0006, "A")
    active_power = f32(0x000C, "W")
    apparent_power = f32(0x0012, "VA")
    reactive_power = f32(0x0018, "var")
    power_factor = f32(0x001E)
    frequency = f32(0x0046, "Hz")

    energy_import_active = f32(0x0048, "kWh", group="slow", counter=True)
    energy_export_active = f32(0x004A, "kWh", group="slow", counter=True)
    energy_import_reactive = f32(0x004C, "kvarh", group="slow", counter=True)
    energy_export_reactive = f32(0x004E, "kvarh", group="slow", counter=True)
    energy_total_active = f32(0x0156, "kWh", group="slow")  # what it counts is the measurement mode
    energy_total_reactive = f32(0x0158, "kvarh", group="slow", counter=True)

    active_power_demand = f32(0x0054, "W", group="slow")
    active_power_demand_max = f32(0x0056, "W", group="slow")
    active_power_demand_import = f32(0x0058, "W", group="slow")
    active_power_demand_import_max = f32(0x005A, "W", group="slow")
    active_power_demand_export = f32(0x005C, "W", group="slow")
    active_power_demand_export_max = f32(0x005E, "W", group="slow")
    current_demand = f32(0x0102, "A", group="slow")
    current_demand_max = f32(0x0108, "A", group="slow")

    # Whole numbers, unlike the rest; early meters refuse them.
    measurement_mode = enum(0xF920, MEASUREMENT_MODES, table="holding", group="once", vendor_specific=True)
    serial_number = u32(0xFC00, table="holding", group="once")
    model_id = u16(0xFC02, table="holding", group="once")
    firmware_version = u16(0xFC03, table="holding", group="once")

    identity = {model_id: 0x0020}


class SDM120CT(SDM120):
    """The same and the phase angle, which the others read as 0.

    Source of the phase angle: reaper7/SDM_Energy_Meter; it is not in V2.4. No source tells what its model_id is.
    """

    name = "eastron.sdm120ct"
    products = ["SDM120CT", "SDM120CTM"]

    phase_angle = f32(0x0024, "deg")

    identity = {}
