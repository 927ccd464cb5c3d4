"""What the operating system says is turned into what to do."""

import errno
from pathlib import Path

import pytest

from rtu_agent.bus.adapter import Adapter
from rtu_agent.bus.port_error import PortError, explain
from rtu_agent.protocol.timing import LineSettings
from support.other_process import holding
from support.terminals import terminal


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "permission denied; add the agent's user to the group that owns the port (often 'dialout')"),
        (errno.ENOENT, "there is no such port; is the adapter plugged in?"),
        (errno.EIO, "[Errno 5] x"),
    ],
)
def test_failures_are_said_with_their_mend(number: int, words: str, tmp_path: Path) -> None:
    """Each with the port that it is about."""
    name = tmp_path / "port"
    name.write_text("")

    assert explain(str(name), OSError(number, "x")) == f"{name}: {words}"


def test_who_uses_the_port_is_said() -> None:
    """By id and command line: this is the process to stop."""
    with terminal() as device, holding(device, "--rate", "9600") as pid:
        with pytest.raises(PortError) as caught:
            Adapter(device, LineSettings()).open()

        assert str(caught.value).startswith(f"{device}: another process uses the port: {pid} (")
        assert str(caught.value).endswith(f" {device} --rate 9600)")


def test_a_second_bus_on_one_adapter_is_no_other_process() -> None:
    """Two entries of one file with two names of one adapter: nobody has to look for a program."""
    with terminal() as device:
        first = Adapter(device, LineSettings()).open()
        with pytest.raises(PortError, match="this agent has the port open already, for another bus"):
            Adapter(device, LineSettings()).open()
        first.serial.close()


def test_many_are_counted(tmp_path: Path) -> None:
    """A message is for a person; three names and a number are enough."""
    for pid in range(2_000_000_001, 2_000_000_006):
        (tmp_path / str(pid) / "fd").mkdir(parents=True)
        (tmp_path / str(pid) / "fd" / "3").symlink_to("/dev/null")
        (tmp_path / str(pid) / "comm").write_text("cat\n")

    assert explain("/dev/null", OSError(errno.EBUSY, "x"), tmp_path) == (
        "/dev/null: another process uses the port: 2000000001 (cat), 2000000002 (cat), 2000000003 (cat) and 2 more"
    )


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EAGAIN])
def test_a_process_that_is_hidden_is_said_to_be(number: int, tmp_path: Path) -> None:
    """Of another user, or of another container; the message says how to see it."""
    busy = OSError(number, "x")

    assert explain("/dev/null", busy, tmp_path) == (
        "/dev/null: another process uses the port, and this user may not see which; 'sudo fuser -v /dev/null' tells"
    )
    assert explain("/dev/null", busy, tmp_path / "none") == "/dev/null: another process uses the port"
