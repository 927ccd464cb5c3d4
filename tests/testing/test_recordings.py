"""What devices have said is read from files, and a mistake in a file is told with its place."""

from pathlib import Path

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.testing import RecordingError, read_recordings

DIALOGUE = """
- driver: acme.em1
  name: volts
  source: a manual
  request: 01 04 00 00 00 01 31 CA
  response: 01 04 02 09 01 7E A0
  expected: {voltage: ["230.5", V]}
"""
IMAGE = """
- driver: acme.em1
  name: all
  source: a device
  image:
    input: {0x0000: 0901 00FB, 16: "3039"}
    coil: {3: 1 0 1}
  expected: {power_factor: {missing: sentinel}, device_name: EM1, digital_output_1: true}
"""


def written(folder: Path, text: str) -> Path:
    """Return the path of a file with this text."""
    path = folder / "recordings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_dialogue_is_what_was_read(tmp_path: Path) -> None:
    """Both frames are whole; the request says where, the response what."""
    [recording] = read_recordings(written(tmp_path, DIALOGUE))

    assert (recording.driver, recording.name, recording.source) == ("acme.em1", "volts", "a manual")
    assert recording.reads == ((Span(Table.INPUT, 0, 1), b"\x09\x01"),)
    assert recording.expected == {"voltage": ["230.5", "V"]}


def test_a_response_alone_needs_a_place(tmp_path: Path) -> None:
    """Many manuals print no more; and some devices have one table for both functions."""
    request = "  request: 01 04 00 00 00 01 31 CA\n"
    [alone] = read_recordings(written(tmp_path, DIALOGUE.replace(request, "  table: input\n  start: 0x0010\n")))
    [other] = read_recordings(written(tmp_path, DIALOGUE.replace(request, f"  table: holding\n{request}")))

    assert alone.reads[0][0] == Span(Table.INPUT, 16, 1)
    assert other.reads[0][0] == Span(Table.HOLDING, 0, 1)


def test_an_image_holds_registers_and_bits(tmp_path: Path) -> None:
    """Each run from its address on."""
    [recording] = read_recordings(written(tmp_path, IMAGE))

    assert recording.reads == (
        (Span(Table.INPUT, 0, 2), bytes.fromhex("090100fb")),
        (Span(Table.INPUT, 16, 1), bytes.fromhex("3039")),
        (Span(Table.COIL, 3, 3), b"\x05"),
    )


@pytest.mark.parametrize(
    ("text", "old", "new", "said"),
    [
        (DIALOGUE, "name: volts", "nmae: volts", "3:3: 'nmae' is no part of a recording, did you mean 'name'?"),
        (DIALOGUE, "  source: a manual\n", "", "2:3: 'source' is missing"),
        (DIALOGUE, "name: volts", "name: 1", "3:9: name must be a text; put it in quotes"),
        (DIALOGUE, "7E A0", "7E A1", "6:13: the checksum of the response is wrong"),
        (DIALOGUE, "01 31 CA", "0Z", "5:12: must be bytes in hexadecimal, such as \"09 01\", not '01 04 00 00 00 0Z'"),
        (DIALOGUE, "01 04 00 00 00 01 31 CA", "01 04 00 00 00 04 F1 C9", "6:13: the response has not as many items"),
        (DIALOGUE, "01 04 00 00 00 01 31 CA", "01 03 00 00 00 01 84 0A", "6:13: the response does not answer"),
        (DIALOGUE, "01 04 02 09 01 7E A0", "01 84 02 C2 C1", "6:13: the response is no reply to a read"),
        (DIALOGUE, "  request: 01 04 00 00 00 01 31 CA\n", "", "2:3: without a request, 'table' and 'start' say"),
        (DIALOGUE, '"230.5"', "230.5", "7:23: must be digits and unit"),
        (DIALOGUE, '"230.5"', "two", "7:23: 'two' is no number"),
        (DIALOGUE, ", V]", ", Volt]", "7:23: 'Volt' is not a unit"),
        (DIALOGUE, '{voltage: ["230.5", V]}', "{}", "7:13: 'expected' says what it means"),
        (IMAGE, "sentinel}", "sentinal}", "8:28: there is no reason 'sentinal', did you mean 'sentinel'?"),
        (IMAGE, "0901 00FB", "0901 00", "6:21: a register has two bytes"),
        (IMAGE, "0901 00FB", "0901", "6:21: must be bytes in hexadecimal"),
        (IMAGE, "1 0 1", "1 0 2", "7:15: must be bits such as \"1 0 1\", not '1 0 2'"),
        (IMAGE, "coil:", "coils:", "7:12: there is no table 'coils', did you mean 'coil'?"),
        (IMAGE, "0x0000:", "0xFFFF:", "6:21: 65535 is not the address of 2 items: 0x0000 to 0xFFFF"),
        (IMAGE, "coil: {3: 1 0 1}", "coil: 1 0 1", "6:5: an image is a mapping such as"),
        (DIALOGUE, DIALOGUE, "driver: acme.em1", "1:1: recordings are a list of entries"),
        (DIALOGUE, DIALOGUE, "- acme.em1", "1:3: a recording is a mapping that begins with"),
        (DIALOGUE, "name: volts", "name: [", "3:9: this '[' is never closed"),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, text: str, old: str, new: str, said: str) -> None:
    """File, line and column, and how to mend it."""
    path = written(tmp_path, text.replace(old, new))

    with pytest.raises(RecordingError) as caught:
        read_recordings(path)

    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")


def test_all_entries_with_mistakes_are_told(tmp_path: Path) -> None:
    """In one run."""
    path = written(tmp_path, DIALOGUE.replace("7E A0", "7E A1") + IMAGE.replace("coil:", "coils:"))

    with pytest.raises(RecordingError) as caught:
        read_recordings(path)

    assert len(caught.value.problems) == 2
