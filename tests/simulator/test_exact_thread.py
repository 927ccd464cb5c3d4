"""The thread holds a context from the first line of the block to the last, and hides no error."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rtu_agent.simulator.exact_thread import in_exact_thread


@asynccontextmanager
async def noted(notes: list[str]) -> AsyncIterator[str]:
    """Note the thread on the way in and on the way out."""
    notes.append(f"in {threading.current_thread().name}")
    try:
        yield "value"
    finally:
        notes.append("out")


def test_a_context_lives_in_the_thread_as_long_as_the_block() -> None:
    """And the thread ends with it."""
    notes: list[str] = []
    before = threading.active_count()

    with in_exact_thread(noted(notes)) as value:
        assert value == "value"
        assert notes == ["in simulator"]

    assert notes == ["in simulator", "out"]
    assert threading.active_count() == before


def test_an_error_in_the_block_leaves_the_context_too() -> None:
    """Nothing stays behind."""
    notes: list[str] = []

    with pytest.raises(RuntimeError, match="mine"), in_exact_thread(noted(notes)):
        raise RuntimeError("mine")

    assert notes[-1] == "out"


def test_an_error_on_entering_reaches_the_caller() -> None:
    """A simulator that cannot start says so where it was started."""

    @asynccontextmanager
    async def broken() -> AsyncIterator[None]:
        raise OSError("no pty left")
        yield

    with pytest.raises(OSError, match="no pty left"), in_exact_thread(broken()):
        pass
