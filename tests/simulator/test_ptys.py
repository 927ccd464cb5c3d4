"""A pty passes every byte, and stays when the program at its other end comes and goes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from rtu_agent.simulator.ptys import Pty


@pytest.fixture
def pty() -> Iterator[Pty]:
    """A pty that is closed with the test."""
    made = Pty()
    yield made
    made.close()


def test_every_byte_passes_both_ways_as_it_is(pty: Pty) -> None:
    """No line editing, no signals from control characters, no newline becomes two."""
    everything = bytes(range(256))
    with serial.Serial(pty.path, timeout=5) as port:
        port.write(everything)
        assert pty.read() == everything
        pty.write(everything)
        assert port.read(256) == everything


def test_a_program_that_sets_nothing_gets_every_byte_too(pty: Pty) -> None:
    """A pty begins as a terminal: it would echo, wait for a newline and take 0x03 for Ctrl-C."""
    port = os.open(pty.path, os.O_RDWR | os.O_NOCTTY)
    try:
        pty.write(b"\x01\x03\x04\r")
        assert os.read(port, 10) == b"\x01\x03\x04\r"
        os.write(port, b"\n")
        assert pty.read() == b"\n"
    finally:
        os.close(port)


def test_nothing_to_read_is_no_error(pty: Pty) -> None:
    """Also when no program has ever opened the port, which on its own would be EIO."""
    assert pty.read() == b""


def test_a_port_that_was_closed_can_be_opened_again(pty: Pty) -> None:
    """The name stays, and so does what is behind it."""
    for _ in range(2):
        with serial.Serial(pty.path, timeout=5) as port:
            port.write(b"ask")
            assert pty.read() == b"ask"
    assert pty.read() == b""


def test_what_nobody_reads_is_lost_and_blocks_nobody(pty: Pty) -> None:
    """A simulator must not hang because a master has gone."""
    for _ in range(100):
        pty.write(bytes(4096))


def test_closing_gives_both_ends_back() -> None:
    """Else a long test run would use up the system's ptys."""
    before = {*Path("/dev/fd").iterdir()}
    Pty().close()

    assert {*Path("/dev/fd").iterdir()} == before
