"""Renke RS-WS: temperature and humidity transmitters.

The hexadecimal addresses of the manual are those on the wire. Humidity comes first, unlike on the XY-MD02.

Where sources disagree:

- baud rate: 4800, as Renke says; pages of JXCT and DFRobot, who sell the same, say 9600.
- CO2: in the third register, as on the RS-CO2WS; some of its look-alikes have it at 0x0005 and need a map of their own.
"""

from rtu_agent.driver_api import Driver, Serial, i16, u16


class RSWS(Driver, table="holding", pause_s=0.017, min_interval_s=1.0):
    """It measures every 1 to 2 s, and wants 4 characters of silence between frames: 17 ms at 2400 baud."""

    name = "renke.rs_ws"
    kind = "environment"
    products = ["RS-WS-N01", "JXBS-3001", "SN-3001 (temperature, humidity)"]
    source = "Renke RS-WS-N01-8 manual, Modbus section (epower.co.th)"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=4800, parity="none", stop_bits=1, unit=1)

    humidity_relative = u16(0x0000, "%", scale=0.1)
    temperature = i16(0x0001, "°C", scale=0.1)


class RSCO2WS(RSWS):
    """With carbon dioxide, which needs minutes to warm up."""

    name = "renke.rs_co2ws"
    products = ["RS-CO2WS-N01"]

    co2 = u16(0x0002, "ppm")
