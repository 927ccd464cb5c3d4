"""The spool: every output gets everything once in order, what is dropped is counted exactly, cursors survive."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rtu_agent.output import portion, progress, spool_limits
from rtu_agent.output.contract import DeadLetter
from rtu_agent.output.dead_letters import MOST_DEAD_LETTERS, put_back
from rtu_agent.output.marks import Backlog, Batch, Limits, Loss
from rtu_agent.output.spool import Spool, SpoolClosedError
from rtu_agent.output.spool_file import SpoolRefusedError, open_spool

DAY_MS = 86_400_000
ROOMY = Limits()


def append(spool: Spool, *lines: str, at_ms: int = 0, now_ms: int = 0) -> None:
    """Commit these lines as one batch."""
    spool.append("\n".join(lines).encode(), len(lines), at_ms, at_ms, now_ms)


def drain(spool: Spool, output: str) -> list[str]:
    """Let `output` accept everything."""
    lines: list[str] = []
    while (batch := spool.next(output)) is not None:
        lines += [line.decode() for line in (*batch.lines, *batch.again)]
        spool.acknowledge(output, batch, [], 0)
    return lines


def dead_letters(path: Path) -> list[tuple[str, str, str]]:
    """Return output, line and reason of every dead letter."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT output, line, reason FROM dead ORDER BY id").fetchall()
    connection.close()
    return [(output, line.decode(), reason) for output, line, reason in rows]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is; its folder does not exist yet."""
    return tmp_path / "state" / "spool.db"


def test_each_output_gets_everything_in_order(path: Path) -> None:
    """One that is behind does not hold back another, and does not lose what the other is done with."""
    spool = Spool(path, ["fast", "slow"], ROOMY)
    append(spool, "a", "b")
    assert drain(spool, "fast") == ["a", "b"]
    append(spool, "c")
    assert drain(spool, "fast") == ["c"]
    assert drain(spool, "slow") == ["a", "b", "c"]
    assert spool.next("fast") is None
    spool.close()


def test_what_is_not_acknowledged_is_handed_out_again_after_a_restart(path: Path) -> None:
    """The cursor moves with the acknowledgement and with nothing else."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "1")
    append(spool, "2")
    assert spool.next("a") is not None
    spool.close()
    again = Spool(path, ["a"], ROOMY)
    assert drain(again, "a") == ["1", "2"]
    again.close()
    emptied = Spool(path, ["a"], ROOMY)
    assert emptied.next("a") is None
    append(emptied, "3")
    assert drain(emptied, "a") == ["3"]
    emptied.close()


def test_rows_go_when_every_output_has_them(path: Path) -> None:
    """The file does not grow while the servers are well."""
    spool = Spool(path, ["a", "b"], ROOMY)
    append(spool, "1")
    drain(spool, "a")
    assert spool.backlog("a") == Backlog(0, 0, None)
    assert spool.backlog("b") == Backlog(1, 1, 0)
    drain(spool, "b")
    spool.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM batch").fetchone() == (0,)
    connection.close()


