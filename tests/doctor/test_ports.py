"""What can be wrong with serial ports is found, told in words, and has a mend; none is opened for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rtu_agent.bus.holder import Holder
from rtu_agent.clock import HandClock
from rtu_agent.doctor import in_use, latency, naming, permission, power, presence, sharing, udev
from rtu_agent.doctor.case import Machine
from rtu_agent.doctor.finding import Finding, Severity
from rtu_agent.doctor.permission import Door
from rtu_agent.doctor.presence import Presence
from rtu_agent.doctor.user import User
from support.cases import ALICE, case, machine
from support.other_process import holding
from support.plugged import Plugged
from support.terminals import terminal

FTDI = "usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0"
CH340 = "usb-1a86_USB_Serial-if00-port0"
SOCKET = "pci-0000:00:14.0-usb-0:2:1.0-port0"


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Plugged]:
    """Yield a machine without adapters."""
    plugged = Plugged(tmp_path)
    yield plugged
    plugged.pull_all()


def test_a_port_that_is_there_is_well(plugged: Plugged, tmp_path: Path) -> None:
    """A character device, under whatever name."""
    plugged.plug("ttyUSB0", by_id=FTDI)
    link = plugged.path(f"serial/by-id/{FTDI}")

    (found,) = presence.examine(case(tmp_path, {"b": link}, machine(tmp_path, plugged.roots)))

    assert (found.severity, found.about) == (Severity.OK, "b")


def test_a_port_that_is_missing_gets_the_adapter_that_is_there(plugged: Plugged, tmp_path: Path) -> None:
    """After an exchange of adapters the new one's name is what has to be written; one in use is no candidate."""
    plugged.plug("ttyUSB0", by_id=FTDI)
    plugged.plug("ttyUSB1", by_id=CH340)
    ports = {"a": plugged.path(f"serial/by-id/{CH340}"), "b": plugged.path("serial/by-id/usb-gone-port0")}

    well, missing = presence.examine(case(tmp_path, ports, machine(tmp_path, plugged.roots)))

    assert well.severity is Severity.OK
    assert missing.severity is Severity.PROBLEM
    assert missing.mend.endswith(f"or write `port: {plugged.path(f'serial/by-id/{FTDI}')}`")


def test_a_port_that_is_no_port_is_said_to_be_none(tmp_path: Path) -> None:
    """A file, or nothing at all."""
    (tmp_path / "file").write_text("")
    ports = {"a": str(tmp_path / "file"), "b": str(tmp_path / "none")}

    file, nothing = presence.examine(case(tmp_path, ports))

    assert "is no serial port" in file.says
    assert "is not there" in nothing.says
    assert presence.judge(Presence("b", "/dev/x", "nothing")).mend.endswith("lists those that are")


@pytest.mark.parametrize(
    ("door", "user", "mend"),
    [
        (Door("b", "/dev/ttyUSB0", is_open=False, mode=0o20660, group="dialout"), ALICE,
         "sudo usermod --append --groups dialout alice; then log out and in again"),
        (Door("b", "/dev/ttyUSB0", is_open=False, mode=0o20660, group="dialout"),
         User("alice", frozenset(), frozenset({"dialout"})), "log out and in again"),
        (Door("b", "/dev/ttyUSB0", is_open=False, mode=0o20600, group="dialout"), ALICE, "99-rtu-agent.rules"),
        (Door("b", "/dev/ttyS0", is_open=False, mode=0o20660, group="root"), ALICE, "99-rtu-agent.rules"),
    ],
)  # fmt: skip
def test_whoever_may_not_open_a_port_is_told_what_it_takes(door: Door, user: User, mend: str) -> None:
    """To join the group, to log in again, or to change the rights of the port."""
    found = permission.judge(door, user)

    assert found.severity is Severity.PROBLEM
    assert "alice may not open /dev/tty" in found.says
    assert mend in found.mend


