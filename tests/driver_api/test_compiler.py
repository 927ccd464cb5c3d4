"""What is made of a class as a whole: hidden points, what rests on what, what is inherited, and what contradicts."""

# ruff: noqa: E501, ARG005 - one mistake and what is said about it stand in one line

from typing import Any

import pytest

from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import (
    Boundary,
    DefinitionError,
    Driver,
    Factor,
    bit,
    bits,
    decimal,
    decimal_places,
    derived,
    enum,
    f32,
    i16,
    multiplier,
    product_of,
    scale_factor,
    string,
    sum_of,
    u16,
    u32,
)


def said(options: dict[str, Any] | None = None, /, **body: Any) -> str:
    """Return what is wrong with a class of this body."""
    with pytest.raises(DefinitionError) as caught:
        type("Made", (Driver,), {"name": "test.made", "kind": "test", **body}, **{"table": "input"} | (options or {}))
    return str(caught.value)


SF = scale_factor(4)
VOLTAGE = u16(0, "V")


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ({"current_sf": scale_factor(4), "current": u16(0, "A")}, "current_sf: scales points and is not stored: begin its name with '_'"),
        ({"_Sf": u16(4), "current": u16(0, "A")}, "_Sf: a hidden point is named by `_` and lower-case words joined by '_', not '_Sf'"),
        ({"_options": u16(4), "current": u16(0, "A")}, "_options: '_options' is a word of every driver and cannot name a point"),
        ({"current": u16(0, "A", scale=[])}, "current: scale must be numbers and factors, not []"),
        ({"current": u16(0, "A", scale=VOLTAGE), "voltage": VOLTAGE}, "current: scale must be a number or a factor, not a point"),  # type: ignore[arg-type]
        ({"current": u16(0, "A", scale=(0.1, "x"))}, "current: scale must be a number, not 'x'"),  # type: ignore[arg-type]
        ({"_sf": scale_factor(4, number="i17"), "current": u16(0, "A")}, "_sf: number must be 'u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32' or 'f64', not 'i17', did you mean 'i16'?"),  # type: ignore[arg-type]
        ({"alarm": u16(0, scale=SF), "_sf": SF}, "alarm: 'alarm' is a code; it has neither scale nor offset"),
        ({"current": u16(0, "A", mask=0x0F0F)}, "current: 0x0f0f is not a mask of adjacent bits, of 16"),
        ({"current": u16(0, "A", mask=0)}, "current: 0x0000 is not a mask of adjacent bits, of 16"),
        ({"current": u16(0, "A", mask=0x1FFFF)}, "current: 0x1ffff is not a mask of adjacent bits, of 16"),
        ({"current": f32(0, "A", mask=1)}, "current: 'mask' is not an option of f32"),  # type: ignore[call-arg]
        ({"current": u16(0, "A", sign_bit=True)}, "current: 'sign_bit' is not an option of u16"),  # type: ignore[call-arg]
        ({"current": u16(0, "A", mask=0xFF, invalid=[0x100])}, "current: 0x100 is not a pattern of 8 bits; write what is on the wire, without a sign"),
        ({"alarm": bits(0, {8: "x"}, mask=0xFF)}, "alarm: 8 is not between 0 and 7"),
        ({"alarm": bits(0, words=3, mask=0xFF)}, "alarm: bits with a mask has 1, 2, 4 words, not 3"),
        ({"current": decimal(0, "A", digits=5)}, "current: digits must be 1 to 4, not 5"),
        ({"current": decimal(0, "A", words=5)}, "current: decimal has 1, 2, 3, 4 words, not 5"),
        ({"current": u32((1, 2, 3), "A")}, "current: at has 3 addresses, u32 has 2 words here"),
        ({"current": u32((1, 1), "A")}, "current: at names an address twice"),
        ({"current": u32((1, "2"), "A")}, "current: at must be a whole number, not (1, '2')"),  # type: ignore[arg-type]
        ({"current": u32((1, 200), "A")}, "current: 200 registers are more than this device lets read at once (max_block 125)"),
        ({"current": u32((1, 0x10000), "A")}, "current: 65536 items from 0x0001 reach beyond the last address\nMade.current: 65536 registers are more than this device lets read at once (max_block 125)"),
        ({"power_factor": f32(0, four_quadrant=True), "current": f32(2, "A", four_quadrant=True)}, "current: four_quadrant is for power factors, which have no unit"),
        ({"current": u16(0, "A", page=(5, 0x10000))}, "current: page must be the address of a holding register and what to write there, not (5, 65536)"),
        ({"current": u16(0, "A", page=5)}, "current: page must be a list, not 5"),  # type: ignore[arg-type]
        ({"voltage": VOLTAGE, "dc_power": product_of(VOLTAGE, u16(1, "A"), unit="W")}, "dc_power: needs points that have a name"),
        ({"voltage": VOLTAGE, "dc_power": product_of(VOLTAGE)}, "dc_power: has no unit; 'dc_power' is in W"),
        ({"voltage": VOLTAGE, "dc_power": sum_of(VOLTAGE)}, "dc_power: 'V' cannot be converted to 'W', the unit of 'dc_power'"),
        ({"voltage": VOLTAGE, "dc_power": sum_of()}, "dc_power: of must be points of this driver, not ()"),
        ({"voltage": VOLTAGE, "dc_power": sum_of(5)}, "dc_power: of must be a point of this driver, not 5"),  # type: ignore[arg-type]
        ({"_name": (name := string(5, 2)), "dc_voltage": sum_of(name)}, "dc_voltage: '_name' is a text, which cannot be computed with"),
        ({"voltage": VOLTAGE, "current": (amps := u16(1, "A")), "dc_voltage": sum_of(VOLTAGE, amps)}, "dc_voltage: points of different units cannot be added: A, V"),
        ({"voltage": VOLTAGE, "active_powr": sum_of(VOLTAGE)}, "active_powr: 'active_powr' is not in the common schema; did you mean 'active_power'?"),
        ({"voltage": VOLTAGE, "dc_voltage": sum_of(VOLTAGE, valid=(5, 1))}, "dc_voltage: valid must be the smallest and the largest value, not (5.0, 1.0)"),
        ({"voltage": VOLTAGE, "dc_voltage": sum_of(VOLTAGE, scale=2)}, "dc_voltage: 'scale' is not an option of sum_of"),  # type: ignore[call-arg]
        ({"voltage": VOLTAGE, "_sf": SF, "dc_voltage": derived("V")(lambda self, _sf: _sf)}, "dc_voltage: '_sf' scales points and cannot be an input"),
        ({"voltage": VOLTAGE, "dc_voltage": derived("V")(lambda self, voltag: voltag)}, "dc_voltage: 'voltag' is no point of this driver, did you mean 'voltage'?"),
        ({"voltage": VOLTAGE, "dc_voltage": derived("V")(lambda self: 5.0)}, "dc_voltage: a derived point is a method of `self` and the points that it needs, by name"),
        ({"voltage": VOLTAGE, "dc_voltage": derived("V")(lambda self, *voltage: 5.0)}, "dc_voltage: a derived point is a method of `self` and the points that it needs, by name"),
        ({"voltage": VOLTAGE, "dc_voltage": derived("V")(lambda self, dc_voltage: dc_voltage)}, "dc_voltage: is derived from itself"),
        ({"voltage": VOLTAGE, "dc_voltage": derived("V")(5)}, "dc_voltage: compute must be a method, not 5"),  # type: ignore[arg-type]
        ({"voltage": VOLTAGE, "_raw": u16(0, "A"), "current": u16(0, "A")}, "current: input 0x0000+1 overlaps 'voltage' at input 0x0000+1, which has another meaning"),
        ({"battery_soc": u16(0, "%", mask=0xFF), "battery_soh": u16(0, "%", mask=0x1FF)}, "battery_soh: input 0x0000+1 overlaps 'battery_soc' at input 0x0000+1, which has another meaning"),
        ({"voltage": VOLTAGE, "model_id": u16(0, alone=True)}, "voltage: input 0x0000+1 is what 'model_id' is read from, which must be read alone"),
        ({"products": "SDM120", "voltage": VOLTAGE}, ": products must be a list, not 'SDM120'"),
        ({"confidence": "sure", "voltage": VOLTAGE}, ": confidence must be 'high', 'medium' or 'low', not 'sure'"),
        ({"api": 2, "voltage": VOLTAGE}, ": is written for driver API 2; this rtu-agent has 1: update this rtu-agent"),
        ({"api": 0, "voltage": VOLTAGE}, ": api must be the version of the driver API, now 1, not 0"),
        ({"source": 7, "voltage": VOLTAGE}, ": source must be a text, not 7"),
        ({"voltage": None}, ": 'voltage' is neither a point nor a word of a driver\nMade: has no points"),
    ],
)  # fmt: skip
def test_what_is_wrong(body: dict[str, Any], flaw: str) -> None:
    """Driver, point, rule."""
    assert said(**body) == f"Made.{flaw}".replace("Made.: ", "Made: ")


