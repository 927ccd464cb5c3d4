"""Whatever happened to the file, the agent starts, says what it can say, and never sends what was not written."""

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rtu_agent.output.contract import DeadLetter
from rtu_agent.output.dead_letters import stored
from rtu_agent.output.marks import Limits, Loss
from rtu_agent.output.spool import Spool, SpoolDamagedError
from rtu_agent.output.spool_file import open_spool

LINES = [f"m,device=d{number % 7} v={number}.0,quality=0i {1_795_000_000_000 + number}" for number in range(2000)]
HEADER_BYTES = 100


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is in the file of a closed spool of 200 batches, ten of which output b is done with."""
    path = tmp_path_factory.mktemp("spool") / "spool.db"
    spool = Spool(path, ["a", "b"], Limits())
    for start in range(0, 100, 10):
        spool.append("\n".join(LINES[start : start + 10]).encode(), 10, start, start, 0)
    batch = spool.next("b")
    assert batch is not None
    spool.acknowledge("b", batch, [], 0)
    for start in range(100, len(LINES), 10):
        spool.append("\n".join(LINES[start : start + 10]).encode(), 10, start, start, 0)
    spool.close()
    return path.read_bytes()


def read_all(spool: Spool, output: str) -> list[str]:
    """Drain as a sender does, which goes on after damage."""
    lines: list[str] = []
    while True:
        try:
            batch = spool.next(output)
            if batch is None:
                return lines
            spool.acknowledge(output, batch, [], 0)
            lines += [line.decode() for line in batch.lines]
        except SpoolDamagedError:
            pass


def works(spool: Spool) -> None:
    """A new record goes in and comes out."""
    try:
        spool.append(b"new", 1, 0, 0, 0)
    except SpoolDamagedError:
        spool.append(b"new", 1, 0, 0, 0)
    assert read_all(spool, "a")[-1] == "new"
    spool.close()


@pytest.mark.parametrize("seed", range(40))
def test_a_truncated_or_overwritten_file_never_stops_the_start(tmp_path: Path, content: bytes, seed: int) -> None:
    """Random truncation, flipped bytes, garbage in the middle: it starts, and every line it sends was written."""
    chance = random.Random(seed)
    path = tmp_path / "spool.db"
    damaged = bytearray(content)
    # The version and application id in the header decide whose the file is; to change them is not damage.
    place = chance.randrange(HEADER_BYTES, len(content))
    match seed % 4:
        case 0:
            del damaged[place:]
        case 1:
            damaged[place] ^= 1 << chance.randrange(8)
        case 2:
            damaged[place : place + 3000] = chance.randbytes(3000)
        case 3:
            damaged[place:] = chance.randbytes(5000)
    path.write_bytes(damaged)
    spool = Spool(path, ["a", "b"], Limits())
    sent = read_all(spool, "a")
    losses = spool.take_losses()
    assert set(sent) <= set(LINES)
    assert len(sent) == len(set(sent))
    if len(sent) < len(LINES):
        assert {loss.reason for loss in losses} == {"corrupt"}
    works(spool)


@pytest.mark.parametrize("garbage", [b"garbage" * 5000, b"SQLite format 3\0" + b"x" * 600])
def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path, garbage: bytes) -> None:
    """It is kept under another name for whoever wants to look, and said."""
    path = tmp_path / "spool.db"
    path.write_bytes(garbage)
    spool = Spool(path, ["a"], Limits())
    with pytest.raises(SpoolDamagedError, match=r"spool\.db is damaged .* what can be read of it"):
        spool.open()
    assert path.read_bytes() == garbage
    spool.open()
    aside = tmp_path / "spool.db.damaged-1"
    assert aside.read_bytes() == garbage
    (loss,) = spool.take_losses()
    assert (loss.output, loss.records, loss.reason) == ("a", 0, "corrupt")
    assert str(aside) in loss.detail
    works(spool)


def test_an_empty_file_is_a_new_spool(tmp_path: Path) -> None:
    """What a power cut leaves when the first start was cut off."""
    path = tmp_path / "spool.db"
    path.touch()
    works(Spool(path, ["a"], Limits()))


@pytest.mark.parametrize("holes", [1, 3])
def test_what_is_readable_of_a_damaged_file_is_kept(tmp_path: Path, content: bytes, holes: int) -> None:
    """Only what stood in the damaged pages is lost, and exactly that is counted, for every output it waited for."""
    path, page = tmp_path / "spool.db", 4096
    damaged = bytearray(content)
    for hole in range(holes):
        damaged[(9 + 7 * hole) * page : (10 + 7 * hole) * page] = b"\5" * page
    path.write_bytes(damaged)
    spool = Spool(path, ["a", "b"], Limits())
    sent = {output: read_all(spool, output) for output in ("a", "b")}
    losses = spool.take_losses()
    assert len(LINES) - 100 * holes <= len(sent["a"]) < len(LINES)
    assert sent["a"] == [line for line in LINES if line in set(sent["a"])]
    assert sent["b"] == [line for line in sent["a"] if line not in LINES[:100]]
    for output, waited in (("a", len(LINES)), ("b", len(LINES) - 100)):
        lost = sum(loss.records for loss in losses if loss.output == output)
        assert lost + len(sent[output]) == waited
    assert {loss.reason for loss in losses} == {"corrupt"}
    works(spool)


def test_a_file_without_its_tail_keeps_the_rest(tmp_path: Path, content: bytes) -> None:
    """How much the tail held nobody can tell any more; that it is missing is said."""
    path = tmp_path / "spool.db"
    path.write_bytes(content[: -len(content) // 4])
    spool = Spool(path, ["a", "b"], Limits())
    sent = read_all(spool, "a")
    assert len(LINES) / 2 < len(sent) < len(LINES)
    assert {loss.reason for loss in spool.take_losses()} == {"corrupt"}
    works(spool)


def test_dead_letters_and_what_was_sent_ahead_outlive_the_damage(tmp_path: Path) -> None:
    """Nothing that was acknowledged is sent again."""
    path, page = tmp_path / "spool.db", 4096
    spool = Spool(path, ["a"], Limits())
    for number in range(10):
        spool.append(b"%d" % number * 300_000, 1, 0, 0, 0)
    batch = spool.next("a")
    assert batch is not None
    spool.acknowledge("a", batch, [DeadLetter(b"bad", "conflict")], 5)
    spool.close()
    content = bytearray(path.read_bytes())
    place = content.index(b"6" * 4090) // page * page  # a page of the body of row 6
    content[place : place + 4] = b"\xff" * 4  # begins with the number of the next
    path.write_bytes(content)
    after = Spool(path, ["a"], Limits())
    assert sorted(line[:1] for line in read_all(after, "a")) == ["3", "4", "5", "7", "8"]
    assert sum(loss.records for loss in after.take_losses()) == 1
    beside = open_spool(path)
    assert [letter.line for letter in stored(beside)] == [b"bad"]
    beside.close()
    after.close()


def test_damage_while_running_costs_the_backlog_exactly(tmp_path: Path) -> None:
    """The marks in memory know what was lost; a batch on its way cannot move a cursor over rows that come later."""
    path = tmp_path / "spool.db"
    spool = Spool(path, ["a", "b"], Limits())
    for _ in range(4):
        spool.append(b"x" * 2_000_000, 1, 0, 0, 0)
    on_its_way = spool.next("a")
    assert on_its_way is not None
    Path(f"{path}-wal").write_bytes(random.Random(1).randbytes(Path(f"{path}-wal").stat().st_size))
    path.write_bytes(path.read_bytes()[:4096] + random.Random(1).randbytes(path.stat().st_size))
    with pytest.raises(SpoolDamagedError):
        spool.append(b"new", 1, 0, 0, 0)
    spool.append(b"new", 1, 0, 0, 0)
    lost = [(loss.output, loss.records) for loss in spool.take_losses() if loss.records]
    assert lost == [("a", 4), ("b", 4)]
    assert spool.acknowledge("a", on_its_way, [], 0) == 0
    assert read_all(spool, "a") == ["new"]
    assert read_all(spool, "b") == ["new"]
    spool.close()


def test_damage_while_running_keeps_what_is_readable(tmp_path: Path) -> None:
    """The rest of the backlog goes on; the cursors in memory are newer than those in the ruin."""
    path, page = tmp_path / "spool.db", 4096
    spool = Spool(path, ["a", "b"], Limits())
    for number in range(40):
        spool.append(b"%02d" % number * 1500, 1, 0, 0, 0)
    read_all(spool, "b")
    with closing(sqlite3.connect(path)) as beside:
        beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    place = content.index(b"2222") // page * page
    content[place : place + page] = b"\5" * page
    path.write_bytes(content)
    spool.append(b"new", 1, 0, 0, 0)
    assert [line[:2] for line in read_all(spool, "a")] == [*(f"{n:02}" for n in range(40) if n != 22), "ne"]
    assert read_all(spool, "b") == ["new"]
    assert sum(loss.records for loss in spool.take_losses() if loss.output == "a") == 1
    spool.close()


def test_a_salvage_that_is_cut_off_anywhere_loses_nothing(tmp_path: Path, content: bytes) -> None:
    """Killed at any of its steps: the next start does it again, or finds it done."""
    page = 4096
    damaged = content[: 9 * page] + b"\5" * page + content[10 * page :]
    expected = None
    for step in range(60):
        folder = tmp_path / f"{step}"
        folder.mkdir()
        path = folder / "spool.db"
        path.write_bytes(damaged)
        finished = not killed_at(step, path)
        after = Spool(path, ["a"], Limits())
        sent = read_all(after, "a")
        after.close()
        expected = expected or sent
        assert sent == expected
        assert not path.with_name("spool.db.salvaged").exists()
        if finished:
            break
    assert finished
    assert step > 4


def killed_at(step: int, path: Path) -> bool:
    """Read everything in a process of its own that ends at this step of a salvage; False if it needs fewer steps."""
    code = subprocess.run([sys.executable, "-c", KILLED, str(step), str(path)], check=False).returncode
    assert code in (0, 9)
    return code == 9


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from rtu_agent.output.marks import Limits
from rtu_agent.output import salvage
from rtu_agent.output.spool import Spool, SpoolDamagedError

left = int(sys.argv[1])

def counted(function):
    def step(*arguments, **options):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return function(*arguments, **options)
    return step

spool = Spool(Path(sys.argv[2]), ["a"], Limits())
try:
    spool.next("a")
except SpoolDamagedError:
    salvage.transaction = counted(salvage.transaction)
    salvage.store_progress = counted(salvage.store_progress)
    salvage.set_aside = counted(salvage.set_aside)
    Path.replace = counted(Path.replace)
    Path.unlink = counted(Path.unlink)
    spool.next("a")
"""