def test_a_real_port_is_ours_and_a_missing_one_is_no_matter(tmp_path: Path) -> None:
    """What is not there is told by another check."""
    with terminal() as device:
        (found,) = permission.examine(case(tmp_path, {"a": device, "b": str(tmp_path / "none")}))

    assert (found.about, found.severity) == ("a", Severity.OK)


AGENT = Holder(4711, "/opt/rtu-agent/bin/python /opt/rtu-agent/bin/rtu-agent run --config /etc/rtu-agent/devices.yaml")


@pytest.mark.parametrize(
    ("holders", "severity", "said", "mend"),
    [
        ([], Severity.OK, "nobody is seen", ""),
        ([AGENT], Severity.OK, "as process 4711", ""),
        ([Holder(1, "python -m rtu_agent run")], Severity.OK, "as process 1", ""),
        ([Holder(7, "mbpoll -m rtu /dev/ttyUSB0")], Severity.PROBLEM, "7 (mbpoll -m rtu /dev/ttyUSB0)", "sudo kill 7"),
        ([Holder(7, "screen"), AGENT], Severity.PROBLEM, "7 (screen)", "sudo kill 7"),
        ([AGENT, Holder(4712, AGENT.command)], Severity.PROBLEM, "4711, 4712", "sudo kill 4712"),
        ([Holder(8, "rtu-agent poll main-meter")], Severity.PROBLEM, "rtu-agent poll", "sudo kill 8"),
    ],
)
def test_one_agent_may_have_a_port_and_nobody_else(
    holders: list[Holder], severity: Severity, said: str, mend: str
) -> None:
    """Two masters on a bus spoil each other's frames, also when one of them is a second agent."""
    found = in_use.judge("b", "/dev/ttyUSB0", holders)

    assert (found.severity, found.mend) == (severity, mend)
    assert said in found.says


def test_a_real_process_is_found_without_opening_the_port(tmp_path: Path) -> None:
    """It holds a lock that would refuse us."""
    with terminal() as device, holding(device) as pid:
        (found,) = in_use.examine(case(tmp_path, {"b": device, "c": "/none"}, Machine(clock=HandClock())))

    assert found.mend == f"sudo kill {pid}"


def looked_at(plugged: Plugged, port: str) -> Finding:
    """Return what is said of the name of a port."""
    name = naming.look("b", port, plugged.roots.dev, plugged.roots.sys)
    assert name is not None
    return naming.judge(name)


def test_a_name_of_the_kernel_gets_the_one_that_stays(plugged: Plugged) -> None:
    """By its serial number, by its socket where it has none, or by a rule where there is no link at all."""
    plugged.plug("ttyUSB0", by_id=FTDI, by_path=SOCKET)
    assert looked_at(plugged, plugged.path("ttyUSB0")).mend == f"port: {plugged.path(f'serial/by-id/{FTDI}')}"

    plugged.pull_all()
    plugged.plug("ttyUSB1", by_id=CH340, by_path=SOCKET)
    plugged.tell("ttyUSB1", idVendor="1a86")
    assert looked_at(plugged, plugged.path("ttyUSB1")).mend == f"port: {plugged.path(f'serial/by-path/{SOCKET}')}"

    plugged.plug("ttyACM0")
    assert "99-rtu-agent.rules" in looked_at(plugged, plugged.path("ttyACM0")).mend


def test_a_name_that_stays_is_well_unless_every_adapter_has_it(plugged: Plugged) -> None:
    """A by-id link without a serial number is the model's, not the adapter's."""
    plugged.plug("ttyUSB0", by_id=FTDI, by_path=SOCKET)
    plugged.tell("ttyUSB0", idVendor="0403", serial="A50285BI")
    assert looked_at(plugged, plugged.path(f"serial/by-id/{FTDI}")).severity is Severity.OK
    assert naming.look("b", plugged.path("none"), plugged.roots.dev, plugged.roots.sys) is None

    (plugged.roots.sys / "devices/usb1/1-2/serial").unlink()
    shared = looked_at(plugged, plugged.path(f"serial/by-id/{FTDI}"))
    assert (shared.severity, shared.mend) == (Severity.WARNING, f"port: {plugged.path(f'serial/by-path/{SOCKET}')}")


