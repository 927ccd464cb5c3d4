"""Faults as people write them: understood, or refused with the place and the mend."""

import pytest

from rtu_agent.simulator.faults.frames import ExceptionReply
from rtu_agent.simulator.faults.spec import KINDS, FaultSpecError, catalogue, parse
from rtu_agent.simulator.faults.times import Late


def test_a_specification_names_a_kind_and_what_is_not_usual() -> None:
    """Durations have their unit, units may be a range, and what is left out has its default."""
    assert parse("late:unit=2-5,p=0.1,by=1.5s") == Late(units=range(2, 6), p=0.1, by_s=1.5)
    assert parse("late") == Late()
    assert parse("late:spread=0s") == Late(spread_s=0.0), "zero where it is the usual"
    assert parse("exception:code=0B,bus=floor1") == ExceptionReply(code=11, bus="floor1")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_a_name_and_an_explanation(name: str) -> None:
    """`--fault list` shows each, and each can be had without parameters."""
    assert parse(name).name == name
    assert f"\n{name}\n    " in f"\n{catalogue()}"


@pytest.mark.parametrize(
    ("spec", "column", "message"),
    [
        ("lte", 0, "there is no fault 'lte', did you mean 'late'?"),
        ("", 0, "there is no fault ''; there are late, slow, "),
        ("late:", 5, "here a parameter is missing; there are bus, unit, p, by, spread"),
        ("late:p=1,", 9, "here a parameter is missing; there are bus, unit, p, by, spread"),
        ("latency:by=0s", 11, "by: '0s' would change nothing; write more than zero"),
        ("late:unt=3", 5, "'late' has no parameter 'unt', did you mean 'unit'?"),
        ("crc:by=1s", 4, "'crc' has no parameter 'by'; there are bus, unit, p"),
        ("late:by", 5, "'by' has no value; write by=… (how late at least)"),
        ("late:p=0.1,by=3", 14, "by: '3' is not a duration"),
        ("late:p=2", 7, "p: '2' is not a probability from 0 to 1"),
        ("late:p=x", 7, "p: 'x' is not a probability from 0 to 1"),
        ("late:p=1,p=1", 9, "'p' is given twice"),
        ("late:unit=0", 10, "unit: '0' is no unit; units are 1 to 247"),
        ("late:unit=5-2", 10, "unit: '5-2' is no unit"),
        ("late:unit=a", 10, "unit: 'a' is no unit; write 3, or 2-5 for several"),
        ("noise:where=insid", 12, "where: 'insid' is none of before, inside, after, did you mean 'inside'?"),
        ("flip:bits=4", 10, "bits: '4' is not a whole number from 1 to 3"),
        ("exception:code=xyz", 15, "code: 'xyz' is not an exception code; write two hexadecimal digits"),
    ],
)
def test_a_mistake_has_a_place_and_a_mend(spec: str, column: int, message: str) -> None:
    """The caret stands under the first wrong character."""
    with pytest.raises(FaultSpecError) as caught:
        parse(spec)

    assert str(caught.value).startswith(message)
    assert caught.value.column == column
    assert str(caught.value).endswith(f"    {spec}\n    {' ' * column}^")


def test_a_probability_is_checked_in_python_too() -> None:
    """A fault that strikes more often than always is a mistake."""
    with pytest.raises(ValueError, match=r"late: p is 1\.5"):
        Late(p=1.5)
