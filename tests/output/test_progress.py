"""The algebra of what is done: compared with a plain set of rows."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.output.marks import Mark, Span
from rtu_agent.output.progress import MOST_FRONTS, Progress, records_in, size_of

LAST = 40


def mark(row: int) -> Mark:
    """Return the mark behind a row; every row has 3 records of 10 bytes."""
    return Mark(row, 3 * row, 30 * row)


ROWS = st.integers(0, LAST)
SPANS = st.tuples(ROWS, ROWS).map(lambda ends: Span(mark(min(ends)), mark(max(ends))))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("finished"), SPANS),
        st.tuples(st.just("dropped"), ROWS.map(mark)),
        st.tuples(st.just("split"), ROWS.map(mark)),
    ),
    max_size=30,
)


def rows_of(span: Span) -> set[int]:
    """Return the numbers of the rows of a span."""
    return set(range(span.begin.row + 1, span.end.row + 1))


@given(STEPS)
def test_what_waits_is_what_is_neither_done_nor_dropped(steps: list[tuple[str, Span | Mark]]) -> None:
    """Whatever is finished, dropped and split in whatever order; the parts lie apart, and the newest comes first."""
    progress, gone = Progress(mark(0)), set[int]()
    for name, what in steps:
        progress = getattr(progress, name)(what)
        if isinstance(what, Span):
            gone |= rows_of(what)
        elif name == "dropped":
            gone |= set(range(1, what.row + 1))
        waiting = progress.waiting(mark(LAST))
        assert set().union(*map(rows_of, waiting)) == set(range(1, LAST + 1)) - gone
        assert records_in(waiting) == 3 * (LAST - len(gone))
        assert size_of(waiting) == 30 * (LAST - len(gone))
        assert all(newer.begin >= older.end for newer, older in pairwise(waiting))
        assert all(first.end < second.begin for first, second in pairwise(progress.ahead))
        assert all(progress.done < span.begin for span in progress.ahead)


def test_a_backlog_is_not_split_without_end() -> None:
    """Each outage in the middle of another may begin a front; what is stored of them stays small."""
    progress = Progress(mark(0))
    for row in range(2, LAST, 2):
        progress = progress.split(mark(row)).split(mark(row))
        progress = progress.finished(Span(mark(row), mark(row + 1)))
    assert len(progress.split(mark(LAST)).ahead) == len(progress.ahead)
    sent_after_the_last_split = [span for span in progress.ahead if span.begin < span.end]
    assert len(sent_after_the_last_split) >= MOST_FRONTS


def test_a_front_where_nothing_was_done_is_moved() -> None:
    """The server may be slow while more and more comes."""
    progress = Progress(mark(0)).split(mark(10)).split(mark(20))
    assert progress.ahead == (Span(mark(20), mark(20)),)


def test_fronts_that_meet_are_one() -> None:
    """Then the spool may forget the rows."""
    progress = Progress(mark(0)).split(mark(30))
    progress = progress.finished(Span(mark(30), mark(40))).finished(Span(mark(0), mark(30)))
    assert progress == Progress(mark(40))
