"""The kernel switches the direction of a bus, or the bus does not open and says why."""

import errno
import fcntl
import struct
from collections.abc import Callable

import pytest

from rtu_agent.bus.adapter import Adapter
from rtu_agent.bus.port_error import PortError
from rtu_agent.bus.rs485 import Rs485
from rtu_agent.protocol.timing import LineSettings
from support.terminals import terminal

TIOCGRS485, TIOCSRS485 = 0x542E, 0x542F
ENABLED, ON_SEND, AFTER_SEND, RX_DURING_TX, TERMINATE = 1, 2, 4, 16, 32

Struct = tuple[int, int, int]
"""Flags, delay before and delay after sending in milliseconds, as they stand in the kernel's struct."""


class UartDriver:
    """A serial driver of the kernel: it keeps the struct, after it made of it what it can do."""

    def __init__(self, makes: Callable[[Struct], Struct] = lambda wanted: wanted, at_first: Struct = (0, 0, 0)) -> None:
        self.now = at_first
        self._makes = makes
        self._ioctl = fcntl.ioctl

    def ioctl(self, fd: int, request: int, argument: object = 0) -> object:
        """Answer the two requests about RS485; hand on the others."""
        if request == TIOCGRS485:
            struct.pack_into("3I", memoryview(argument).cast("B"), 0, *self.now)
        elif request == TIOCSRS485:
            self.now = self._makes(struct.unpack_from("3I", memoryview(argument).cast("B")))
        else:
            return self._ioctl(fd, request, argument)
        return 0


def opened_with(driver: UartDriver, rs485: Rs485 | None) -> Struct:
    """Open a port of this driver and return what the driver does then."""
    with terminal() as device, pytest.MonkeyPatch.context() as patch:
        patch.setattr(fcntl, "ioctl", driver.ioctl)
        Adapter(device, LineSettings(), rs485=rs485).open().serial.close()
    return driver.now


def refused_by(driver: UartDriver, rs485: Rs485) -> str:
    """Open a port of this driver and return why that failed, without its name; it is closed and free again."""
    with terminal() as device:
        adapter = Adapter(device, LineSettings(), rs485=rs485)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fcntl, "ioctl", driver.ioctl)
            with pytest.raises(PortError) as caught:
                adapter.open()
        Adapter(device, LineSettings()).open().serial.close()
    return str(caught.value).removeprefix(f"{device}: ")


@pytest.mark.parametrize(
    ("rs485", "expected"),
    [
        (Rs485(), (ENABLED | ON_SEND, 0, 0)),
        (Rs485(rts_on_send=False), (ENABLED | AFTER_SEND, 0, 0)),
        (Rs485(delay_before_ms=1, delay_after_ms=2), (ENABLED | ON_SEND, 1, 2)),
        (Rs485(rx_during_tx=True), (ENABLED | ON_SEND | RX_DURING_TX, 0, 0)),
    ],
)
def test_the_driver_gets_what_the_site_says(rs485: Rs485, expected: Struct) -> None:
    """Both levels, both delays and nothing besides."""
    assert opened_with(UartDriver(), rs485) == expected


@pytest.mark.parametrize("delay_ms", range(101))
def test_every_delay_arrives(delay_ms: int) -> None:
    """Milliseconds become seconds for the library and milliseconds again for the kernel, without losing one."""
    rs485 = Rs485(delay_before_ms=delay_ms, delay_after_ms=100 - delay_ms)

    assert opened_with(UartDriver(), rs485)[1:] == (delay_ms, 100 - delay_ms)


def test_what_the_board_says_otherwise_is_kept() -> None:
    """A terminating resistor that is switched on by the device tree stays on; old delays do not."""
    assert opened_with(UartDriver(at_first=(TERMINATE, 7, 7)), Rs485()) == (TERMINATE | ENABLED | ON_SEND, 0, 0)


def test_a_site_that_says_nothing_changes_nothing() -> None:
    """A board whose device tree switches the mode on works without a word."""
    assert opened_with(UartDriver(at_first=(ENABLED | ON_SEND, 3, 3)), None) == (ENABLED | ON_SEND, 3, 3)


def test_a_port_without_the_mode_is_not_opened() -> None:
    """A pseudo terminal says the same as an adapter for USB."""
    with terminal() as device:
        with pytest.raises(PortError) as caught:
            Adapter(device, LineSettings(), rs485=Rs485()).open()
        Adapter(device, LineSettings()).open().serial.close()

    assert str(caught.value) == (
        f"{device}: its driver has no RS485 mode; delete 'rs485' of this bus: an adapter for USB switches by itself"
    )


@pytest.mark.parametrize(
    ("makes", "words"),
    [
        (lambda _: (0, 0, 0), "the driver does not switch on its RS485 mode"),
        (lambda _: (ENABLED | ON_SEND | AFTER_SEND, 0, 0), "the driver does not switch on its RS485 mode"),
        (
            lambda wanted: (wanted[0], 0, 0),
            "the driver makes {rts_on_send: true, delay_before: 0ms, delay_after: 0ms, rx_during_tx: false} of it",
        ),
        (
            lambda wanted: (ENABLED | AFTER_SEND | RX_DURING_TX, *wanted[1:]),
            "the driver makes {rts_on_send: false, delay_before: 1ms, delay_after: 0ms, rx_during_tx: true} of it",
        ),
    ],
    ids=["not-enabled", "switches-nothing", "no-delay", "other-level"],
)
def test_a_driver_that_makes_something_else_of_it_is_found_out(makes: Callable[[Struct], Struct], words: str) -> None:
    """It says that all is well; only reading back shows that it is not."""
    asked = "{rts_on_send: true, delay_before: 1ms, delay_after: 0ms, rx_during_tx: false}"

    assert refused_by(UartDriver(makes), Rs485(delay_before_ms=1)) == (
        f"'rs485' of this bus asks for {asked}, and {words}; write what the port can do"
    )


def test_another_refusal_is_told_as_it_is() -> None:
    """It may be the adapter that is gone."""

    def fails(_: Struct) -> Struct:
        raise OSError(errno.EIO, "Input/output error")

    assert refused_by(UartDriver(fails), Rs485()) == ("its driver refuses the RS485 mode: [Errno 5] Input/output error")
