"""A YAML register map is the class that an author of Python would have written; its mistakes have places."""

# ruff: noqa: E501 - one mistake and what is said about it stand in one line

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtu_agent.domain.problem import Problem
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import (
    Driver,
    Limits,
    MapError,
    Proof,
    Serial,
    bcd,
    bit,
    bits,
    decimal,
    decimal_places,
    enum,
    f32,
    i16,
    load_register_map,
    multiplier,
    product_of,
    scale_factor,
    signed_by,
    string,
    sum_of,
    u16,
    u32,
)
from rtu_agent.testing import Registers

TH1 = """\
driver: acme.th1
kind: environment
description: Acme TH1 temperature and humidity transmitter
source: Acme TH1 manual, version 1.2, section 3
serial: {baudrate: 9600, parity: none, unit: 1}
table: input
type: i16
max_block: 32
points:
  temperature:       {at: 0x0001, unit: "°C", scale: 0.1, invalid: [0x7FFF]}
  humidity_relative: {at: 0x0002, unit: "%", scale: 0.1}
  fan_stage:         {at: 0x0010, type: u16, group: slow, vendor_specific: true}
"""


@pytest.fixture
def write(tmp_path: Path) -> "Writer":
    """Write a map into a file of its own."""
    return Writer(tmp_path / "map.yaml")


class Writer:
    """A file that holds a register map."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, text: str) -> Path:
        """Write a map and return its path."""
        self.path.write_text(dedent(text), encoding="utf-8")
        return self.path

    def problems(self, text: str) -> list[str]:
        """Return what is wrong with a map: line, column, sentence."""
        with pytest.raises(MapError) as caught:
            load_register_map(self(text))
        assert all(problem.file == str(self.path) for problem in caught.value.problems)
        return [f"{problem.line}:{problem.column} {problem.message}" for problem in caught.value.problems]


def test_the_map_of_the_design_is_the_class_of_the_design(write: Writer) -> None:
    """Both forms compare equal, in all that the agent reads."""

    class AcmeTh1(Driver, table="input", max_block=32):
        """Acme TH1 temperature and humidity transmitter."""

        name = "acme.th1"
        kind = "environment"
        serial = Serial(baudrate=9600, parity="none", unit=1)

        temperature = i16(0x0001, "°C", scale=0.1, invalid=[0x7FFF])
        humidity_relative = i16(0x0002, "%", scale=0.1)
        fan_stage = u16(0x0010, group="slow", vendor_specific=True)

    loaded = load_register_map(write(TH1))

    assert issubclass(loaded, Driver)
    for word in ("name", "kind", "serial", "limits", "intervals", "points", "__name__"):
        assert getattr(loaded, word) == getattr(AcmeTh1, word), word


def test_a_map_documents_itself(write: Writer) -> None:
    """Description and source are the docstring; the origin is the line of the driver's name."""
    loaded = load_register_map(write("# about the device\n" + TH1))

    assert (
        loaded.__doc__
        == "Acme TH1 temperature and humidity transmitter\n\nSource: Acme TH1 manual, version 1.2, section 3"
    )
    assert loaded.origin == (str(write.path), 2)


