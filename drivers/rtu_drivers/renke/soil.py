"""Soil sensors of many names: VMS-3001-TR, JXBS-3001, SN-3001, CWT, DFRobot.

The addresses of the manuals are those on the wire. A parameter that a sensor has not got reads as 0 or 255, which it
may also measure, so each combination of parameters has its driver.

Where sources disagree:

- baud rate: 4800, as the manuals of VMS and JXBS say; DFRobot says 9600.
- conductivity: not scaled, as worked examples of VMS and others show; a document of the womaster ES107 has tenths.
- moisture at 0x0012, nutrients at 0x001E: there are rebrands and models with that. Only the latter has a driver here.

There is nothing by which such a sensor could be recognised: compare what it says with what it is put into.
"""

from rtu_agent.driver_api import Driver, Serial, i16, u16


class SoilEC(Driver, table="holding", intervals={"normal": 30.0}):
    """Moisture, temperature and conductivity."""

    name = "renke.soil_3in1"
    kind = "environment"
    products = ["soil sensor 3-in-1 (moisture, temperature, EC)"]
    source = "VMS-3001-TR manual, sections 5.3 and 5.4; myduino Industrial-Soil-Sensor-RS485, README"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=4800, parity="none", stop_bits=1, unit=1)

    soil_moisture = u16(0x0000, "%", scale=0.1)
    soil_temperature = i16(0x0001, "°C", scale=0.1)
    electrical_conductivity = u16(0x0002, "uS/cm")


class SoilPH(SoilEC):
    """The same and acidity."""

    name = "renke.soil_4in1"
    products = ["soil sensor 4-in-1 (moisture, temperature, EC, pH)"]

    ph = u16(0x0003, "pH", scale=0.1)


class SoilSevenInOne(SoilPH):
    """The same and nitrogen, phosphorus and potassium."""

    name = "renke.soil_7in1"
    products = ["VMS-3001-TR", "JXBS-3001-TR", "SN-3001-TR", "CWT soil sensor 7-in-1"]

    soil_nitrogen = u16(0x0004, "mg/kg")
    soil_phosphorus = u16(0x0005, "mg/kg")
    soil_potassium = u16(0x0006, "mg/kg")


class SoilNPK(Driver, table="holding", intervals={"normal": 30.0}):
    """Nitrogen, phosphorus and potassium alone."""

    name = "renke.soil_npk"
    kind = "environment"
    products = ["SEN0605", "soil sensor 3-in-1 (NPK)"]
    source = "wiki.dfrobot.com, SEN0605 protocol page; public register tables of NPK sensors"
    confidence = "medium"
    api = 1
    serial = Serial(baudrate=4800, parity="none", stop_bits=1, unit=1)

    soil_nitrogen = u16(0x001E, "mg/kg")
    soil_phosphorus = u16(0x001F, "mg/kg")
    soil_potassium = u16(0x0020, "mg/kg")
