"""While a port is open here, nobody else opens it, and afterwards everybody may."""

import fcntl
import struct

import pytest
from serial import SerialException

from rtu_agent.bus import exclusive
from rtu_agent.bus.exclusive import ExclusiveSerial
from support.other_process import holding, may_open
from support.terminals import terminal

TIOCGEXCL = 0x80045440
"""Asks a terminal of Linux whether it is in exclusive mode."""


def is_exclusive(port: ExclusiveSerial) -> bool:
    """Return what the kernel says."""
    (answer,) = struct.unpack("i", fcntl.ioctl(port.fileno(), TIOCGEXCL, struct.pack("i", 0)))
    return bool(answer)


@pytest.fixture
def adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pseudo terminals pass for adapters: they know the exclusive mode, too."""
    monkeypatch.setattr(exclusive, "is_pseudo_terminal", lambda _: False)


def test_programs_without_locks_are_kept_out_while_it_is_open(adapter: None) -> None:
    """And come in again afterwards, although the terminal lives on because somebody else has it open."""
    with terminal() as device:
        assert may_open(device)
        port = ExclusiveSerial(device, exclusive=True)
        assert is_exclusive(port)
        assert not may_open(device)

        port.close()
        assert may_open(device)
        port.close()


def test_it_is_opened_again_after_it_was_closed(adapter: None) -> None:
    """The mode of the last time is not in the way of the next."""
    with terminal() as device:
        port = ExclusiveSerial(device, exclusive=True)
        port.close()
        port.open()

        assert is_exclusive(port)
        port.close()


def test_a_pseudo_terminal_keeps_no_mode() -> None:
    """It would outlive a killed agent and keep the next one out."""
    with terminal() as device:
        port = ExclusiveSerial(device, exclusive=True)
        assert not is_exclusive(port)
        port.close()


def test_a_lock_of_another_is_respected(adapter: None) -> None:
    """Root included, which the exclusive mode would let in."""
    with terminal() as device, holding(device):
        with pytest.raises(SerialException):
            ExclusiveSerial(device, exclusive=True)
        assert may_open(device), "who failed has not locked the door"