def test_a_map_can_say_all_that_a_class_can(write: Writer) -> None:
    """Every type, every option; durations with their unit."""

    class AcmeAll(
        Driver,
        table="holding",
        word_order="little",
        byte_order="little",
        max_block=20,
        gaps_readable=True,
        unreadable=[(0x100, 0x1FF)],
        pause_s=0.05,
        min_interval_s=2.0,
        intervals={"slow": 300.0},
    ):
        name = "acme.all"
        kind = "test"
        serial = Serial(19200, "even", 2, 7)

        voltage = f32(0x0000, "V", word_order="big", valid=(0, 500), group="slow")
        volume = bcd(0x0002, "m3", words=2, scale=0.01, offset=-1, counter=True)
        status = bits(0x0004, {0: "fault", 3: "warm"}, words=2)
        operating_state = enum(0x0006, {1: "run"}, invalid=[0xFFFF, 0xFFFE])
        device_name = string(0x0007, 4, byte_order="big")
        digital_output_1 = bit(0x0000, table="coil")

    loaded = load_register_map(
        write("""\
        driver: acme.all
        kind: test
        serial: {baudrate: 19200, parity: even, stop_bits: 2, unit: 7}
        intervals: {slow: 5m}
        table: holding
        word_order: little
        byte_order: little
        max_block: 20
        gaps_readable: true
        unreadable: [[0x100, 0x1FF]]
        pause: 50ms
        min_interval: 2s
        points:
          voltage: {at: 0x0000, type: f32, unit: V, word_order: big, valid: [0, 500], group: slow}
          volume: {at: 0x0002, type: bcd, unit: m3, words: 2, scale: 0.01, offset: -1, counter: true}
          status: {at: 0x0004, type: bits, names: {0: fault, 3: warm}, words: 2}
          operating_state: {at: 0x0006, type: enum, names: {1: run}, invalid: [0xFFFF, 0xFFFE]}
          device_name: {at: 0x0007, type: string, words: 4, byte_order: big}
          digital_output_1: {at: 0x0000, type: bit, table: coil}
        """)
    )

    for word in ("name", "kind", "serial", "limits", "intervals", "points"):
        assert getattr(loaded, word) == getattr(AcmeAll, word), word
    assert loaded.limits == Limits(20, True, (Span(Table.HOLDING, 0x100, 0x100),), 0.05, 2.0)


def test_a_map_can_say_what_is_more_than_a_register(write: Writer) -> None:
    """Fields, words far apart, factors, hidden and derived points: as a class says them."""

    class AcmeMore(Driver, table="holding", boundaries=[0x100], stride=2, timeout_s=5.0):
        name = "acme.more"
        kind = "battery"
        products = ["M1", "M2"]
        source = "Acme manual, section 4"
        confidence = "low"
        api = 1

        _sf = scale_factor(0x0000)
        _places = decimal_places(0x0002, mask=0x00FF)
        _ct = multiplier(0x0004, number="u32", scale=0.1)
        current_l1 = i16(0x0008, "A", scale=_sf)
        current_l2 = i16(0x000A, "A", scale=(0.1, _ct, _places), sign_bit=True)
        battery_soc = u16(0x000C, "%", mask=0x00FF)
        energy_import_active = u32((0x0010, 0x0014), "kWh", word_order="little")
        energy_export_active = decimal(0x0018, "kWh", words=3, digits=3)
        power_factor = f32(0x0020, four_quadrant=True, page=(0x0100, 2))
        device_name = string(0x0030, 8, one_per_word=True, alone=True)
        _state = enum(0x0040)
        current_sum = sum_of(current_l1, current_l2)
        battery_power = product_of(current_sum, battery_soc, unit="kW", group="slow", valid=(0, 5))
        battery_current = signed_by(current_l1, _state, negative=(2, 3))

    loaded = load_register_map(
        write("""\
        driver: acme.more
        kind: battery
        products: [M1, M2]
        source: Acme manual, section 4
        confidence: low
        api: 1
        table: holding
        boundaries: [0x100]
        stride: 2
        timeout: 5s
        points:
          current_l1: {at: 0x0008, type: i16, unit: A, scale: _sf}
          _sf: {at: 0x0000, type: scale_factor}
          _places: {at: 0x0002, type: decimal_places, mask: 0x00FF}
          _ct: {at: 0x0004, type: multiplier, number: u32, scale: 0.1}
          current_l2: {at: 0x000A, type: i16, unit: A, scale: [0.1, _ct, _places], sign_bit: true}
          battery_soc: {at: 0x000C, type: u16, unit: "%", mask: 0x00FF}
          energy_import_active: {at: [0x0010, 0x0014], type: u32, unit: kWh, word_order: little}
          energy_export_active: {at: 0x0018, type: decimal, unit: kWh, words: 3, digits: 3}
          power_factor: {at: 0x0020, type: f32, four_quadrant: true, page: [0x0100, 2]}
          device_name: {at: 0x0030, type: string, words: 8, one_per_word: true, alone: true}
          _state: {at: 0x0040, type: enum}
          current_sum: {type: sum_of, of: [current_l1, current_l2]}
          battery_power: {type: product_of, of: [current_sum, battery_soc], unit: kW, group: slow, valid: [0, 5]}
          battery_current: {type: signed_by, magnitude: current_l1, sign: _state, negative: [2, 3]}
        """)
    )

    for word in ("name", "kind", "products", "source", "confidence", "api", "limits", "intervals", "signals", "points"):
        assert getattr(loaded, word) == getattr(AcmeMore, word), word
    assert set(loaded.registers) == set(AcmeMore.registers)
    assert set(loaded.ties) == set(AcmeMore.ties)


