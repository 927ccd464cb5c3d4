"""Slaves that are not ours, each in a process of its own: pymodbus of today, pymodbus of Debian, libmodbus.

They are on a serial port, or, where the name of their kind says so, at a TCP port of this machine.

Every slave serves units 1 and 2. Register `address` of unit `unit` holds `value_of(unit, address)`, in both register
tables; addresses from `SIZE` on do not exist. Those of pymodbus say that they are `IDENTITY`.
"""

import ctypes.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 400
UNITS = (1, 2)
IDENTITY = {
    0: "Acme", 1: "TH1", 2: "1.2.3", 3: "http://acme.example", 4: "Thermometer", 5: "TH1-\x1b[31m", 6: "x" * 200,
    0x80: "y" * 100, 0x81: "z" * 200,
}  # fmt: skip
"""What the pymodbus slaves say they are: more than one reply holds."""

PYMODBUS = """
import asyncio, sys
from pymodbus import ModbusDeviceIdentification
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import StartAsyncSerialServer
def device(unit):
    words = [(unit * 10007 + address * 31) & 0xFFFF for address in range(400)]
    block = ModbusSequentialDataBlock(1, words)
    return ModbusDeviceContext(hr=block, ir=block)
context = ModbusServerContext(devices={unit: device(unit) for unit in (1, 2)}, single=False)
print("ready", flush=True)
identity = ModbusDeviceIdentification(IDENTITY)
asyncio.run(StartAsyncSerialServer(context, identity=identity, port=sys.argv[1], baudrate=115200))
"""

DEBIAN_PYMODBUS = """
import sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer
def device(unit):
    words = [(unit * 10007 + address * 31) & 0xFFFF for address in range(400)]
    block = ModbusSequentialDataBlock(0, words)
    return ModbusSlaveContext(hr=block, ir=block, zero_mode=True)
context = ModbusServerContext(slaves={unit: device(unit) for unit in (1, 2)}, single=False)
print("ready", flush=True)
identity = ModbusDeviceIdentification(IDENTITY)
StartSerialServer(context=context, identity=identity, framer=ModbusRtuFramer, port=sys.argv[1], baudrate=115200)
"""

LIBMODBUS = """
import ctypes, ctypes.util, sys
lib = ctypes.CDLL(ctypes.util.find_library("modbus") or "libmodbus.so.5")
lib.modbus_new_rtu.restype = ctypes.c_void_p
lib.modbus_new_rtu.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_char, ctypes.c_int, ctypes.c_int]
lib.modbus_mapping_new.restype = ctypes.POINTER(type("Mapping", (ctypes.Structure,), {"_fields_": [
    ("counts", ctypes.c_int * 8), ("bits", ctypes.c_void_p), ("input_bits", ctypes.c_void_p),
    ("input_registers", ctypes.POINTER(ctypes.c_uint16)), ("registers", ctypes.POINTER(ctypes.c_uint16))]}))
for name in ("modbus_set_slave", "modbus_connect", "modbus_receive", "modbus_reply"):
    getattr(lib, name).argtypes = {
        "modbus_set_slave": [ctypes.c_void_p, ctypes.c_int], "modbus_connect": [ctypes.c_void_p],
        "modbus_receive": [ctypes.c_void_p, ctypes.c_char_p],
        "modbus_reply": [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]}[name]
context = lib.modbus_new_rtu(sys.argv[1].encode(), 115200, b"N", 8, 1)
lib.modbus_set_slave(context, 1)
mapping = lib.modbus_mapping_new(0, 0, 400, 400)
for address in range(400):
    mapping.contents.registers[address] = mapping.contents.input_registers[address] = (10007 + address * 31) & 0xFFFF
assert lib.modbus_connect(context) == 0
print("ready", flush=True)
query = ctypes.create_string_buffer(260)
while True:
    size = lib.modbus_receive(context, query)
    if size > 0:
        lib.modbus_reply(context, query, size, ctypes.cast(mapping, ctypes.c_void_p))
"""