def test_the_backlog_tells_records_bytes_and_the_oldest(path: Path) -> None:
    """What `/metrics` shows during an outage."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "xx", "yy", at_ms=7)
    append(spool, "zz", at_ms=5)
    assert spool.backlog("a") == Backlog(3, 7, 7)
    spool.close()


def test_beyond_its_size_the_oldest_go_and_every_one_is_counted(path: Path) -> None:
    """A full spool keeps the newest; the bound is kept at every moment."""
    spool = Spool(path, ["a", "b"], Limits(max_bytes=10))
    append(spool, "11", "22")
    drain(spool, "b")
    append(spool, "33", "44")
    assert spool.take_losses() == []
    append(spool, "55")
    assert spool.take_losses() == [Loss("a", 2, "overflow")]
    assert spool.backlog("a") == Backlog(3, 7, 0)
    assert drain(spool, "a") == ["33", "44", "55"]
    assert drain(spool, "b") == ["33", "44", "55"]
    spool.close()


def test_a_batch_larger_than_the_spool_is_dropped_too(path: Path) -> None:
    """The bound has no exception."""
    spool = Spool(path, ["a"], Limits(max_bytes=3))
    append(spool, "1")
    append(spool, "too long")
    assert spool.take_losses() == [Loss("a", 2, "overflow")]
    append(spool, "2")
    assert drain(spool, "a") == ["2"]
    spool.close()


def test_beyond_its_age_the_oldest_go_and_every_one_is_counted(path: Path) -> None:
    """By the time of the records, not by when they were written."""
    spool = Spool(path, ["a"], Limits(keep_ms=DAY_MS))
    append(spool, "old", at_ms=0, now_ms=0)
    append(spool, "newer", at_ms=10, now_ms=DAY_MS)
    assert spool.take_losses() == []
    append(spool, "new", at_ms=DAY_MS, now_ms=DAY_MS + 1)
    assert spool.take_losses() == [Loss("a", 1, "age")]
    assert drain(spool, "a") == ["newer", "new"]
    spool.close()


def test_records_dropped_while_they_were_on_their_way_are_not_counted_as_accepted(path: Path) -> None:
    """Every record is either written or dropped in the sums, never both."""
    spool = Spool(path, ["a"], Limits(max_bytes=4))
    append(spool, "11")
    on_its_way = spool.next("a")
    assert on_its_way is not None
    append(spool, "2222")
    assert spool.take_losses() == [Loss("a", 1, "overflow")]
    assert spool.acknowledge("a", on_its_way, [], 0) == 0
    assert drain(spool, "a") == ["2222"]
    spool.close()


def test_dead_letters_are_kept_with_their_reason_and_bounded(path: Path) -> None:
    """They are committed with the cursor; the oldest make room."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "good", "bad")
    batch = spool.next("a")
    assert batch is not None
    assert spool.acknowledge("a", batch, [DeadLetter(b"bad", "field type conflict")], 5) == 1
    assert dead_letters(path) == [("a", "bad", "field type conflict")]
    append(spool, "x")
    batch = spool.next("a")
    assert batch is not None
    many = [DeadLetter(b"%d" % number, "r") for number in range(MOST_DEAD_LETTERS)]
    spool.acknowledge("a", batch, many, 5)
    spool.close()
    kept = dead_letters(path)
    assert len(kept) == MOST_DEAD_LETTERS
    assert kept[0] == ("a", "0", "r")


def test_large_backlogs_are_handed_out_in_portions(path: Path) -> None:
    """About a megabyte at a time, whole rows only: the newest, and the oldest with them."""
    spool = Spool(path, ["a"], ROOMY)
    for number in range(8):
        append(spool, f"{number}" * 300_000)
    rounds = []
    while (batch := spool.next("a")) is not None:
        rounds.append([int(line[:1]) for line in batch.lines])
        spool.acknowledge("a", batch, [], 0)
    assert rounds == [[7, 0, 1, 2], [3, 4, 5, 6]]
    spool.close()


def test_an_output_that_wants_its_records_in_order_gets_them_so(path: Path) -> None:
    """However many wait; one beside it gets the newest first all the same."""
    spool = Spool(path, ["rollup", "a"], ROOMY, in_order=("rollup",))
    for number in range(8):
        append(spool, f"{number}" * 300_000)
    first = {}
    for output in ("rollup", "a"):
        batch = spool.next(output)
        assert batch is not None
        first[output] = [int(line[:1]) for line in batch.lines]
    assert first == {"rollup": [0, 1, 2, 3], "a": [7, 0, 1, 2]}
    spool.close()


