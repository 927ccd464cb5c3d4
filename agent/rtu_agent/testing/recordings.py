"""Reads what devices have said: frames that a manual prints, or the registers that somebody has recorded.

A file is a list. Each entry names its driver, says where it comes from, holds what was read, and what that means:

    - driver: acme.em1
      name: volts
      source: EM1 manual, version 1.4, section 6
      request: 01 04 00 00 00 01 31 CA
      response: 01 04 02 09 01 7E A0
      expected: {voltage: ["230.5", V]}

Without a request, `table` and `start` say what was read. An `image` holds registers from addresses on, or bits one by
one: `image: {input: {0x0000: 09 01 00 FB}, coil: {0x0000: 1 0 1}}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rtu_agent.domain.document import Problem, did_you_mean, parse
from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span, Table
from rtu_agent.domain.units import UnknownUnitError, unit
from rtu_agent.protocol.adu import OVERHEAD
from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.protocol.pdu import READ_FUNCTIONS

Expected = Sequence[str] | str | int | bool | Mapping[str, str]
"""Printed digits and their unit; a text, a code or a bit; or `{missing: sentinel}` where there is no value."""

_KEYS: Final = ("driver", "name", "source", "expected", "request", "response", "table", "start", "image")
_TABLES: Final = {function: table for table, function in READ_FUNCTIONS.items()}
_REQUEST_SIZE: Final = 8
_SHORTEST: Final = 5


class RecordingError(ValueError):
    """A file of recordings has mistakes; each line of the message names the place and the mistake."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.file}:{p.line}:{p.column}: {p.message}" for p in problems))


@dataclass(frozen=True, slots=True)
class Recording:
    """What a device has said once, and what it meant by it."""

    driver: str
    name: str
    source: str
    reads: tuple[tuple[Span, bytes], ...]
    """What was read, by addresses on the wire, and the payload that came."""
    expected: Mapping[str, Expected]
    """By the name of the point, in any spelling of the unit of its column."""


class _WrongError(Exception):
    def __init__(self, message: str, *path: str | int, at_key: bool = False) -> None:
        super().__init__(message)
        self.path = path
        self.at_key = at_key


def read_recordings(path: Path) -> list[Recording]:
    """Return what a file holds.

    Raises:
        RecordingError: it has mistakes.
        OSError: it cannot be read.
    """
    document = parse(path.read_bytes(), str(path))
    if not isinstance(document.data, list):
        raise RecordingError(document.problems or [document.problem((), "recordings are a list of entries")])
    problems, found = [*document.problems], []
    for index, entry in enumerate(document.data):
        try:
            found.append(_recording(entry))
        except _WrongError as wrong:
            problems.append(document.problem((index, *wrong.path), str(wrong), key=wrong.at_key))
    if problems:
        raise RecordingError(problems)
    return found


def _recording(entry: Any) -> Recording:
    if not isinstance(entry, dict):
        raise _WrongError("a recording is a mapping that begins with `driver: vendor.model`")
    for key in entry:
        if key not in _KEYS:
            raise _WrongError(f"'{key}' is no part of a recording{did_you_mean(str(key), _KEYS)}", key, at_key=True)
    said = [_text(entry, key) for key in ("driver", "name", "source")]
    reads = tuple(_image(entry["image"]) if "image" in entry else [_dialogue(entry)])
    return Recording(said[0], said[1], said[2], reads, _expected(entry.get("expected")))


def _text(entry: Mapping[str, Any], key: str) -> str:
    if key not in entry:
        raise _WrongError(f"'{key}' is missing")
    if not isinstance(entry[key], str):
        raise _WrongError(f"{key} must be a text; put it in quotes", key)
    return str(entry[key])


def _bytes(text: Any, *path: str | int) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise _WrongError(f'must be bytes in hexadecimal, such as "09 01", not {text!r}', *path) from None


def _frame(entry: Mapping[str, Any], key: str) -> bytes:
    frame = _bytes(_text(entry, key), key)
    if len(frame) < _SHORTEST or not crc_is_good(frame):
        raise _WrongError(f"the checksum of the {key} is wrong", key)
    return frame


