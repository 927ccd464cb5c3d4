"""A script run by hand: whatever its author has written, it ends, and says why."""

from typing import Any

import pytest

from rtu_agent.driver_api import Discovery, Driver, Read, Reply, Script, StepFailed, Stepper, Write, u16
from rtu_agent.driver_api.stepper import LAST_STEPS


class Found(Driver, table="input"):
    """What is discovered."""

    name = "test.found"
    kind = "test"

    co2 = u16(0, "ppm")


def answered(stepper: Stepper[Any], *payloads: bytes) -> list[Read | Write | None]:
    """Answer the steps one by one, and return them and what comes last."""
    steps = [stepper.step]
    for payload in payloads:
        stepper.answered(payload)
        steps.append(stepper.step)
    return steps


def test_a_script_is_asked_and_answered() -> None:
    """Words, bits and texts come as they are in the reply; a write has nothing to say."""
    seen: list[Reply] = []

    def script() -> Discovery:
        seen.append((yield Read("holding", 0x10, 2)))
        seen.append((yield Read("coil", 0, 10)))
        seen.append((yield Write(0x20, (1, 2))))
        return Found

    stepper = Stepper(script(), writes=True)
    steps = answered(stepper, b"AC\x4d\x00", b"\x05\x02", b"")

    assert steps == [Read("holding", 0x10, 2), Read("coil", 0, 10), Write(0x20, (1, 2)), None]
    assert seen == [(0x4143, 0x4D00), (1, 0, 1, 0, 0, 0, 0, 0, 0, 1), ()]
    assert seen[0].text == "ACM"
    assert (stepper.result, stepper.failure, stepper.error) == (Found, None, None)


def test_a_failed_step_is_raised_where_it_was_asked() -> None:
    """The author may catch it, or clean up; what is not caught ends the script."""
    refused = []

    def script() -> Script:
        try:
            yield Read("holding", 1)
        except StepFailed as failure:
            refused.append(failure.refused)
        try:
            yield Read("holding", 2)
        finally:
            yield Write(3, 0)

    stepper = Stepper(script(), writes=True)
    stepper.failed("exception")
    assert stepper.step == Read("holding", 2)
    stepper.failed("no_reply")
    assert stepper.step == Write(3, 0)
    stepper.answered(b"")

    assert refused == [True]
    assert stepper.step is None
    assert stepper.failure is not None
    assert (stepper.failure.step, stepper.failure.reason) == (Read("holding", 2), "no_reply")
    assert stepper.error is None


def test_a_write_that_is_not_allowed_never_reaches_the_bus() -> None:
    """It fails, as any other step may."""

    def script() -> Script:
        yield Write(1, 1)

    stepper = Stepper(script())

    assert stepper.step is None
    assert stepper.failure is not None
    assert stepper.failure.reason == "not_allowed"


def test_a_script_has_an_end() -> None:
    """After so many steps it is told to; it may still put everything back."""

    def script() -> Script:
        try:
            while True:
                yield Read("holding", 1)
        finally:
            yield Write(9, 0)

    stepper = Stepper(script(), writes=True, most_steps=3)
    steps = answered(stepper, *[b"\0\0"] * 3, b"")

    assert steps == [Read("holding", 1)] * 3 + [Write(9, 0), None]
    assert "has not ended" in str(stepper.error)


def test_a_script_that_will_not_end_is_left() -> None:
    """A few more steps, and nobody listens to it any longer."""

    def script() -> Script:
        while True:
            try:
                yield Read("holding", 1)
            except StepFailed:
                continue

    stepper = Stepper(script(), most_steps=3)
    steps = answered(stepper, *[b"\0\0"] * 20)

    assert len([step for step in steps if step]) <= 3 + LAST_STEPS
    assert "does not end when it is told to" in str(stepper.error)


def rubbish() -> Any:
    """Yield what is no step."""
    yield 5


def raising() -> Script:
    """Raise what nobody expects."""
    raise RuntimeError("the author is tired")
    yield Read("holding", 1)


def impossible() -> Script:
    """Ask for what no request can carry."""
    yield Read("holding", 1, 126)


def unpacking() -> Script:
    """Expect more than was asked for."""
    _one, _two = yield Read("holding", 1)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (rubbish, "yields 5, which is neither a Read nor a Write"),
        (raising, "RuntimeError: the author is tired"),
        (impossible, "ValueError: Read(table='holding', address=1, count=126) cannot be asked for"),
        (unpacking, "ValueError: not enough values to unpack (expected 2, got 1)"),
    ],
)
def test_a_mistake_of_the_author_is_told_and_raised_at_nobody(script: Any, said: str) -> None:
    """The bus goes on."""
    stepper = Stepper(script())
    stepper.answered(b"\0\0")
    stepper.answered(b"\0\0")

    assert (stepper.step, str(stepper.error)) == (None, said)


@pytest.mark.parametrize(
    "step",
    [
        lambda: Read("coil", 0, 2001),
        lambda: Read("input", -1),
        lambda: Read("input", 0, 0),
        lambda: Write(0, 0x10000),
        lambda: Write(0, -1),
        lambda: Write(0, ()),
        lambda: Write(0, 2, table="coil"),
        lambda: Write(0, (1, 0), table="coil"),
        lambda: Write(0x10000, 0),
    ],
)
def test_what_no_request_can_carry(step: Any) -> None:
    """It is found where it is written."""
    with pytest.raises(ValueError, match="cannot be asked for"):
        step()