def test_fresh_records_are_not_behind_the_backlog(path: Path) -> None:
    """Whatever comes while a long backlog is worked off goes with the next batch, and the backlog goes on with it."""
    spool = Spool(path, ["a"], ROOMY)
    for number in range(20):
        append(spool, f"old {number} " + "x" * 300_000)
    accepted: list[str] = []
    for number in range(10):
        append(spool, f"fresh {number}")
        batch = spool.next("a")
        assert batch is not None
        lines = [line.decode()[:8].strip(" x") for line in batch.lines]
        assert f"fresh {number}" in lines
        accepted += lines
        spool.acknowledge("a", batch, [], 0)
    assert [line for line in accepted if line.startswith("fresh")] == [f"fresh {number}" for number in range(10)]
    assert sorted(line for line in accepted if line.startswith("old")) == sorted(
        f"old {number}" for number in range(20)
    )
    assert spool.backlog("a") == Backlog(0, 0, None)
    spool.close()


def test_what_was_sent_ahead_is_not_sent_again_after_a_crash(path: Path) -> None:
    """The second front is stored with the first."""
    spool = Spool(path, ["a"], ROOMY)
    for number in range(10):
        append(spool, f"{number}" * 300_000)
    batch = spool.next("a")
    assert batch is not None
    spool.acknowledge("a", batch, [], 0)
    sent = [line[:1].decode() for line in batch.lines]
    spool.close()
    again = Spool(path, ["a"], ROOMY)
    left = [line[:1] for line in drain(again, "a")]
    assert sent == ["9", "0", "1", "2"]
    assert sorted(left) == ["3", "4", "5", "6", "7", "8"]
    again.close()


def test_a_new_output_begins_with_the_oldest_row_and_a_removed_one_is_forgotten(path: Path) -> None:
    """An output that was only renamed loses nothing; what the old name will never get is counted."""
    spool = Spool(path, ["old"], ROOMY)
    append(spool, "1")
    append(spool, "2")
    spool.close()
    renamed = Spool(path, ["new"], ROOMY)
    renamed.open()
    assert renamed.take_losses() == [Loss("old", 2, "unwritable", "the output is no longer configured")]
    assert drain(renamed, "new") == ["1", "2"]
    renamed.close()


def test_a_file_of_a_later_version_is_refused_and_not_touched(path: Path) -> None:
    """After a downgrade the records of the newer version are still there for it."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "1")
    spool.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SpoolRefusedError, match=r"spool\.db has format 3, this version knows format 2"):
        Spool(path, ["a"], ROOMY).open()
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["spool.db"]


def test_another_programs_database_is_refused_and_not_touched(path: Path) -> None:
    """`state` that points to somebody's data does no harm."""
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SpoolRefusedError, match="belongs to another program"):
        Spool(path, ["a"], ROOMY).open()
    assert path.read_bytes() == before