def test_two_names_of_one_adapter_are_one_bus(plugged: Plugged, tmp_path: Path) -> None:
    """What the site file cannot know: links lead to it."""
    device = plugged.plug("ttyUSB0", by_id=FTDI)
    ports = {"a": plugged.path("ttyUSB0"), "b": plugged.path(f"serial/by-id/{FTDI}")}
    on = machine(tmp_path, plugged.roots)

    (found,) = sharing.examine(case(tmp_path, ports, on))
    assert (found.about, found.severity) == ("a, b", Severity.PROBLEM)
    assert device in found.says

    plugged.plug("ttyUSB1", by_id=CH340)
    ports["b"] = plugged.path("ttyUSB1")
    assert [each.severity for each in sharing.examine(case(tmp_path, ports, on))] == [Severity.OK]
    assert list(sharing.examine(case(tmp_path, {"a": ports["a"]}, on))) == []


def test_a_slow_adapter_is_a_matter_once_the_agent_has_asked_it(tmp_path: Path) -> None:
    """Before that it may still become quick by itself."""
    before, after = (latency.judge("b", "/dev/ttyUSB0", 0.016, is_running=running) for running in (False, True))
    assert (before.severity, after.severity) == (Severity.OK, Severity.WARNING)
    assert "16 ms" in after.says
    assert "setserial /dev/ttyUSB0 low_latency" in after.mend
    assert latency.judge("b", "/dev/ttyUSB0", 0.001, is_running=True).severity is Severity.OK

    timer = tmp_path / "sys/bus/usb-serial/devices/ttyUSB0/latency_timer"
    timer.parent.mkdir(parents=True)
    timer.write_text("16\n")
    (found,) = latency.examine(case(tmp_path, {"b": "/dev/ttyUSB0", "c": "/dev/ttyS0"}))
    assert found.about == "b"


def test_an_adapter_that_may_sleep_is_told_with_its_switch(plugged: Plugged, tmp_path: Path) -> None:
    """The kernel keeps it beside what it knows of the USB device."""
    plugged.plug("ttyUSB0", by_id=FTDI)
    plugged.tell("ttyUSB0", idVendor="0403")
    switch = plugged.roots.sys / "devices/usb1/1-2/power/control"
    examined = case(tmp_path, {"b": plugged.path("ttyUSB0")}, machine(tmp_path, plugged.roots))
    assert list(power.examine(examined)) == [], "the kernel tells nothing"

    switch.parent.mkdir()
    switch.write_text("auto\n")
    (found,) = power.examine(examined)
    assert found.severity is Severity.WARNING
    assert found.mend.endswith(f"echo on | sudo tee {switch}")

    switch.write_text("on\n")
    assert [each.severity for each in power.examine(examined)] == [Severity.OK]


def test_the_rules_are_missed_where_there_is_an_adapter_for_them(plugged: Plugged, tmp_path: Path) -> None:
    """A built-in port needs none of them."""
    on = machine(tmp_path, plugged.roots)
    plugged.plug("ttyUSB0")
    plugged.tell("ttyUSB0", idVendor="0403")
    examined = case(tmp_path, {"b": plugged.path("ttyUSB0")}, on)
    assert [each.severity for each in udev.examine(examined)] == [Severity.WARNING]

    (tmp_path / "etc/udev/rules.d").mkdir(parents=True)
    (tmp_path / "etc/udev/rules.d/99-rtu-agent.rules").write_text("")
    assert [each.severity for each in udev.examine(examined)] == [Severity.OK]
    assert list(udev.examine(case(tmp_path, {"b": "/dev/ttyS0"}, on))) == []
