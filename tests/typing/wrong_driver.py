"""Drivers that must not type-check: behind each mistake stands a part of what mypy says about it."""

from rtu_agent.driver_api import (
    Discovery,
    Driver,
    Points,
    Read,
    Script,
    Serial,
    Write,
    bit,
    bits,
    derived,
    discover,
    enum,
    f32,
    hookimpl,
    multiplier,
    product_of,
    scale_factor,
    script,
    signed_by,
    string,
    sum_of,
    u16,
    variants_by,
)


class Wrong(Driver, table="inptu"):  # error: "table" to "__init_subclass__"
    """Mistakes at the points."""

    name = "acme.wrong"
    kind = 7  # error: expression has type "int"
    serial = Serial(parity="no")  # error: "parity" to "Serial"

    voltage = f32(0x0000, "Volt")  # error: Argument 2 to "f32"
    current = f32("0x0002", "A")  # error: Argument 1 to "f32"
    active_power = f32(unit="W")  # error: Missing positional argument "at"
    reactive_power = f32(0x0004, "var", sclae=0.1)  # error: Unexpected keyword argument "sclae"
    apparent_power = f32(0x0006, "VA", group="quick")  # error: "group" to "f32"
    power_factor = f32(0x0008, valid=(0, 1, 2))  # error: "valid" to "f32"
    frequency = u16(0x000A, "Hz", scale="0.1")  # error: "scale" to "u16"
    energy_import_active = u16(0x000B, "kWh", counter="yes")  # error: "counter" to "u16"
    temperature = u16(0x000C, "°C", word_order="low")  # error: "word_order" to "u16"
    humidity_relative = u16(0x000D, "%", words=2)  # error: Unexpected keyword argument "words"
    co2 = u16(0x000E, "ppm", invalid=0xFFFF)  # error: "invalid" to "u16"
    alarm = bits(0x000F, ["low", "high"])  # error: Argument 2 to "bits"
    operating_state = enum(0x0010, {"off": 0})  # error: has incompatible type "str": "int"
    device_name = string(0x0011)  # error: Missing positional argument "words"
    digital_input_1 = bit(0x0000, table="discrete")  # error: "table" to "bit"
    digital_input_2 = bit(0x0001, scale=10)  # error: Unexpected keyword argument "scale"

    _sf = scale_factor(0x0020, scale=10)  # error: Unexpected keyword argument "scale"
    _ct = multiplier(0x0021, number="u8")  # error: "number" to "multiplier"
    current_l1 = u16(0x0022, "A", scale=voltage)  # error: "scale" to "u16"
    current_l2 = u16(0x0023, "A", scale=(0.1, "_ct"))  # error: "scale" to "u16"
    current_l3 = u16(0x0024, "A", sign_bit=True)  # error: Unexpected keyword argument "sign_bit"
    frequency_min = f32(0x0025, "Hz", mask=0xFF)  # error: Unexpected keyword argument "mask"
    frequency_max = u16([0x25, 0x27], "Hz")  # error: Argument 1 to "u16"
    device_load = u16(0x0028, "%", page=0x0100)  # error: "page" to "u16"
    current_sum = sum_of(_sf)  # error: Argument 1 to "sum_of"
    dc_power = product_of(voltage, current, unit="Watt")  # error: "unit" to "product_of"
    battery_power = signed_by(dc_power)  # error: Missing positional argument "sign"
    grid_power = signed_by(dc_power, voltage, "discharging")  # error: Argument 3 to "signed_by"
    confidence = 3  # error: expression has type "int"
    products = "W1"  # error: expression has type "str"

    @derived("Watt")  # error: Argument 1 to "derived"
    def load_power(self, voltage: float) -> float:
        """Return something in no unit."""
        return voltage

    @derived("W")  # error: Argument 1 has incompatible type
    def aux_power(self, voltage: float) -> None:
        """Return nothing."""

    identity = {"vendor": "Acme"}  # error: Dict entry 0 has incompatible type
    variants = variants_by(voltage, {1: "Wrong"})  # error: Dict entry 0

    @script(group="quick")  # error: Argument "group" to "script"
    def read_all(self, points: Points) -> Script:
        """Name a group that is not there."""
        yield from points

    @script()
    def latched(self, points: Points) -> Script:
        """Ask for what is no table."""
        yield Read("registers", 5)  # error: Argument 1 to "Read"
        yield 5  # error: Incompatible types in "yield"
        yield Write(5, "on")  # error: Argument 2 to "Write"
        yield from points

    @script()  # error: Argument 1 has incompatible type
    def returned(self) -> Script:
        """Forget the points."""
        yield Read("holding", 5)

    @discover
    def finds(self) -> Discovery:
        """Return a name instead of a driver."""
        yield Read("holding", 5)
        return "acme.wrong"  # error: Incompatible return value type


class Options(Driver, table="input", maxblock=50):  # error: Unexpected keyword argument "maxblock"
    """A misspelt option."""


class Durations(Driver, table="input", pause_s="50ms"):  # error: "pause_s" to "__init_subclass__"
    """A duration of a register map in a class."""


class Intervals(Driver, table="input", intervals={"slwo": 300}):  # error: Dict entry 0
    """A misspelt group."""


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return a device instead of its description."""
    return [Wrong()]  # error: List item 0


ADDRESS: str = Wrong.voltage.address  # error: expression has type "int"