def test_a_reader_does_not_hinder_a_commit(path: Path) -> None:
    """Somebody may look into the file while the agent runs."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "1")
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM batch").fetchone() == (1,)
    append(spool, "2")
    assert reader.execute("SELECT count(*) FROM batch").fetchone() == (1,)
    reader.close()
    spool.close()


def test_the_file_gives_back_the_room_of_a_long_outage(path: Path) -> None:
    """2 GiB of backlog do not stay on a 4 GiB card for ever."""
    spool = Spool(path, ["a"], ROOMY)
    for number in range(4):
        append(spool, f"{number} " + "x" * 8_000_000)
    largest = path.stat().st_size
    drain(spool, "a")
    for _ in range(10):
        assert spool.next("a") is None
    spool.close()
    assert largest > 30_000_000
    assert path.stat().st_size < 20_000_000


def test_a_closed_spool_says_so(path: Path) -> None:
    """A sender that comes back from its server after the end finds its way out."""
    spool = Spool(path, ["a"], ROOMY)
    spool.close()
    with pytest.raises(SpoolClosedError):
        spool.next("a")


def test_dead_letters_that_are_put_back_are_sent_again_to_their_output_only(path: Path) -> None:
    """By whoever has the file open; what is refused again has its new reason, and nothing is counted twice."""
    spool = Spool(path, ["a", "b"], ROOMY)
    append(spool, "good", "bad", "worse")
    batch = spool.next("a")
    assert batch is not None
    spool.acknowledge("a", batch, [DeadLetter(b"bad", "conflict"), DeadLetter(b"worse", "conflict")], 5)
    drain(spool, "b")
    beside = open_spool(path)
    assert put_back(beside, "a") == 2
    assert put_back(beside, "a") == 0
    beside.close()
    assert spool.backlog("a").records == 2
    assert spool.next("b") is None
    batch = spool.next("a")
    assert batch is not None
    assert (batch.lines, batch.again) == ((), (b"bad", b"worse"))
    assert spool.acknowledge("a", batch, [DeadLetter(b"worse", "still")], 6) == 1
    assert dead_letters(path) == [("a", "worse", "still")]
    assert spool.next("a") is None
    assert spool.backlog("a") == Backlog(0, 0, None)
    spool.close()


def test_a_dead_letter_whose_bits_have_flipped_is_not_sent_again(path: Path) -> None:
    """A wrong value is worse than a missing one."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "bad")
    batch = spool.next("a")
    assert batch is not None
    spool.acknowledge("a", batch, [DeadLetter(b"m v=1", "conflict")], 5)
    beside = open_spool(path)
    put_back(beside, "a")
    beside.execute("UPDATE dead SET line = ?", (b"m v=2",))
    beside.close()
    batch = spool.next("a")
    assert batch is not None
    assert (batch.lines, batch.damaged) == ((), 1)
    assert spool.acknowledge("a", batch, [], 6) == 0
    assert [(loss.records, loss.reason) for loss in spool.take_losses()] == [(1, "corrupt")]
    assert dead_letters(path) == []
    spool.close()


def test_dead_letters_take_a_bounded_room(path: Path) -> None:
    """A device whose every line is long and bad does not fill the disk."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "x")
    batch = spool.next("a")
    assert batch is not None
    spool.acknowledge("a", batch, [DeadLetter(b"%d " % number + b"x" * 3_000_000, "r") for number in range(4)], 5)
    assert [line[:1] for _, line, _ in dead_letters(path)] == ["2", "3"]
    spool.close()


@pytest.mark.parametrize("row", [2_100, 40_000])
def test_the_file_never_outgrows_its_bound(path: Path, row: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the rows measure: one of 2100 bytes has a page of 4096 for itself."""
    bound, slack = 2**20, 2**18
    monkeypatch.setattr(spool_limits, "OVERHEAD_BYTES", slack)
    spool = Spool(path, ["a"], Limits(max_bytes=bound))
    rows, largest, longest_journal = 3 * bound // row, 0, 0
    for number in range(rows):
        append(spool, f"{number} ".ljust(row, "x"))
        largest = max(largest, path.stat().st_size)
        longest_journal = max(longest_journal, Path(f"{path}-wal").stat().st_size)
    lost = sum(loss.records for loss in spool.take_losses())
    assert largest <= bound + slack + 2**17
    assert longest_journal <= 5 * 2**20
    assert spool.backlog("a").records == rows - lost
    assert bound * 0.6 < spool.backlog("a").size <= bound
    spool.close()


def test_a_file_of_the_first_format_is_brought_up_to_date(path: Path) -> None:
    """With its backlog, its cursors and its dead letters."""
    spool = Spool(path, ["a"], ROOMY)
    append(spool, "1")
    drain(spool, "a")
    append(spool, "2")
    spool.close()
    connection = sqlite3.connect(path)
    connection.executescript("""
        DROP TABLE ahead; DROP INDEX dead_again; DROP TABLE dead;
        CREATE TABLE dead (
            id INTEGER PRIMARY KEY, output TEXT NOT NULL, at_ms INTEGER NOT NULL, reason TEXT NOT NULL,
            line BLOB NOT NULL
        );
        INSERT INTO dead (output, at_ms, reason, line) VALUES ('a', 5, 'conflict', x'626164');
        PRAGMA user_version = 1;
    """)
    connection.close()
    after = Spool(path, ["a"], ROOMY)
    assert after.backlog("a").records == 1
    beside = open_spool(path)
    put_back(beside, "a")
    beside.close()
    assert drain(after, "a") == ["2", "bad"]
    after.close()


