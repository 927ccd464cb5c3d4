"""Line protocol: what goes in comes out of other people's parsers, and nothing else does."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_protocol_parser import parse_line

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, FieldKind, Record, Series
from rtu_agent.output.line_protocol import body, encode
from rtu_agent.output.outgoing import fit
from support import hostile
from support.records import METER, NOON_MS, record, series

# The parser refuses subnormal numbers, which servers take: tests/servers/test_outputs.py sends one.
FLOATS = st.floats(allow_subnormal=False)
KINDS: dict[FieldKind, st.SearchStrategy[Any]] = {
    "float": FLOATS,
    "int": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "string": st.text(alphabet=st.characters()),
}
ANY_TEXT = hostile.ANY | st.text(alphabet='\\,= "#\n\r\x00aé', max_size=20)


@st.composite
def hostile_records(draw: st.DrawFn) -> Record:
    """Records with anything for a tag or a string, and any number."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
    fields = tuple(Field(f"field_{index}", kind) for index, kind in enumerate(kinds))
    tags = {"device": "d1"} | {f"tag_{index}": draw(ANY_TEXT) for index in range(draw(st.integers(0, 3)))}
    values = tuple(draw(st.none() | (ANY_TEXT if kind == "string" else KINDS[kind])) for kind in kinds)
    return Record(Series("energy_meter", tags, fields), NOON_MS, values, draw(st.sampled_from(RecordQuality)))


def test_a_record_is_one_line() -> None:
    """The format that the design fixes, byte for byte."""
    of = series("main-meter", [*METER.fields, Field("alarm", "bool"), Field("serial_number", "string")])
    line = encode(Record(of, NOON_MS, (230.0, None, 3, True, 'SN "1"\\'), RecordQuality.PARTIAL))
    assert line == (
        "energy_meter,bus=floor1,device=main-meter,site=plant-a "
        'voltage_l1_n_v=230.0,status_code=3i,alarm=true,serial_number="SN \\"1\\"\\\\",quality=1i 1795003200000'
    )


def test_a_poll_without_an_answer_is_a_line_too() -> None:
    """A gap can be told from an agent that was off."""
    silent = Record(METER, NOON_MS, (None, None, None), RecordQuality.NO_ANSWER)
    assert encode(silent) == "energy_meter,bus=floor1,device=main,site=plant-a quality=3i 1795003200000"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_never_leaves(value: float) -> None:
    """A database would refuse the line; the value is left out and the quality says so."""
    assert encode(record(values=(value, 1.0, 1))).split()[1] == "active_power_w=1.0,status_code=1i,quality=1i"


@given(hostile_records())
def test_round_trip_through_a_parser(sent: Record) -> None:
    """Every value comes back exactly, every float as a float; no text opens a second line, tag or field."""
    line = encode(sent)
    assert line.isprintable()
    parsed = parse_line(line)
    expected = {
        field.name: fitting
        for field, value in zip(sent.series.fields, sent.values, strict=True)
        if (fitting := fit(value, field.kind)) is not None
    }
    quality = parsed["fields"].pop("quality")
    assert parsed["fields"] == expected
    assert {name: type(value) for name, value in parsed["fields"].items()} == {
        name: type(value) for name, value in expected.items()
    }
    assert quality >= sent.quality
    assert (parsed["measurement"], parsed["time"]) == ("energy_meter", NOON_MS)
    assert parsed["tags"]["device"] == "d1"
    assert set(parsed["tags"]) <= set(sent.series.tags)


NUMBERS = st.tuples(st.none() | FLOATS | st.integers() | st.booleans(), st.none() | st.integers() | FLOATS, FLOATS)


@given(NUMBERS | st.tuples(FLOATS, st.integers(), FLOATS))
def test_a_record_is_written_like_each_of_its_values_alone(values: tuple[Any, ...]) -> None:
    """A record that is filled into its template in one go says what one says that is put together by value."""
    fields = (Field("a_100%"), Field("b", "int"), Field("c"))
    whole = encode(Record(series(fields=fields), NOON_MS, values))
    alone = [
        encode(Record(series(fields=[*fields[:at], *fields[at + 1 :]]), NOON_MS, (*values[:at], *values[at + 1 :])))
        for at in range(3)
    ]
    parsed = [parse_line(line)["fields"] for line in (whole, *alone)]
    expected = {key: value for fields in parsed[1:] for key, value in fields.items()}
    expected["quality"] = max(fields["quality"] for fields in parsed[1:])
    assert repr(sorted(parsed[0].items())) == repr(sorted(expected.items()))


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**63, -(2**63) - 1, 10**400])
def test_whole_numbers_leave_as_they_are_or_not_at_all(number: int) -> None:
    """Also beside floats, whose range is another."""
    line = encode(record(values=(1.5, 1e308, number)))
    assert (f"status_code={number}i" in line) == (-(2**63) <= number < 2**63)
    assert "active_power_w=1e+308" in line


def test_numbers_whose_sum_is_beyond_all_floats_leave() -> None:
    """Each of them is finite."""
    line = encode(record(values=(1.7e308, 1.7e308, 1)))
    assert line.split()[1] == "voltage_l1_n_v=1.7e+308,active_power_w=1.7e+308,status_code=1i,quality=0i"


@given(st.text(alphabet="ab \\,=", max_size=12))
def test_a_tag_keeps_its_text_but_for_backslashes_that_mean_two_things(text: str) -> None:
    """Commas, spaces and equals signs come back; a backslash before one of them, or at the end, does not travel."""
    parsed = parse_line(encode(record(of=series(room=text))))
    stored = parsed["tags"].get("room", "")
    assert stored.replace("\\", "") == text.replace("\\", "")
    assert not stored.endswith("\\")


@pytest.mark.parametrize("measurement", ["#comment", "", "\\", "a b,c", "x\ny"])
def test_any_measurement_gives_a_line_that_is_no_comment(measurement: str) -> None:
    """A line that starts with a hash would vanish without a word."""
    line = encode(Record(Series(measurement, {"device": "d"}, ()), NOON_MS, ()))
    assert parse_line(line)["fields"] == {"quality": 0}


def test_lines_travel_joined_by_line_feeds() -> None:
    """The body of a request, and a row of the spool."""
    assert body([record(1), record(2)]).decode().split("\n") == [encode(record(1)), encode(record(2))]
