"""The processes that have a port open are found, and what they call themselves cannot do harm."""

import os
from pathlib import Path

from rtu_agent.bus.holder import LONGEST_COMMAND, Holder, holders, lockers
from support.other_process import holding
from support.terminals import terminal


def process(proc: Path, pid: int, cmdline: bytes, *opened: str, comm: bytes = b"") -> None:
    """Write down a process as the kernel does."""
    (proc / str(pid) / "fd").mkdir(parents=True)
    (proc / str(pid) / "cmdline").write_bytes(cmdline)
    (proc / str(pid) / "comm").write_bytes(comm)
    for number, path in enumerate(opened):
        (proc / str(pid) / "fd" / str(number)).symlink_to(path)


def test_a_real_process_is_found_by_whatever_name_the_port_has(tmp_path: Path) -> None:
    """The link and the device are one port."""
    with terminal() as device, holding(device) as pid:
        (tmp_path / "by-id").symlink_to(device)

        assert pid in {holder.pid for holder in holders(device)}
        assert pid in {holder.pid for holder in holders(str(tmp_path / "by-id"))}
    with terminal() as device:
        assert {holder.pid for holder in holders(device)} == {os.getpid()}, "the test itself, and nobody else"


def test_all_are_named_and_others_are_not(tmp_path: Path) -> None:
    """In the order of their ids; what is no process is passed over."""
    process(tmp_path, 1000, b"mbpoll\0-m\0rtu\0/dev/null\0", "/dev/zero", "/dev/null")
    process(tmp_path, 20, b"screen\0", "/dev/null", "/gone", "pipe:[1]")
    process(tmp_path, 7, b"idle\0", "/dev/zero")
    (tmp_path / "meminfo").write_text("")

    assert holders("/dev/null", tmp_path) == [Holder(20, "screen"), Holder(1000, "mbpoll -m rtu /dev/null")]


def test_a_hostile_command_line_stays_one_line(tmp_path: Path) -> None:
    """Anybody may start a process whose name moves the cursor, is no text or does not end."""
    process(tmp_path, 1, b"a\x1b[2J\n\xff\0", "/dev/null")
    process(tmp_path, 2, b"\xea\xb0\x80" * 100_000, "/dev/null")
    process(tmp_path, 3, b"", "/dev/null", comm=b"sd\rown\n")
    process(tmp_path, 4, b"\0\0", "/dev/null")

    found = holders("/dev/null", tmp_path)

    assert [holder.command for holder in found if holder.pid != 2] == [r"a\x1b[2J\n\xff", r"sd\rown", "?"]
    assert found[1].command == "가" * LONGEST_COMMAND + "…"


def test_what_may_not_be_seen_is_passed_over(tmp_path: Path) -> None:
    """Another user's process, one that has just ended, a system that lists none, a port that is gone."""
    process(tmp_path, 1, b"x", "/dev/null")
    (tmp_path / "2").mkdir()
    (tmp_path / "3").write_text("")

    assert [holder.pid for holder in holders("/dev/null", tmp_path)] == [1]
    assert holders("/dev/null", tmp_path / "none") == []
    assert holders(str(tmp_path / "none"), tmp_path) == []


def test_a_lock_tells_of_a_process_whose_files_are_hidden(tmp_path: Path) -> None:
    """Everybody may read who has locked what; who waits for a lock has none."""
    process(tmp_path, 20, b"agent\0")
    process(tmp_path, 30, b"waiting\0")
    port = tmp_path / "port"
    port.touch()
    found = port.stat()
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    (tmp_path / "locks").write_text(
        f"1: FLOCK  ADVISORY  WRITE 20 {place} 0 EOF\n"
        f"1: -> FLOCK  ADVISORY  WRITE 30 {place} 0 EOF\n"
        "2: POSIX  ADVISORY  READ 7 00:1a:3 128 128\n"
    )

    assert holders(str(port), tmp_path) == [Holder(20, "agent")]


def test_a_real_lock_is_written_down_as_expected() -> None:
    """The kernel's list is read, not only the one above."""
    with terminal() as device, holding(device) as pid:
        assert set(lockers(Path(device).stat())) == {pid}