@pytest.mark.parametrize(
    ("options", "flaw"),
    [
        ({"stride": 0}, "Made: stride must be 1 to 8, not 0"),
        ({"stride": 4}, "Made.current: 0x0002 is no register: those of this device are 4 addresses apart"),
        ({"timeout_s": 0}, "Made: timeout_s must be above 0 and at most 60, not 0"),
        ({"timeout_s": float("nan")}, "Made: timeout_s must be above 0 and at most 60, not nan"),
        ({"boundaries": [0x10000]}, "Made: 0x10000 is not an address"),
        ({"boundaries": [1]}, "Made.voltage: input 0x0000+2 crosses 0x0001, which the driver says no read may cross"),
        ({"without": ["voltag"]}, "Made: 'voltag' is no point that it could be without"),
        ({"boundaries": 5}, "Made: boundaries must be a list, not 5"),
    ],
)
def test_what_is_wrong_with_a_device(options: dict[str, Any], flaw: str) -> None:
    """Its limits, and the points that contradict them."""
    assert said(options, voltage=u32(0, "V"), current=u16(2, "A")) == flaw


def test_a_circle_is_found_whoever_begins() -> None:
    """Two points that are computed of each other have no beginning."""
    flaws = said(
        voltage=u16(0, "V"),
        dc_voltage=derived("V")(lambda _, pv_voltage: pv_voltage),
        pv_voltage=derived("V")(lambda _, dc_voltage: dc_voltage),
    )

    assert flaws == "Made.pv_voltage: is derived from itself"


