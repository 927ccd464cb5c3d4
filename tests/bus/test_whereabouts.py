"""The adapter that was opened is found again, and no other one is taken for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtu_agent.bus.adapter import Adapter
from rtu_agent.bus.port_error import PortError
from rtu_agent.protocol.timing import LineSettings
from support.plugged import Plugged

FTDI = "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"
OTHER = "usb-FTDI_FT232R_USB_UART_A50999ZZ-if00-port0"
CH340 = "usb-1a86_USB_Serial-if00-port0"
SOCKET = "pci-0000:00:14.0-usb-0:2:1.0-port0"
OTHER_SOCKET = "pci-0000:00:14.0-usb-0:3:1.0-port0"


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Plugged]:
    """Yield a machine without adapters."""
    plugged = Plugged(tmp_path)
    yield plugged
    plugged.pull_all()


def opened(adapter: Adapter) -> tuple[str, str | None]:
    """Open an adapter; return the terminal that it really is, and where it was found if not at its name."""
    opened = adapter.open()
    device = os.ttyname(opened.serial.fileno())
    opened.serial.close()
    return device, opened.facts.found_at


def adapter_at(plugged: Plugged, name: str) -> Adapter:
    """Return the adapter that a site calls by its path."""
    return Adapter(plugged.path(name), LineSettings(), roots=plugged.roots)


def test_it_comes_back_under_another_name(plugged: Plugged) -> None:
    """And under its own again, as often as one likes; in another socket, too."""
    adapter = adapter_at(plugged, "ttyUSB0")
    device = plugged.plug("ttyUSB0", by_id=FTDI, by_path=SOCKET)
    assert opened(adapter) == (device, None)

    plugged.pull("ttyUSB0")
    device = plugged.plug("ttyUSB1", by_id=FTDI, by_path=OTHER_SOCKET)
    assert opened(adapter) == (device, device)

    plugged.pull("ttyUSB1")
    device = plugged.plug("ttyUSB0", by_id=FTDI, by_path=SOCKET)
    assert opened(adapter) == (device, None)


def test_the_adapter_that_took_the_name_is_left_alone(plugged: Plugged) -> None:
    """The devices behind it are others: the link is followed, not the name."""
    adapter = adapter_at(plugged, "ttyUSB0")
    plugged.plug("ttyUSB0", by_id=FTDI)
    plugged.plug("ttyUSB1", by_id=OTHER)
    opened(adapter)
    plugged.pull_all()

    plugged.plug("ttyUSB0", by_id=OTHER)
    device = plugged.plug("ttyUSB1", by_id=FTDI)

    assert opened(adapter) == (device, device)


def test_nothing_is_opened_while_only_the_other_is_there(plugged: Plugged) -> None:
    """In the same socket even; the message says what to do, and the right one is taken as soon as it is back."""
    adapter = adapter_at(plugged, "ttyUSB0")
    plugged.plug("ttyUSB0", by_id=FTDI, by_path=SOCKET)
    opened(adapter)
    plugged.pull("ttyUSB0")
    with pytest.raises(PortError, match="there is no such port"):
        adapter.open()

    plugged.plug("ttyUSB0", by_id=OTHER, by_path=SOCKET)
    with pytest.raises(PortError) as caught:
        adapter.open()
    assert str(caught.value) == (
        f"{plugged.path('ttyUSB0')}: another adapter has this name now, and the one that had it ({FTDI}) is not "
        "plugged in; plug it in, or start the agent again to use the new one"
    )

    device = plugged.plug("ttyACM3", by_id=FTDI, by_path=OTHER_SOCKET)
    assert opened(adapter) == (device, device)


def test_without_a_serial_number_the_socket_tells(plugged: Plugged) -> None:
    """All adapters of the model have the same by-id link, and the one plugged last has it now."""
    adapter = adapter_at(plugged, "ttyUSB0")
    plugged.plug("ttyUSB0", by_id=CH340, by_path=SOCKET)
    plugged.tell("ttyUSB0", idVendor="1a86")
    opened(adapter)
    plugged.pull("ttyUSB0")

    device = plugged.plug("ttyUSB1", by_id=CH340, by_path=SOCKET)
    plugged.plug("ttyUSB0", by_id=CH340, by_path=OTHER_SOCKET)

    assert opened(adapter) == (device, device)


def test_with_a_serial_number_the_socket_does_not_matter(plugged: Plugged) -> None:
    """The kernel tells that there is one, so the by-id link is this adapter's alone."""
    adapter = adapter_at(plugged, "ttyUSB0")
    plugged.plug("ttyUSB0", by_id=FTDI, by_path=SOCKET)
    plugged.tell("ttyUSB0", idVendor="0403", serial="A50285BI")
    opened(adapter)
    plugged.pull("ttyUSB0")

    plugged.plug("ttyUSB0", by_id=OTHER, by_path=SOCKET)
    device = plugged.plug("ttyUSB1", by_id=FTDI, by_path=OTHER_SOCKET)

    assert opened(adapter) == (device, device)