OUTPUTS = ("a", "b")


class SpoolModel(RuleBasedStateMachine):
    """Any order of appends, partial drains, reopenings and drops, compared with lists in memory."""

    @initialize(limit=st.integers(5, 120), batch=st.integers(8, 200))
    def begin(self, limit: int, batch: int) -> None:
        """Start with an empty spool of some size, which hands out so many bytes at a time."""
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(portion, "BATCH_BYTES", batch)
        self.patch.setattr(progress, "MOST_FRONTS", 1000)
        self.folder = TemporaryDirectory()
        self.limits = Limits(max_bytes=limit)
        self.path = Path(self.folder.name) / "spool.db"
        self.spool = Spool(self.path, OUTPUTS, self.limits)
        self.number = 0
        self.accepted: dict[str, list[str]] = {output: [] for output in OUTPUTS}
        self.lost: dict[str, int] = dict.fromkeys(OUTPUTS, 0)
        self.on_its_way: dict[str, Batch] = {}

    @rule(lines=st.integers(1, 4))
    def append(self, lines: int) -> None:
        """Commit some new lines."""
        append(self.spool, *(f"{self.number + index:04}" for index in range(lines)))
        self.number += lines
        for loss in self.spool.take_losses():
            self.lost[loss.output] += loss.records

    @rule(output=st.sampled_from(OUTPUTS))
    def take(self, output: str) -> None:
        """Send the next batch, without an answer yet."""
        batch = self.spool.next(output)
        if batch is not None:
            self.on_its_way[output] = batch

    @rule(output=st.sampled_from(OUTPUTS))
    def take_what_is_new(self, output: str) -> None:
        """The newest record is in the next batch, however long the backlog is."""
        if self.number and self.spool.backlog(output).records:
            self.append(1)
            self.take(output)
            assert f"{self.number - 1:04}".encode() in self.on_its_way[output].lines or self.is_dropped(output)

    def is_dropped(self, output: str) -> bool:
        """Whether nothing is left to send: the last row was larger than the spool."""
        return self.spool.backlog(output).records == 0

    @rule(output=st.sampled_from(OUTPUTS))
    def acknowledge(self, output: str) -> None:
        """The answer comes. What was dropped meanwhile are the oldest lines, and not accepted."""
        batch = self.on_its_way.pop(output, None)
        if batch is not None:
            count = self.spool.acknowledge(output, batch, [], 0)
            lines = sorted(line.decode() for line in batch.lines)
            self.accepted[output] += lines[len(lines) - count :]

    @rule()
    def reopen(self) -> None:
        """The agent is restarted, or killed: nothing is done at the end that would make a difference."""
        self.spool.close()
        self.spool = Spool(self.path, OUTPUTS, self.limits)
        self.on_its_way.clear()

    @invariant()
    def adds_up(self) -> None:
        """Appended = accepted + lost + waiting, for every output, and none is accepted twice."""
        if not hasattr(self, "spool"):
            return
        for output in OUTPUTS:
            backlog = self.spool.backlog(output)
            assert self.number == len(self.accepted[output]) + self.lost[output] + backlog.records
            assert len(self.accepted[output]) == len(set(self.accepted[output]))
            assert backlog.size <= self.limits.max_bytes

    def teardown(self) -> None:
        """Everything that was not lost arrives in the end."""
        if not hasattr(self, "spool"):
            return
        for output in OUTPUTS:
            everything = self.accepted[output] + drain(self.spool, output)
            assert len(everything) == len(set(everything)) == self.number - self.lost[output]
        self.spool.close()
        self.folder.cleanup()
        self.patch.undo()


TestSpoolModel = SpoolModel.TestCase
TestSpoolModel.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