def test_what_rests_on_a_mistake_is_not_told_as_well() -> None:
    """One mistake is one line."""
    flaws = said(
        _sf=(factor := scale_factor("4")),  # type: ignore[arg-type]
        current=(amps := u16(0, "A", scale=factor)),
        dc_current=sum_of(amps),
    )

    assert flaws == "Made._sf: at must be a whole number, not '4'"


class Meter(Driver, table="holding", boundaries=[0x0010], timeout_s=2.5):
    """Starts a family."""

    name = "test.meter"
    kind = "energy_meter"
    products = ["M1", "M2"]
    source = "Manual, section 1"
    confidence = "medium"

    _sf = scale_factor(0x0004)
    current = i16(0x0000, "A", scale=_sf)
    voltage = u32(0x0002, "V", scale=0.1)
    dc_voltage = sum_of(voltage)
    reactive_power = i16(0x0005, "var")


def test_hidden_points_are_read_and_not_stored() -> None:
    """They are among the registers, and reachable by name."""
    assert [signal.name for signal in Meter.signals] == ["current", "voltage", "dc_voltage", "reactive_power"]
    assert [point.name for point in Meter.points] == ["current", "voltage", "reactive_power"]
    assert {point.name for point in Meter.registers} == {"_sf", "current", "voltage", "reactive_power"}
    assert isinstance(Meter._sf, Factor)
    assert Meter.intervals == {"normal": 5.0}
    assert Meter.limits.boundaries == (Boundary(Table.HOLDING, 0x10),)
    assert Meter.limits.timeout_s == 2.5


def test_a_model_may_move_a_factor_swap_words_and_lack_a_point() -> None:
    """What is inherited is made anew, with what the model says about itself."""

    class Twin(Meter, word_order="little", without=["reactive_power"]):
        name = "test.twin"
        products = ["M3"]

        _sf = scale_factor(0x0008)

    assert Twin.current.factors == (Twin._sf,)
    assert Twin.current.factors[0].point.address == 0x0008
    assert Twin.voltage.codec.order == (2, 3, 0, 1)  # type: ignore[union-attr]
    assert Twin.dc_voltage.inputs == (Twin.voltage,)
    assert [signal.name for signal in Twin.signals] == ["current", "voltage", "dc_voltage"]
    assert (Twin.products, Twin.source, Twin.confidence) == (["M3"], "Manual, section 1", "medium")
    assert Meter.current.factors[0].point.address == 0x0004


def test_two_bases_are_put_together_unless_they_contradict_each_other() -> None:
    """The same name must not mean two things: a factor of one would scale the points of the other."""

    class Other(Driver, table="input"):
        name = "test.other"
        kind = "energy_meter"

        frequency = u16(0x0000, "Hz")

    class Both(Meter, Other):
        name = "test.both"

    assert {signal.name for signal in Both.signals} == {
        *("current", "voltage", "dc_voltage", "reactive_power"),
        "frequency",
    }
    assert (Both.frequency.table, Both.current.table) == (Table.INPUT, Table.HOLDING)

    class Clash(Driver, table="holding"):
        name = "test.clash"
        kind = "energy_meter"

        _sf = scale_factor(0x0009)
        frequency = u16(0x000A, "Hz", scale=_sf)

    with pytest.raises(DefinitionError) as caught:
        type("Wrong", (Meter, Clash), {"name": "test.wrong"})
    assert str(caught.value) == "Wrong._sf: two of the classes that it is derived from declare '_sf'"


def test_what_shares_a_register_rightly() -> None:
    """Fields side by side, two views of a code, a value that is used by others, a lone read, a page."""

    class Shared(Driver, table="holding"):
        name = "test.shared"
        kind = "test"

        battery_soc = u16(0, "%", mask=0x00FF)
        battery_soh = u16(0, "%", mask=0x7F00)
        status = bits(1, {0: "on"})
        operating_state = enum(1)
        transformer_ratio = u16(2, group="once", vendor_specific=True)
        _ct = multiplier(2)
        voltage_l1_n = u32(3, "V", scale=_ct)
        model_id = u16(3, group="once", alone=True)
        current_l1 = u16(10, "A", page=(0x100, 1))
        current_l2 = u16(10, "A", page=(0x100, 2))
        voltage_l2_n = u32((20, 22), "V")
        frequency = u16(21, "Hz", scale=decimal_places(30))
        digital_output_1 = bit(0, table="coil")

    assert len(Shared.points) == 12
