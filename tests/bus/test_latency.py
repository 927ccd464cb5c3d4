"""The latency timer of an adapter is read where the kernel shows it."""

import fcntl
import struct
import termios
from pathlib import Path

import pytest
import serial

from rtu_agent.bus.adapter import Adapter, Roots
from rtu_agent.bus.latency import ask_for_low_latency, latency_mend, read_latency_s
from rtu_agent.protocol.timing import LineSettings
from support.terminals import terminal

PLACES = ["bus/usb-serial/devices/{}", "class/tty/{}/device"]
ASYNC_LOW_LATENCY = 0x2000


def show(sys: Path, place: str, tty: str, text: str) -> None:
    """Write a timer down as the driver does."""
    folder = sys / place.format(tty)
    folder.mkdir(parents=True)
    (folder / "latency_timer").write_text(text)


@pytest.mark.parametrize("place", PLACES)
def test_it_is_found_in_either_place_and_through_links(place: str, tmp_path: Path) -> None:
    """A site names its adapter by a link; the kernel knows the device alone."""
    show(tmp_path, place, "ttyUSB7", "16\n")
    (tmp_path / "ttyUSB7").write_text("")
    (tmp_path / "by-id").symlink_to("by-path")
    (tmp_path / "by-path").symlink_to("ttyUSB7")

    assert read_latency_s(str(tmp_path / "by-id"), tmp_path) == 0.016
    assert read_latency_s("/dev/ttyUSB7", tmp_path) == 0.016


def test_an_adapter_without_a_timer_has_none(tmp_path: Path) -> None:
    """Neither has one that says something else than a number, nor a Windows port."""
    show(tmp_path, PLACES[0], "ttyUSB1", "fast\n")

    assert read_latency_s("/dev/ttyUSB0", tmp_path) is None
    assert read_latency_s("/dev/ttyUSB1", tmp_path) is None
    assert read_latency_s("COM3", tmp_path) is None


@pytest.mark.parametrize(("latency_s", "is_fine"), [(0.001, True), (0.002, True), (0.003, False), (0.016, False)])
def test_more_than_two_milliseconds_need_a_mend(latency_s: float, *, is_fine: bool) -> None:
    """The message has the two ways there are; the first is shipped."""
    mend = latency_mend("/dev/ttyUSB0", latency_s)

    assert (mend is None) == is_fine
    assert mend is None or ("deploy/udev/99-rtu-agent.rules" in mend and "setserial /dev/ttyUSB0 low_latency" in mend)


class FtdiDriver:
    """The kernel's driver as far as latency goes: the flag of a port sets the timer that it shows."""

    def __init__(self, timer: Path) -> None:
        self._timer = timer
        self._ioctl = fcntl.ioctl
        self._struct = bytearray(72)

    def ioctl(self, fd: int, request: int, argument: object = 0) -> object:
        """Answer the two requests about the port's settings; hand on the others."""
        if request == termios.TIOCGSERIAL:
            memoryview(argument).cast("B")[:72] = self._struct
        elif request == termios.TIOCSSERIAL:
            self._struct[:] = memoryview(argument).cast("B")[:72]
            (flags,) = struct.unpack_from("i", self._struct, 16)
            if flags & ASYNC_LOW_LATENCY:
                self._timer.write_text("1\n")
        else:
            return self._ioctl(fd, request, argument)
        return 0


def test_opening_sets_the_mode_and_then_reads_the_timer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every opening: an adapter that was plugged again is slow again."""
    with terminal() as device:
        show(tmp_path, PLACES[0], Path(device).name, "16\n")
        timer = tmp_path / PLACES[0].format(Path(device).name) / "latency_timer"
        adapter = Adapter(device, LineSettings(), roots=Roots(sys=tmp_path))

        slow = adapter.open()
        slow.serial.close()
        assert slow.facts.latency_s == 0.016, "a pseudo terminal does not know the mode, and is opened all the same"

        monkeypatch.setattr(fcntl, "ioctl", FtdiDriver(timer).ioctl)
        for _ in range(2):
            quick = adapter.open()
            quick.serial.close()
            assert quick.facts.latency_s == 0.001
            timer.write_text("16\n")


class ElsewhereSerial(serial.Serial):
    """pyserial where there is no such mode."""

    def set_low_latency_mode(self, low_latency_settings: bool) -> None:
        """Say so, as its base class does."""
        raise NotImplementedError


def test_a_system_without_the_mode_goes_on() -> None:
    """Windows and macOS have other means."""
    ask_for_low_latency(ElsewhereSerial())
