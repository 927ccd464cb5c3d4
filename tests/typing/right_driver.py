"""A driver that must type-check: every word of the author's vocabulary, as docs and manuals lead one to write it."""

from rtu_agent.driver_api import (
    Discovery,
    Driver,
    Factor,
    Point,
    Points,
    Read,
    Script,
    Serial,
    Signal,
    StepFailed,
    Write,
    bcd,
    bit,
    bits,
    decimal,
    decimal_places,
    derived,
    discover,
    enum,
    f32,
    f64,
    hookimpl,
    i16,
    i32,
    i64,
    multiplier,
    product_of,
    ref,
    scale_factor,
    script,
    signed_by,
    string,
    sum_of,
    sunspec_models,
    u16,
    u32,
    u64,
    variants_by,
)

STATES = {0: "stopped", 1: "running"}


class Right(
    Driver,
    table="holding",
    word_order="little",
    byte_order="big",
    max_block=50,
    gaps_readable=True,
    unreadable=[(0x0100, 0x01FF)],
    boundaries=[0x0200],
    stride=1,
    timeout_s=5,
    pause_s=0.05,
    min_interval_s=1,
    intervals={"slow": 300},
):
    """Everything."""

    name = "acme.right"
    kind = "energy_meter"
    products = ["R1", "R2"]
    source = "Manual 1.0, section 2"
    confidence = "high"
    api = 1
    serial = Serial(baudrate=19200, parity="even", stop_bits=2, unit=7)

    voltage_l1_n = u16(ref(40001), "V", scale=0.1)
    temperature = i16(0x0001, "°C", scale=0.1, offset=-100, invalid=[0x7FFF, 0x8000], valid=(-40, 125))
    energy_import_active = u32(0x0002, "Wh", counter=True, group="slow", word_order="big")
    active_power = i32(0x0004, "kW", scale=1, group="fast")
    energy_export_active = u64(0x0006, "kWh", counter=True)
    reactive_power = i64(0x000A, "var", byte_order="little")
    power_factor = f32(0x000E)
    frequency = f64(0x0010, "Hz", table="input")
    volume = bcd(0x0014, "m3", words=2)
    device_name = string(0x0016, 8, group="once")
    alarm = bits(0x001E, {0: "low"}, words=2, invalid=[0xFFFFFFFF])
    operating_state = enum(0x0020, STATES)
    digital_output_1 = bit(0x0000, table="coil")
    fan_stage = u16(0x0021, vendor_specific=True)

    _sf = scale_factor(0x0030)
    _places = decimal_places(0x0031, number="i16", mask=0x00FF)
    _ct = multiplier(0x0032, number="f32", scale=0.1)
    current_l2 = u16(0x0034, "A", scale=_sf, mask=0x0FFF)
    current_l3 = i16(0x0035, "A", scale=(0.1, _ct, _places), sign_bit=True, alone=True)
    energy_total_active = decimal(0x0036, "kWh", words=2, digits=3)
    apparent_power = u32((0x0038, 0x003A), "VA", page=(0x0100, 2))
    power_factor_l1 = f32(0x003C, four_quadrant=True)
    hardware_version = string(0x0040, 4, group="once", one_per_word=True)

    current_sum = sum_of(current_l2, current_l3, group="slow", valid=(0, 100))
    dc_power = product_of(voltage_l1_n, current_sum, unit="W", counter=False)
    battery_power = signed_by(active_power, operating_state, {1}, vendor_specific=False)

    @derived("A", group="slow")
    def leakage_current(self, current_sum: float, current_l2: float) -> float:
        """Return a difference."""
        return self.half(current_sum) - current_l2

    def half(self, number: float) -> float:
        """Help."""
        return number / 2

    identity = {hardware_version: ["A", "B"], operating_state: 7, "vendor_name": "Acme"}

    @script(group="slow", writes=True)
    def latched(self, points: Points) -> Script:
        """Latch, then read."""
        (word,) = yield Read("holding", 0x2000)
        yield Write(0x2000, word + 1)
        yield Write(0x2001, (1, 2))
        try:
            yield from points
        finally:
            yield Write(0x0001, 0, table="coil")


class Derived(Right, max_block=20, without=["fan_stage"]):
    """The next model."""

    name = "acme.derived"

    current_l1 = u16(0x0022, "A")


class Again(Derived):
    """The model after that, which says everything anew and in another form."""

    name = "acme.again"
    kind = "inverter"
    products = ["A1"]
    source = "Manual 2.0"
    confidence = "low"
    serial = Serial(parity="none")
    identity = {"server_id": "A", Right.operating_state: [1, 2]}

    _first = i32(0x0060, "W")
    _second = i32(0x0062, "W")
    _ct = multiplier(0x0064)
    active_power = sum_of(_first, _second)
    current_sum = u32(0x0066, "A")
    leakage_current = u16(0x0068, "A", scale=(0.001, _ct))

    @derived("%")
    def device_load(self, active_power: float) -> float:
        """Return how much of 5 kW."""
        return active_power / 50


class Last(Again, without=["hardware_version"]):
    """The last one, which is as the first was."""

    name = "acme.last"
    products = ["L1", "L2", "L3"]
    confidence = "medium"
    identity = {}

    active_power = i32(0x0070, "W")
    _third = u16(0x0072, "A")
    current_sum = sum_of(_third)


class Family(Right):
    """One of both."""

    name = "acme.family"

    _model = u16(0x0050)
    variants = variants_by(_model, {1: Derived, "A": Right})


class Chain(Driver, table="holding"):
    """Whatever there is."""

    name = "acme.chain"
    kind = "inverter"

    @discover
    def models(self) -> Discovery:
        """Walk the chain."""
        found = yield from sunspec_models([40000])
        try:
            reply = yield Read("input", 5, 4)
        except StepFailed as failure:
            return Right if failure.refused else Derived
        return Right.at(found[1]).plus(Derived, voltage=u16(5, "V")) if reply.text == "X" else Derived


@hookimpl
def rtu_provide_drivers() -> list[type[Driver]]:
    """Return both."""
    return [Right, Derived]


POINT: Point = Derived.voltage_l1_n
MEANING: tuple[str, ...] = Right.operating_state.meaning(1)
RATIO: Factor = Right._ct
INPUTS: tuple[Signal, ...] = Right.leakage_current.inputs
ADDRESS: int = Right.temperature.address