def _table(name: Any, *path: str | int) -> Table:
    if name not in [*Table]:
        raise _WrongError(f"there is no table '{name}'{did_you_mean(str(name), Table)}", *path)
    return Table(name)


def _dialogue(entry: Mapping[str, Any]) -> tuple[Span, bytes]:
    """Return what was asked for and the payload of the reply."""
    response = _frame(entry, "response")
    payload = response[OVERHEAD:-2]
    if response[1] not in _TABLES or response[2] != len(payload):
        raise _WrongError("the response is no reply to a read: its function or its byte count is wrong", "response")
    table = _table(entry["table"], "table") if "table" in entry else _TABLES[response[1]]
    if "request" not in entry:
        if table.of_bits or "table" not in entry:
            raise _WrongError("without a request, 'table' and 'start' say which registers were read")
        return _span(table, entry.get("start"), len(payload) // 2, "start"), payload
    request = _frame(entry, "request")
    if len(request) != _REQUEST_SIZE or request[:2] != response[:2]:
        raise _WrongError("the response does not answer the request", "response")
    address, count = (int.from_bytes(request[place : place + 2], "big") for place in (2, 4))
    if len(payload) != ((count + 7) // 8 if table.of_bits else 2 * count):
        raise _WrongError("the response has not as many items as the request wants", "response")
    return _span(table, address, count, "request"), payload


def _span(table: Table, address: Any, count: int, *path: str | int) -> Span:
    if isinstance(address, bool) or not isinstance(address, int) or not 0 <= address <= HIGHEST_ADDRESS + 1 - count:
        raise _WrongError(f"{address!r} is not the address of {count} items: 0x0000 to 0xFFFF", *path)
    return Span(table, address, count)


def _image(image: Any) -> Iterator[tuple[Span, bytes]]:
    if not isinstance(image, dict) or not all(isinstance(runs, dict) for runs in image.values()):
        raise _WrongError("an image is a mapping such as {input: {0x0000: 09 01 00 FB}}", "image")
    for name, runs in image.items():
        table = _table(name, "image", name)
        for address, text in runs.items():
            path = "image", name, address
            count, payload = _bits(text, *path) if table.of_bits else _words(text, *path)
            yield _span(table, address, count, *path), payload


def _words(text: Any, *path: str | int) -> tuple[int, bytes]:
    payload = _bytes(text, *path)
    if len(payload) % 2 or not payload:
        raise _WrongError("a register has two bytes", *path)
    return len(payload) // 2, payload


def _bits(text: Any, *path: str | int) -> tuple[int, bytes]:
    items = str(text).split()
    if not items or {*items} - {"0", "1"}:
        raise _WrongError(f'must be bits such as "1 0 1", not {text!r}', *path)
    number = sum(1 << place for place, item in enumerate(items) if item == "1")
    return len(items), number.to_bytes((len(items) + 7) // 8, "little")


def _expected(expected: Any) -> dict[str, Expected]:
    if not isinstance(expected, dict) or not expected:
        raise _WrongError("'expected' says what it means, such as {voltage: [\"230.5\", V]}", "expected")
    for name, value in expected.items():
        if (wrong := _objection(value)) is not None:
            raise _WrongError(wrong, "expected", name)
    return expected


def _objection(value: Any) -> str | None:
    """Return what is wrong with what is expected of a point, or None."""
    match value:
        case [str(digits), str(symbol)]:
            try:
                float(digits)
                unit(symbol)
            except UnknownUnitError as error:
                return str(error)
            except ValueError:
                return f"{digits!r} is no number"
            return None
        case {"missing": str(reason)} if len(value) == 1:
            return None if reason in [*Reason] else f"there is no reason '{reason}'{did_you_mean(reason, Reason)}"
        case str() | int():
            return None
    return 'must be digits and unit, such as ["230.5", V], a text, a code, true, false, or {missing: sentinel}'