_SERIAL_SERVER = "port=sys.argv[1], baudrate=115200"
_TCP_SERVER = 'address=("127.0.0.1", int(sys.argv[1]))'
PYMODBUS_TCP = PYMODBUS.replace(_SERIAL_SERVER, _TCP_SERVER).replace("AsyncSerialServer", "AsyncTcpServer")
PYMODBUS_RTU_OVER_TCP = PYMODBUS_TCP.replace(_TCP_SERVER, f'framer="rtu", {_TCP_SERVER}')
DEBIAN_PYMODBUS_TCP = DEBIAN_PYMODBUS.replace(f"framer=ModbusRtuFramer, {_SERIAL_SERVER}", _TCP_SERVER).replace(
    "StartSerialServer", "StartTcpServer"
)

LIBMODBUS_TCP = """
lib.modbus_new_tcp.restype = ctypes.c_void_p
lib.modbus_new_tcp.argtypes = [ctypes.c_char_p, ctypes.c_int]
lib.modbus_tcp_listen.argtypes = [ctypes.c_void_p, ctypes.c_int]
lib.modbus_tcp_accept.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)]
context = lib.modbus_new_tcp(b"127.0.0.1", int(sys.argv[1]))
mapping = lib.modbus_mapping_new(0, 0, 400, 400)
for address in range(400):
    mapping.contents.registers[address] = mapping.contents.input_registers[address] = (10007 + address * 31) & 0xFFFF
listener = ctypes.c_int(lib.modbus_tcp_listen(context, 1))
print("ready", flush=True)
query = ctypes.create_string_buffer(260)
while lib.modbus_tcp_accept(context, ctypes.byref(listener)) >= 0:
    while (size := lib.modbus_receive(context, query)) >= 0:
        if size:
            lib.modbus_reply(context, query, size, ctypes.cast(mapping, ctypes.c_void_p))
"""
LIBMODBUS_TCP = LIBMODBUS.partition("context = lib.modbus_new_rtu")[0] + LIBMODBUS_TCP

PROGRAMS = {
    "pymodbus": PYMODBUS,
    "pymodbus-tcp": PYMODBUS_TCP,
    "pymodbus-rtu-over-tcp": PYMODBUS_RTU_OVER_TCP,
    "debian-pymodbus": DEBIAN_PYMODBUS,
    "debian-pymodbus-tcp": DEBIAN_PYMODBUS_TCP,
    "libmodbus": LIBMODBUS,
    "libmodbus-tcp": LIBMODBUS_TCP,
}

DEBIAN_PYTHON = Path("/usr/bin/python3")


def value_of(unit: int, address: int) -> int:
    """Return what every slave holds at an address."""
    return (unit * 10007 + address * 31) & 0xFFFF


def missing(kind: str) -> str:
    """Return what is missing for a kind of slave, or nothing."""
    if kind.startswith("debian-pymodbus"):
        found = DEBIAN_PYTHON.exists() and _runs([str(DEBIAN_PYTHON), "-c", "import pymodbus.server"])
        return "" if found else "Debian's python3-pymodbus and python3-serial-asyncio"
    if kind.startswith("libmodbus"):
        return "" if ctypes.util.find_library("modbus") else "Debian's libmodbus5"
    return ""


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False, env={"PATH": os.defpath}).returncode == 0


@contextmanager
def slave(kind: str, port: str) -> Iterator[None]:
    """Run one kind of slave on `port`; libmodbus has the registers of unit 1 only."""
    python = str(DEBIAN_PYTHON) if kind.startswith("debian-pymodbus") else sys.executable
    program = PROGRAMS[kind].replace("IDENTITY", repr(IDENTITY))
    process = subprocess.Popen([python, "-c", program, port], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", f"the {kind} slave did not start"
        yield
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
