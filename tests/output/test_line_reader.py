"""What the encoder writes is read back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain.quality import RecordQuality
from rtu_agent.domain.record import Field, Record, Series
from rtu_agent.output import line_reader
from rtu_agent.output.line_protocol import encode
from rtu_agent.output.outgoing import outgoing
from support import hostile
from support.records import METER, NOON_MS, record, series

TEXTS = hostile.ANY | st.text(alphabet='\\,= "#a', max_size=12)
FIELDS = (Field("f"), Field("i", "int"), Field("b", "bool"), Field("s, =\\", "string"))
VALUES = st.tuples(
    st.none() | st.floats(), st.none() | st.integers(), st.none() | st.booleans(), st.none() | TEXTS
)  # fmt: skip


@given(VALUES, TEXTS)
def test_a_line_is_read_as_it_was_written(values: tuple[float, int, bool, str], tag: str) -> None:
    """Every value exactly, whatever the texts and tags hold; the same series has the same key."""
    sent = Record(Series("kind of, it", {"device": "d 1", "tag": tag}, FIELDS), NOON_MS, values)
    line = line_reader.cut(encode(sent).encode())
    assert line is not None
    assert line.time_ms == NOON_MS
    assert line_reader.measurement(line.key) == "kind of, it"
    assert line_reader.tags(line.key)["device"] == "d 1"
    fitting, quality = outgoing(sent)
    names = ("f", "i", "b", "s, =")
    expected = {name: value for name, value in zip(names, fitting, strict=True) if value is not None}
    assert repr(line_reader.values(line.fields)) == repr(expected | {"quality": int(quality)})


@given(TEXTS, TEXTS)
def test_a_series_that_is_read_is_written_the_same_again(tag: str, measurement: str) -> None:
    """So a rollup has the tags of its records, to the last backslash."""
    key = encode(Record(Series(measurement, {"device": "d", "tag": tag}, ()), NOON_MS, ())).split(" quality=")[0]
    again = Series(line_reader.measurement(key), line_reader.tags(key), ())
    assert encode(Record(again, NOON_MS, ())).split(" quality=")[0] == key


def test_what_is_no_line_of_ours_is_told() -> None:
    """Another version's, or a comment."""
    assert line_reader.cut(b"# nothing") is None
    assert line_reader.cut(b"m v=1") is None
    assert line_reader.cut(b"") is None
    whole = line_reader.cut(encode(record(7, METER)).encode())
    assert whole == line_reader.Line(
        "energy_meter,bus=floor1,device=main,site=plant-a",
        "voltage_l1_n_v=7.0,active_power_w=1234.5,status_code=3i,quality=0i",
        NOON_MS + 7000,
    )


def test_a_silent_record_has_its_quality_alone() -> None:
    """And belongs to the same series as the others of its device."""
    silent = line_reader.cut(encode(Record(series("main", ()), NOON_MS, (), RecordQuality.NO_ANSWER)).encode())
    spoken = line_reader.cut(encode(record(1)).encode())
    assert silent is not None
    assert spoken is not None
    assert silent.key == spoken.key
    assert line_reader.values(silent.fields) == {"quality": 3}
