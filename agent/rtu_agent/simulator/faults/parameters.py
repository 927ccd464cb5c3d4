"""The parameters of a fault: how each is written in a specification, and what it means."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Final

from rtu_agent.domain.duration import parse_duration
from rtu_agent.domain.problem import did_you_mean

_HIGHEST_UNIT: Final = 255


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as a specification writes it."""

    key: str
    read: Callable[[str], Any]
    """Return the value of a text; raises ValueError with what would do."""
    meaning: str


def duration(key: str, default: float, meaning: str) -> Any:
    """Declare a duration: seconds in Python, `1.5s` or `20ms` in a specification; zero only where it is the default."""
    read = partial(_duration, default == 0)
    return field(default=default, metadata={"parameter": Parameter(key, read, meaning)})


def whole(key: str, default: int, meaning: str, *, low: int, high: int) -> Any:
    """Declare a whole number between `low` and `high`."""
    return field(default=default, metadata={"parameter": Parameter(key, partial(_whole, low, high), meaning)})


def code(key: str, default: int, meaning: str) -> Any:
    """Declare an exception code, written in hexadecimal as the specification of Modbus does: `0B`."""
    return field(default=default, metadata={"parameter": Parameter(key, _code, meaning)})


def choice(key: str, default: str, meaning: str, words: tuple[str, ...]) -> Any:
    """Declare one of several words."""
    listed = f"{meaning}: {', '.join(words)}"
    return field(default=default, metadata={"parameter": Parameter(key, partial(_choice, words), listed)})


def share(key: str, default: float, meaning: str) -> Any:
    """Declare a probability, 0 to 1."""
    return field(default=default, metadata={"parameter": Parameter(key, _share, meaning)})


def units(key: str, meaning: str) -> Any:
    """Declare unit addresses: `3` or `2-5`; all by default."""
    everybody = range(_HIGHEST_UNIT + 1)
    return field(default=everybody, metadata={"parameter": Parameter(key, _units, meaning)})


def text(key: str, meaning: str) -> Any:
    """Declare a name; nothing by default."""
    return field(default="", metadata={"parameter": Parameter(key, str, meaning)})


def parameters(kind: type[Any]) -> Iterator[tuple[str, Parameter, Any]]:
    """Yield name in Python, parameter and default of each parameter of a kind of fault."""
    for declared in fields(kind):
        yield declared.name, declared.metadata["parameter"], declared.default


def _duration(may_be_zero: bool, written: str) -> float:
    seconds = parse_duration(written)
    if seconds == 0 and not may_be_zero:
        raise ValueError(f"'{written}' would change nothing; write more than zero")
    return seconds


def _whole(low: int, high: int, written: str) -> int:
    if not written.isdecimal() or not low <= int(written) <= high:
        raise ValueError(f"'{written}' is not a whole number from {low} to {high}")
    return int(written)


def _code(written: str) -> int:
    try:
        number = int(written, 16)
    except ValueError:
        number = 0
    if not 1 <= number <= 0xFF:  # noqa: PLR2004 - the range of a byte without 0
        raise ValueError(f"'{written}' is not an exception code; write two hexadecimal digits, such as 02 or 0B")
    return number


def _choice(words: tuple[str, ...], written: str) -> str:
    if written not in words:
        raise ValueError(f"'{written}' is none of {', '.join(words)}{did_you_mean(written, words)}")
    return written


def _share(written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError(f"'{written}' is not a probability from 0 to 1, such as 0.1")
    return number


def _units(written: str) -> range:
    first, _, last = written.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise ValueError(f"'{written}' is no unit; write 3, or 2-5 for several")
    found = range(int(first), int(last or first) + 1)
    if not found or not 1 <= found[0] <= found[-1] <= _HIGHEST_UNIT:
        raise ValueError(f"'{written}' is no unit; units are 1 to 247")
    return found