def flipped(content: bytes, line: str) -> bytes:
    """Return `content` with one bit of a value changed."""
    assert content.count(line.encode()) == 1
    changed = line.replace(".0,", ".2,")
    return content.replace(line.encode(), changed.encode())


def test_a_flipped_bit_in_a_row_costs_that_batch_only(tmp_path: Path, content: bytes) -> None:
    """SQLite does not see it, the checksum does: a wrong value is never sent."""
    path = tmp_path / "spool.db"
    path.write_bytes(flipped(content, LINES[15]))
    spool = Spool(path, ["a"], Limits())
    assert read_all(spool, "a") == LINES[:10] + LINES[20:]
    (loss,) = [loss for loss in spool.take_losses() if loss.output == "a"]
    assert (loss.records, loss.reason) == (10, "corrupt")
    spool.close()


def test_a_flipped_bit_in_the_oldest_row_is_damage_and_no_overflow(tmp_path: Path, content: bytes) -> None:
    """What a commit asks of the oldest row, to keep the limits, makes nothing go that has room and is young."""
    path = tmp_path / "spool.db"
    path.write_bytes(content)
    spool = Spool(path, ["a"], Limits())
    spool.open()
    spool.take_losses()  # of b, which is gone
    beside = sqlite3.connect(path)
    with beside:
        beside.execute("UPDATE batch SET newest_ms = newest_ms + 1 WHERE id = (SELECT min(id) FROM batch)")
    beside.close()
    spool.append(b"m v=1 5", 1, 5, 5, 5)
    assert spool.take_losses() == []
    assert read_all(spool, "a") == [*LINES[10:], "m v=1 5"]
    assert spool.take_losses() == [Loss("a", 10, "corrupt", f"wrong checksum in {path}")]
    spool.close()