def test_a_link_that_leads_elsewhere_is_not_its(plugged: Plugged) -> None:
    """Of two adapters without a serial number only one has the by-id link; the other is known by its socket."""
    adapter = adapter_at(plugged, "ttyUSB0")
    plugged.plug("ttyUSB0", by_id=CH340, by_path=SOCKET)
    plugged.plug("ttyUSB1", by_id=CH340, by_path=OTHER_SOCKET)
    opened(adapter)
    plugged.pull("ttyUSB0")

    device = plugged.plug("ttyUSB2", by_id=CH340, by_path=SOCKET)

    assert opened(adapter) == (device, device)


def test_an_adapter_without_links_has_its_name_alone(plugged: Plugged) -> None:
    """A container without udev: whatever is there is opened, until there is a link to know it by."""
    adapter = adapter_at(plugged, "ttyUSB0")
    assert opened_after_plugging(plugged, adapter) == (True, None)
    assert opened_after_plugging(plugged, adapter) == (True, None)

    device = plugged.plug("ttyUSB0", by_id=FTDI)
    assert opened(adapter) == (device, None)
    plugged.pull("ttyUSB0")
    device = plugged.plug("ttyUSB1", by_id=FTDI)
    assert opened(adapter) == (device, device)


def opened_after_plugging(plugged: Plugged, adapter: Adapter) -> tuple[bool, str | None]:
    """Plug an adapter without links, open and pull it; return whether it was the one, and where else it was found."""
    plugged_in = plugged.plug("ttyUSB0")
    device, found_at = opened(adapter)
    plugged.pull("ttyUSB0")
    return device == plugged_in, found_at


@pytest.mark.parametrize("name", ["rs485-north", f"serial/by-id/{OTHER}", "ttyS0"])
def test_a_name_that_stays_is_used_as_it_is(plugged: Plugged, name: str) -> None:
    """A link of one's own means what its rule says, even when another adapter is behind it after a repair."""
    adapter = adapter_at(plugged, name)
    plugged.plug(name, by_id=FTDI)
    opened(adapter)
    plugged.pull(name)

    device = plugged.plug(name)
    plugged.plug("ttyUSB1", by_id=FTDI)

    assert opened(adapter) == (device, None)


def test_an_adapter_that_is_changed_while_it_is_opened_is_closed_again(
    plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking and opening are two steps; what is plugged between them is found out."""
    adapter = adapter_at(plugged, "ttyUSB0")
    plugged.plug("ttyUSB0", by_id=FTDI)
    opened(adapter)
    open_file = os.open

    def open_another(path: str, flags: int) -> int:
        monkeypatch.undo()
        plugged.pull("ttyUSB0")
        plugged.plug("ttyUSB0", by_id=OTHER)
        return open_file(path, flags)

    monkeypatch.setattr(os, "open", open_another)
    with pytest.raises(PortError, match="the adapter was changed while it was opened"):
        adapter.open()

    opened(adapter_at(plugged, "ttyUSB0"))
