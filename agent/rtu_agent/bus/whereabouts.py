"""Where an adapter is after it was plugged again.

The kernel numbers adapters for USB in the order of plugging: what was `/dev/ttyUSB0` may come back as `/dev/ttyUSB1`,
and another adapter, with other devices behind it, may be `/dev/ttyUSB0` then. udev keeps links whose names stay:
`by-id` is made of the maker, the model and the serial number of an adapter, `by-path` of the socket that it sits in. So
the link that leads to an adapter when it is first opened says where it is later. A `by-id` without a serial number is
the same for every adapter of that model and proves nothing; `by-path` has to do then.

Names that stay by themselves are used as they are: those links, links of one's own, built-in ports.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import serial

from rtu_agent.bus.port_error import PortError

DEV: Final = Path("/dev")
_NUMBERED: Final = re.compile(r"tty\w*(USB|ACM)\d+")
"""Names that the kernel and the makers' own drivers deal out in the order of plugging."""


class Whereabouts:
    """Knows one adapter again.

    Args:
        name: how the site calls its port.
        dev: where the devices are.
        sys: where the kernel tells about them.
    """

    def __init__(self, name: str, dev: Path, sys: Path) -> None:
        self._name = name
        self._dev = dev
        self._sys = sys
        self._moves = changes_its_name(name, dev)
        self._link: Path | None = None

    def find(self) -> str:
        """Return the path at which the adapter is to be opened now.

        Raises:
            PortError: another adapter has taken its name, and it is nowhere itself.
        """
        if self._link is None:
            return self._name
        found, named = os.path.realpath(self._link), os.path.realpath(self._name)
        if found == named:
            return self._name
        if Path(found).exists():
            return found
        if Path(named).exists():
            raise PortError(
                f"{self._name}: another adapter has this name now, and the one that had it ({self._link.name}) is not "
                "plugged in; plug it in, or start the agent again to use the new one"
            )
        return self._name

    def confirm(self, opened: serial.Serial) -> None:
        """Note which link leads to the adapter that was just opened; once one is known, see that it still does.

        Raises:
            PortError: it is another adapter, plugged in at the moment of opening.
        """
        if not self._moves:
            return
        device = os.fstat(opened.fileno()).st_rdev
        if self._link is None:
            self._link = lasting_link(self._name, device, self._dev, self._sys)
        elif not _leads_to(self._link, device):
            raise PortError(f"{self._name}: the adapter was changed while it was opened")


def changes_its_name(name: str, dev: Path) -> bool:
    """Return whether the kernel deals out this name of a port in the order of plugging."""
    return Path(name).parent == dev and _NUMBERED.fullmatch(Path(name).name) is not None


def lasting_link(name: str, device: int, dev: Path, sys: Path) -> Path | None:
    """Return the link whose name stays and that leads to a device, by its number; None where there is none."""
    return next((link for link in _links(name, dev, sys) if _leads_to(link, device)), None)


def usb_of(name: str, sys: Path) -> Path | None:
    """Return where the kernel tells about the adapter of a port on its USB; None if it is on none."""
    ports = [Path(os.path.realpath(sys / "class/tty" / path.name / "device")) for path in _led_to(Path(name))]
    with suppress(OSError):
        places = (place for port in ports for place in (port, *port.parents))
        return next((place for place in places if (place / "idVendor").exists()), None)
    return None


def has_serial_number(usb: Path) -> bool:
    """Return whether an adapter has a number that no other one of its model has; true if nothing is known."""
    with suppress(OSError):
        return (usb / "serial").exists()
    return True


def _led_to(link: Path) -> Iterator[Path]:
    """Yield a link, where it leads to, and where that leads to in the end."""
    yield link
    with suppress(OSError):
        yield link.readlink()
        yield Path(os.path.realpath(link))


def _links(name: str, dev: Path, sys: Path) -> Iterator[Path]:
    usb = usb_of(name, sys)
    # Without a serial number a link by-id is the same for every adapter of the model.
    kinds = ("by-id", "by-path") if usb is None or has_serial_number(usb) else ("by-path",)
    for kind in kinds:
        with suppress(OSError):
            yield from sorted((dev / "serial" / kind).iterdir())


def _leads_to(link: Path, device: int) -> bool:
    with suppress(OSError):
        return link.stat().st_rdev == device
    return False
