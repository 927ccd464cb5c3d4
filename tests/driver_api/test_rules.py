"""The rules of points: each mistake is found when the class is created, and said in one sentence."""

# ruff: noqa: E501 - one mistake and what is said about it stand in one line

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtu_agent.driver_api import DefinitionError, Driver, bcd, bit, bits, enum, f32, f64, i16, string, u16, u32, u64
from rtu_agent.driver_api.fields import Declaration


def define(options: dict[str, Any] | None = None, **points: Declaration) -> type[Driver]:
    """Return the driver of these points; by default of input registers."""
    return type(
        "Made", (Driver,), {"name": "test.made", "kind": "test", **points}, **{"table": "input"} | (options or {})
    )


def said(options: Any = None, **points: Declaration) -> str:
    """Return what is wrong with these points."""
    with pytest.raises(DefinitionError) as caught:
        define(options, **points)
    return str(caught.value)


@pytest.mark.parametrize(
    ("declaration", "flaw"),
    [
        (u16(0, "A"), "'A' cannot be converted to 'V', the unit of 'voltage'"),
        (u16(0), "has no unit; 'voltage' is in V"),
        (u16(0, "v"), "'v' is not a unit, did you mean 'V'?"),  # type: ignore[arg-type]
        (u16(-1, "V"), "-0x001 is not an address (0x0000 to 0xFFFF); ref(40001) converts a manual's reference number"),
        (u16(400001, "V"), "0x61a81 is not an address (0x0000 to 0xFFFF); ref(40001) converts a manual's reference number"),
        (u32(0xFFFF, "V"), "2 items from 0xffff reach beyond the last address"),
        (u16(0, "V", table="coil"), "u16 cannot be in table coil; name holding or input"),
        (u16(0, "V", scale=0), "scale must be 1e-12 to 1e+12, with either sign, not 0"),
        (u16(0, "V", scale=float("nan")), "scale must be 1e-12 to 1e+12, with either sign, not nan"),
        (u16(0, "V", scale=1e13), "scale must be 1e-12 to 1e+12, with either sign, not 1e+13"),
        (u16(0, "V", offset=float("inf")), "offset must be -1e+12 to 1e+12, not inf"),
        (u16(0, "V", valid=(5, 5)), "valid must be the smallest and the largest value, not (5.0, 5.0)"),
        (u16(0, "V", valid=(0, float("nan"))), "valid must be the smallest and the largest value, not (0.0, nan)"),
        (u16(0, "V", invalid=[0x10000]), "0x10000 is not a pattern of 16 bits; write what is on the wire, without a sign"),
        (i16(0, "V", invalid=[-1]), "-0x1 is not a pattern of 16 bits; write what is on the wire, without a sign"),
        (f32(0, "V", invalid=[1 << 32]), "0x100000000 is not a pattern of 32 bits; write what is on the wire, without a sign"),
        (bcd(0, "V", words=5), "bcd has 1, 2, 3, 4 words, not 5"),
        (u16(0, "V", group="fsat"), "group must be 'fast', 'normal', 'slow' or 'once', not 'fsat', did you mean 'fast'?"),  # type: ignore[arg-type]
        (u16("0", "V"), "at must be a whole number, not '0'"),  # type: ignore[arg-type]
        (u16(0.5, "V"), "at must be a whole number, not 0.5"),  # type: ignore[arg-type]
        (u16(0, "V", scale="0.1"), "scale must be a number, not '0.1'"),  # type: ignore[arg-type]
        (u16(0, "V", counter=1), "counter must be true or false, not 1"),  # type: ignore[arg-type]
        (u16(0, "V", rolls_over_at=100), "rolls_over_at is for counters; say `counter` too"),
        (u16(0, "V", counter=True), "'voltage' may also become less, so it cannot be a counter"),
        (u16(0, "V", counter=True, most_per_hour=-1), "'voltage' may also become less, so it cannot be a counter\nMade.voltage: most_per_hour must be more than 0, not -1"),
        (u16(0, "V", valid=(1,)), "valid must be two values, not (1,)"),  # type: ignore[arg-type]
        (u16(0, "V", invalid=0xFFFF), "invalid must be a list, not 65535"),  # type: ignore[arg-type]
        (u16(0, "V", invalid=[float("nan")]), "invalid.0 must be a whole number, not nan"),  # type: ignore[list-item]
        (u16(0, "V", word_order="low"), "word_order must be 'big' or 'little', not 'low'"),  # type: ignore[arg-type]
        (u16(0, "V", words=2), "'words' is not an option of u16"),  # type: ignore[call-arg]
        (string(0, 4), "'voltage' is an amount, which string cannot hold; use u16, i16, u32, i32, u64, i64, bcd, decimal, f32, f64"),
        (bits(0), "'voltage' is an amount, which bits cannot hold; use u16, i16, u32, i32, u64, i64, bcd, decimal, f32, f64"),
        (u16(0, "V", vendor_specific=True), "'voltage' is in the common schema, so it cannot be vendor-specific"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_voltage(declaration: Declaration, flaw: str) -> None:
    """Driver, point, rule; and what to write instead where that is known."""
    assert said(voltage=declaration) == f"Made.voltage: {flaw}"


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        *[("energy_import_active_l1_t2_day", "kWh"), ("energy_partial_import_active", "Wh"), ("pv2_energy", "kWh")],
        *[("volume", "m3"), ("volume_negative", "m3"), ("thermal_energy", "GJ"), ("operating_time", "h")],
        *[("pulse_count_3", "1"), ("process_value", "m3"), ("rainfall", "mm")],
    ],
)
def test_what_may_only_grow_can_be_a_counter(name: str, symbol: Any) -> None:
    """A total of energy, volume or time; and whatever a site counts with a process value."""
    assert define(**{name: u32(0, symbol, counter=True)}).points[0].counter


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("energy_net_active", "kWh"), ("volume_net", "m3"), ("temperature", "°C"), ("status", "1"), ("power_factor", "1")],
)
def test_what_may_fall_is_no_counter(name: str, symbol: Any) -> None:
    """Else each fall of it would be held back."""
    assert said(**{name: u32(0, symbol, counter=True)}).endswith("may also become less, so it cannot be a counter")


