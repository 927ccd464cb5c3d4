"""A program that waits ends for each of its reasons, and gives the signals back."""

import os
import signal

import pytest

from rtu_agent.simulator.lifetime import End, Lifetime


@pytest.mark.parametrize(
    ("number", "end"), [(signal.SIGINT, End.INTERRUPTED), (signal.SIGTERM, End.TERMINATED)], ids=["SIGINT", "SIGTERM"]
)
def test_a_signal_ends_it_even_before_the_wait(number: signal.Signals, end: End) -> None:
    """One that comes while the program still starts is not lost."""
    with Lifetime() as lifetime:
        os.kill(os.getpid(), number)

        assert lifetime.wait(for_s=10.0) is end


def test_the_end_of_the_input_ends_it() -> None:
    """Not the input itself: whatever is said is read over."""
    ours, theirs = os.pipe()
    os.write(theirs, b"hello\n")
    os.close(theirs)
    try:
        with Lifetime() as lifetime:
            assert lifetime.wait(input_fd=ours, for_s=10.0) is End.INPUT_CLOSED
    finally:
        os.close(ours)


def test_time_ends_it() -> None:
    """Though the input stays open."""
    ours, theirs = os.pipe()
    try:
        with Lifetime() as lifetime:
            assert lifetime.wait(input_fd=ours, for_s=0.01) is End.TIME_OVER
    finally:
        os.close(ours)
        os.close(theirs)


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    """Ctrl-C works in whatever comes next."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Lifetime():
        pass

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