def test_a_flipped_bit_in_the_last_row_is_counted_too(tmp_path: Path, content: bytes) -> None:
    """Exactly where another output's cursor tells how many there were, otherwise as one at least."""
    path = tmp_path / "spool.db"
    path.write_bytes(flipped(content, LINES[-1]))
    alone = Spool(path, ["a", "b"], Limits())
    assert read_all(alone, "a") == LINES[:-10]
    assert [(loss.records, loss.reason) for loss in alone.take_losses()] == [(1, "corrupt")] * 2
    alone.close()
    path.write_bytes(content)
    with_another = Spool(path, ["a", "b"], Limits())
    read_all(with_another, "b")
    with_another.close()
    path.write_bytes(flipped(path.read_bytes(), LINES[-1]))
    with_another = Spool(path, ["a", "b"], Limits())
    assert read_all(with_another, "a") == LINES[:-10]
    assert with_another.take_losses() == [Loss("a", 10, "corrupt", f"wrong checksum in {path}")]
    works(with_another)


def test_a_journal_with_a_torn_end_keeps_every_commit_before_it(tmp_path: Path) -> None:
    """What a power cut in the middle of a commit leaves."""
    path, cut_off = tmp_path / "spool.db", tmp_path / "cut-off.db"
    spool = Spool(path, ["a"], Limits())
    for number in range(20):
        spool.append(f"{number}".encode(), 1, 0, 0, 0)
    journal = Path(f"{path}-wal").read_bytes()
    for keep in range(0, len(journal), 3001):
        cut_off.write_bytes(path.read_bytes())
        Path(f"{cut_off}-wal").write_bytes(journal[:keep] + b"\x5a" * (keep % 2 * 5000))
        after = Spool(cut_off, ["a"], Limits())
        lines = read_all(after, "a")
        assert lines == [f"{number}" for number in range(len(lines))]
        after.close()
        for left in tmp_path.glob("cut-off.db*"):
            left.unlink()
    assert len(lines) >= 19
    spool.close()


def test_a_disk_that_comes_back_is_used_again(tmp_path: Path) -> None:
    """A read-only or full disk is not damage: nothing is set aside, and it heals by itself."""
    path = tmp_path / "spool.db"
    spool = Spool(path, ["a"], Limits())
    spool.append(b"before", 1, 0, 0, 0)
    spool.close()
    folder, elsewhere = path.parent, tmp_path.with_name(f"{tmp_path.name}-unmounted")
    again = Spool(path, ["a"], Limits())
    folder.rename(elsewhere)
    folder.write_text("a file where the folder was")
    with pytest.raises(OSError, match="exists"):
        again.append(b"during", 1, 0, 0, 0)
    folder.unlink()
    elsewhere.rename(folder)
    spool = again
    spool.append(b"after", 1, 0, 0, 0)
    assert read_all(spool, "a") == ["before", "after"]
    assert not list(tmp_path.glob("*damaged*"))
    spool.close()