FAMILY = """\
driver: acme.family
kind: environment
table: input
type: u16
identity: {model_id: [1, 2], vendor_name: Acme}
variants: {by: model_id, of: {2: second.yaml}}
points:
  model_id: {at: 0, group: once}
  co2: {at: 1, unit: ppm}
"""
SECOND = "driver: acme.second\nkind: environment\ntable: input\npoints: {co2: {at: 9, type: u16, unit: ppm}}\n"


def test_a_map_names_its_variants_and_its_proofs(write: Writer) -> None:
    """A variant is another map, from the folder of this one."""
    (write.path.parent / "second.yaml").write_text(SECOND, encoding="utf-8")

    family = load_register_map(write(FAMILY))

    assert family.variants is not None
    assert {code: driver.name for code, driver in family.variants.of.items()} == {2: "acme.second"}
    assert family.proofs == (Proof(family.points[0], (1, 2)), Proof("vendor_name", ("Acme",)))
    discovery = family.discovery()
    assert discovery is not None
    assert Registers({0: 2}).run(discovery).result is family.variants.of[2]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("by: model_id", "by: model", "6:16 'model' is no point of this map, did you mean 'model_id'?"),
        ("of: {2", "ofs: {2", "6:1 'of' is missing|6:26 'ofs' is not an option of variants, did you mean 'of'?"),
        ("second.yaml", "third.yaml", "6:34 the register map {folder}/third.yaml cannot be read: No such file or directory"),
        ("second.yaml", "map.yaml", "6:34 map.yaml is a variant of itself"),
        ("second.yaml", "5", "6:34 of.2 must be a text, not 5"),
        ("model_id: [1, 2]", "model: 1", "5:12 identity: 'model' is no point of this driver, nor one of vendor_name, product_code, revision, product_name, model_name, server_id"),
        ("model_id: [1, 2]", "model_id: one", "5:22 identity: 'model_id' says a whole number, not 'one'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_variants_and_proofs(write: Writer, right: str, wrong: str, said: str) -> None:
    """Each at its place."""
    (write.path.parent / "second.yaml").write_text(SECOND, encoding="utf-8")

    problems = write.problems(FAMILY.replace(right, wrong))

    assert "|".join(problems) == said.replace("{folder}", str(write.path.parent))


def test_mistakes_in_a_variant_are_told_in_its_own_file(write: Writer) -> None:
    """All of them in one run."""
    second = write.path.parent / "second.yaml"
    second.write_text(SECOND.replace("unit: ppm", "unit: ppn"), encoding="utf-8")

    with pytest.raises(MapError) as caught:
        load_register_map(write(FAMILY))

    assert str(caught.value) == f"{second}:4:40: 'ppn' is not a unit, did you mean 'ppm'?"


def test_points_that_others_name_are_looked_for(write: Writer) -> None:
    """Each name that means nothing has its place, and what rests on a mistake is not told as well."""
    problems = write.problems("""\
        driver: acme.th1
        kind: environment
        table: input
        type: i16
        points:
          _places: {at: 0, type: decimal_places, nmber: u16}
          temperature: {at: 1, unit: "°C", scale: _places}
          dew_point: {at: 2, unit: "°C", scale: [0.1, _place]}
          voltage: {at: 3, unit: V, scale: temperature}
          current_sum: {type: sum_of, of: [voltage, curent]}
          current: {at: 4, unit: A}
          battery_power: {type: signed_by, magnitude: 5, sign: current}
          co2: {type: derived, compute: x}
          _options: {at: 9}
          __init__: {at: 9}
          _Sf: {at: 9}
        """)

    assert problems == [
        "6:42 'nmber' is not an option of decimal_places, did you mean 'number'?",
        "8:47 '_place' is no point of this map, did you mean '_places'?",
        "9:36 scale must be a number or a factor, not a point",
        "10:45 'curent' is no point of this map, did you mean 'current'?",
        "12:47 magnitude must be a point of this driver, not 5",
        "13:15 'derived' is not a type; there are u16, i16, u32, i32, u64, i64, f32, f64, bcd, decimal, string, bits, enum, bit, scale_factor, decimal_places, multiplier, sum_of, product_of, signed_by",
        "14:3 a point is named by lower-case words joined by '_', at most 64 characters, not '_options'",
        "15:3 a point is named by lower-case words joined by '_', at most 64 characters, not '__init__'",
        "16:3 a hidden point is named by `_` and lower-case words joined by '_', not '_Sf'",
    ]


def test_all_mistakes_in_one_run_each_at_its_place(write: Writer) -> None:
    """Those of the language, of the vocabulary and of the schema, in the order of the file."""
    problems = write.problems("""\
        driver: acme.th1.x
        kind: environment
        sorce: Acme TH1 manual
        serial: {baudrate: 9600, parity: no, unit: 0, units: 1}
        table: inptu
        pause: 5
        intervals: {slow: 5m, fest: 1s}
        type: i16
        points:
          temperatur:        {at: 0x0001, unit: "°C", scale: 0.1, invalid: [0x7FFF, 0x7FFFF]}
          humidity_relative: {at: 0x0002, unit: "%", scal: 0.1}
          dew_point:         {at: 0x0002, unit: "%", type: u17}
          co2:               {unit: ppm}
          tvoc:              {at: 0x0003, unit: ppm, valid: [5, 1]}
          status:            5
          co2:               {at: 9, unit: ppm}
        """)

    language = [problem for problem in problems if problem.startswith(("4:34 ", "16:3 "))]
    assert len(language) == 2, "`no` and the key that is given twice"
    assert [problem for problem in problems if problem not in language] == [
        "1:9 name must be vendor.model in lower case, such as 'acme.th1', not 'acme.th1.x'",
        "3:1 'sorce' is not an option of a register map, did you mean 'source'?",
        "4:44 unit must be 1 to 255, not 0",
        "4:47 'units' is not an option of serial, did you mean 'unit'?",
        "5:8 table must be 'coil', 'discrete_input', 'holding' or 'input', not 'inptu', did you mean 'input'?",
        "6:8 pause: a duration needs a unit: write 5s for seconds, 5ms for milliseconds",
        "7:23 intervals.fest must be 'fast', 'normal', 'slow' or 'once', not 'fest', did you mean 'fast'?",
        "10:3 'temperatur' is not in the common schema; did you mean 'temperature'?",
        "10:77 0x7ffff is not a pattern of 16 bits; write what is on the wire, without a sign",
        "11:46 'scal' is not an option of i16, did you mean 'scale'?",
        "12:52 'u17' is not a type, did you mean 'u16'?",
        "14:53 valid must be the smallest and the largest value, not (5.0, 1.0)",
        "15:22 'status' must be a mapping such as {at: 0x0001, type: u16}",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["1:1 a register map is a mapping that begins with `driver: vendor.model`"]),
        ("- driver\n", ["1:1 a register map is a mapping that begins with `driver: vendor.model`"]),
        ("driver: acme.th1\n", ["1:1 'kind' is missing", "1:1 'points' is missing"]),
        ("driver: acme.th1\nkind: test\npoints: {}\n", ["3:9 has no points"]),
        ("driver: acme.th1\nkind: test\npoints: 5\n", ["3:9 points must be a mapping, not 5"]),
        ("driver: a.b\nkind: test\npoints: {5: {at: 1}}\n", ["3:10 points.5 must be a text, not 5"]),
        ("driver: 5\nkind: test\npoints: {co2: {at: 1, unit: ppm, type: u16, table: input}}\n", ["1:9 driver must be a text, not 5"]),
        ("driver: a.b\nkind: test\npoints: {co2: {at: 1, unit: ppm, type: u16}}\n", ["3:10 has no table; name one here or, for all points, at the class"]),
        ("driver: a.b\nkind: test\npoints: {co2: {at: 1, unit: ppm, table: input}}\n", ["3:10 has no type; name one here or, for all points, at the top of the map"]),
        ("driver: a.b\nkind: test\ntype: u17\ntable: input\npoints: {co2: {at: 1, unit: ppm}}\n", ["5:10 'u17' is not a type, did you mean 'u16'?"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {co2: {at: 1, unit: ppm, type: [u16]}}\n", ["4:40 ['u16'] is not a type; there are u16, i16, u32, i32, u64, i64, f32, f64, bcd, decimal, string, bits, enum, bit, scale_factor, decimal_places, multiplier, sum_of, product_of, signed_by"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {co2: {unit: ppm, type: u16}}\n", ["4:10 'at' is missing"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {co2: {at: 30001, unit: ppm, type: u16, ref: 30001}}\n", ["4:49 'ref' is not an option of u16"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {limits: {at: 1, type: u16, vendor_specific: true}}\n", ["4:10 'limits' is a word of every driver and cannot name a point"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {kind: {at: 1, type: u16, vendor_specific: true}}\n", ["4:10 'kind' is a word of every driver and cannot name a point"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {__init__: {at: 1, type: u16}}\n", ["4:10 a point is named by lower-case words joined by '_', at most 64 characters, not '__init__'"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {__doc__: {at: 1, type: u16}}\n", ["4:10 a point is named by lower-case words joined by '_', at most 64 characters, not '__doc__'"]),
        ("driver: a.b\nkind: test\ntable: input\npoints: {__slots__: {at: 1, type: u16}}\n", ["4:10 a point is named by lower-case words joined by '_', at most 64 characters, not '__slots__'"]),
        ("driver: a.b\nkind: test\nserial: 5\ntable: input\npoints: {co2: {at: 1, unit: ppm, type: u16}}\n", ["3:9 serial must be a mapping, not 5"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_map(write: Writer, text: str, problems: list[str]) -> None:
    """One clear line for one mistake."""
    assert write.problems(text) == problems


def test_what_a_syntax_error_has_swallowed_is_not_called_missing(write: Writer) -> None:
    """One mistake is one line."""
    problems = write.problems("driver: acme.th1\nkind: environment\npoints:\n\tco2: {at: 1}\n")

    assert len(problems) == 1
    assert problems[0].startswith("4:1 ")


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Who asked for it says where the path came from."""
    with pytest.raises(FileNotFoundError):
        load_register_map(tmp_path / "missing.yaml")


def test_the_error_reads_like_a_compilers(write: Writer) -> None:
    """File, line and column can be clicked."""
    with pytest.raises(MapError) as caught:
        load_register_map(write("driver: acme.th1\n"))

    assert str(caught.value).splitlines()[0] == f"{write.path}:1:1: 'kind' is missing"


@given(st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_map_is_never_anything_but_a_map_error(write: Writer, data: st.DataObject) -> None:
    """Whatever is changed in a good map: it is a driver, or all is said with places inside of the file."""
    start, end = sorted(data.draw(st.lists(st.integers(0, len(TH1)), min_size=2, max_size=2)))
    text = TH1[:start] + data.draw(st.text(max_size=8)) + TH1[end:]
    write.path.write_bytes(text.encode("utf-8", "surrogatepass"))
    problems: Sequence[Problem] = ()
    try:
        load_register_map(write.path)
    except MapError as error:
        problems = error.problems

    assert all(1 <= problem.line <= text.count("\n") + 2 and problem.column >= 1 for problem in problems)