@pytest.mark.parametrize(
    ("points", "flaw"),
    [
        ({"activ_power": u16(0, "W")}, "activ_power: 'activ_power' is not in the common schema; did you mean 'active_power'?"),
        ({"bus_v": u16(0, vendor_specific=True)}, "bus_v: 'bus_v' ends like the unit of a column ('_v'); the unit is added to the name by itself"),
        ({"flux": u16(0, "Wb", vendor_specific=True)}, "flux: 'Wb' is not a unit, did you mean 'W'?"),  # type: ignore[arg-type]
        ({"process_value": u16(0, "bra")}, "process_value: 'bra' is not a unit, did you mean 'bar'?"),  # type: ignore[arg-type]
        ({"digital_input_1": u16(0)}, "digital_input_1: 'digital_input' is a state, which u16 cannot hold; use bit"),
        ({"digital_input_1": bit(0)}, "digital_input_1: bit cannot be in table input; name coil or discrete_input"),
        ({"alarm": bit(0, table="coil")}, "alarm: 'alarm' is a code, which bit cannot hold; use bits, enum, u16, i16, u32, i32, u64, i64, bcd, decimal"),
        ({"alarm": f32(0)}, "alarm: 'alarm' is a code, which f32 cannot hold; use bits, enum, u16, i16, u32, i32, u64, i64, bcd, decimal"),
        ({"alarm": u16(0, scale=10)}, "alarm: 'alarm' is a code; it has neither scale nor offset"),
        ({"alarm": bits(0, {16: "x"})}, "alarm: 16 is not between 0 and 15"),
        ({"alarm": bits(0, {-1: "x"})}, "alarm: -1 is not between 0 and 15"),
        ({"alarm": bits(0, words=3)}, "alarm: bits has 1, 2, 4 words, not 3"),
        ({"alarm": bits(0, {"a": "x"})}, "alarm: names.a must be a whole number, not 'a'"),  # type: ignore[dict-item]
        ({"alarm": bits(0, {0: 1})}, "alarm: names.0 must be a text, not 1"),  # type: ignore[dict-item]
        ({"operating_state": enum(0, {65536: "x"})}, "operating_state: 65536 is not between 0 and 65535"),
        ({"serial_number": bits(0)}, "serial_number: 'serial_number' is a name, which bits cannot hold; use enum, string, u16, i16, u32, i32, u64, i64, bcd, decimal, f32, f64"),
        ({"alarm": bits(0, {1: "x"}, words=1000)}, "alarm: bits has 1, 2, 4 words, not 1000"),
        ({"device_name": string(0, 0)}, "device_name: words must be at least 1, not 0"),
        ({"device_name": string(0, 126)}, "device_name: 126 registers are more than this device lets read at once (max_block 125)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_other_points(points: dict[str, Declaration], flaw: str) -> None:
    """Names, states, codes and vendors' own points have rules of their own."""
    assert said(**points) == f"Made.{flaw}"


def test_a_table_must_be_named_somewhere() -> None:
    """Nobody guesses between holding and input registers."""
    with pytest.raises(DefinitionError) as caught:
        type("Made", (Driver,), {"name": "test.made", "kind": "test", "voltage": u16(0, "V")})

    assert str(caught.value) == "Made.voltage: has no table; name one here or, for all points, at the class"


def test_a_value_wider_than_one_read_cannot_be_read() -> None:
    """Its words must not be split, so it could only be torn."""
    flaw = "Made.voltage: 4 registers are more than this device lets read at once (max_block 2)"

    assert said({"max_block": 2}, voltage=f64(0, "V"), current=f32(4, "A")) == flaw


@pytest.mark.parametrize(
    ("first", "second", "flaw"),
    [
        (
            u16(5, "V"),
            u16(5, "A"),
            "Made.current: input 0x0005+1 overlaps 'voltage' at input 0x0005+1, which has another meaning",
        ),
        (
            f32(5, "V"),
            u16(6, "A"),
            "Made.current: input 0x0006+1 overlaps 'voltage' at input 0x0005+2, which has another meaning",
        ),
        (
            u16(6, "V"),
            f32(5, "A"),
            "Made.voltage: input 0x0006+1 overlaps 'current' at input 0x0005+2, which has another meaning",
        ),
        (
            u64(0, "V"),
            u16(3, "A"),
            "Made.current: input 0x0003+1 overlaps 'voltage' at input 0x0000+4, which has another meaning",
        ),
    ],
)
def test_two_points_of_different_meaning_share_no_register(first: Declaration, second: Declaration, flaw: str) -> None:
    """One of the two addresses is wrong."""
    assert said(voltage=first, current=second) == flaw


def test_a_wide_point_is_compared_with_all_that_it_covers() -> None:
    """Not only with its neighbour in the order of addresses."""
    flaws = said(voltage=u64(0, "V"), current=u16(1, "A"), frequency=u16(3, "Hz")).splitlines()

    assert [flaw.partition(":")[0] for flaw in flaws] == ["Made.current", "Made.frequency"]


def test_each_table_is_compared_with_itself() -> None:
    """A wide point at a high address of one table does not hide what overlaps in another."""
    flaws = said(energy_import_active=u64(0x0100, "kWh", table="holding"), voltage=f32(0, "V"), current=f32(1, "A"))

    assert flaws.startswith("Made.current: input 0x0001+2 overlaps 'voltage'")


def test_one_code_may_have_two_views() -> None:
    """Flags and a code of the same register do not contradict each other; of half of it they do."""
    assert len(define(alarm=bits(0, {0: "low"}), operating_state=enum(0)).points) == 2
    assert "overlaps" in said(alarm=bits(0, words=2), operating_state=enum(0))


def test_tables_do_not_overlap_each_other() -> None:
    """Address 0 exists four times."""
    driver = define(
        voltage=u16(0, "V"),
        current=u16(0, "A", table="holding"),
        digital_input_1=bit(0, table="discrete_input"),
        digital_output_1=bit(0, table="coil"),
    )

    assert len(driver.points) == 4


def test_a_point_in_an_unreadable_range_contradicts_its_driver() -> None:
    """The other table is not meant."""
    options = {"unreadable": [(4, 7)]}
    flaw = "Made.voltage: input 0x0003+2 is in input 0x0004+4, which the driver says must not be read"

    assert said(options, voltage=f32(3, "V"), current=f32(8, "A"), frequency=f32(4, "Hz", table="holding")) == flaw


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=12), st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=6))
def test_any_body_is_a_driver_or_a_definition_error(body: dict[str, Any]) -> None:
    """An author may write anything; nothing else is ever raised."""
    with suppress(DefinitionError):
        type("Made", (Driver,), {"name": "test.made", "kind": "test", **body}, table="input")


def test_unreadable_ranges_need_the_table_that_they_are_of() -> None:
    """They are not guessed to be holding registers."""
    with pytest.raises(DefinitionError) as caught:
        type(
            "Made", (Driver,), {"name": "a.b", "kind": "test", "co2": u16(9, "ppm", table="input")}, unreadable=[(0, 3)]
        )

    assert str(caught.value) == "Made: unreadable ranges are of the table of the class, which names none"
