"""A report is one line for each problem, the line of the file, and a caret under the right words on any terminal."""

from rtu_agent.config.report import render
from rtu_agent.domain.document import Problem


def shown(line: str, column: int, length: int = 1) -> list[str]:
    """Return what stands below the message of a problem in this line."""
    return render([Problem("f", 1, column, "wrong", length)], {"f": line}).split("\n")[1:]


def test_a_problem_is_place_message_line_and_caret() -> None:
    """Editors and terminals make a link of the place."""
    problem = Problem("sites/a.yaml", 2, 4, "b is wrong", 3)

    assert render([problem], {"sites/a.yaml": "x: 1\nb: two\n"}) == (
        "sites/a.yaml:2:4: b is wrong\n    b: two\n       ^^^"
    )


def test_problems_come_in_the_order_of_their_places_and_once() -> None:
    """Whoever found them, and however often."""
    late, early = Problem("f", 9, 1, "late"), Problem("f", 2, 5, "early")

    assert render([late, early, late], {}) == "f:2:5: early\nf:9:1: late"


def test_without_the_line_there_is_no_caret() -> None:
    """The file may be gone, the line empty, or behind the end."""
    problem = Problem("f", 2, 1, "wrong")

    assert {render([problem], texts) for texts in ({}, {"f": "a\n  \nb"}, {"f": "a"})} == {"f:2:1: wrong"}


def test_a_wide_character_takes_two_columns() -> None:
    """Korean names do not move the caret."""
    assert shown("room: 전기실, x", 12) == ["    room: 전기실, x", "                  ^"]
    assert shown("room: 전기실", 7, 3) == ["    room: 전기실", "          ^^^^^^"]


def test_a_long_line_is_cut_around_the_caret() -> None:
    """The caret is seen without scrolling."""
    line, caret = shown("a" * 300 + "BAD" + "c" * 300, 301, 3)

    assert len(line) == len("    ") + 100
    assert (line[4], line[-1]) == ("…", "…")
    assert line[caret.index("^") : caret.rindex("^") + 1] == "BAD"


def test_a_caret_does_not_leave_the_line() -> None:
    """Neither for a value that is longer than what is shown, nor behind the last character."""
    assert shown("a: " + "x" * 300, 4, 300)[1] == "    " + " " * 3 + "^" * 97
    assert shown("a:", 3, 5)[1] == "      ^"


def test_nothing_in_a_line_moves_the_cursor() -> None:
    """A file can hold escape sequences; a message can quote them."""
    problem = Problem("f", 1, 4, "no \x1b[2J\n here")

    report = render([problem], {"f": "a:\t\x1b[31m\x07red\r"})

    assert report == "f:1:4: no ?[2J? here\n    a: ?[31m?red?\n       ^"


def test_a_message_that_quotes_half_a_file_is_cut() -> None:
    """It stays a line that somebody can read."""
    assert len(render([Problem("f", 1, 1, "x" * 9999)], {})) == len("f:1:1: ") + 500


def test_a_hidden_value_is_covered_in_every_line_that_shows_it() -> None:
    """Also where another problem of the same line shows it."""
    problems = [Problem("f", 1, 1, "unknown key", 1), Problem("f", 1, 11, "secret", 7, hidden=True)]

    report = render(problems, {"f": "a: 1, to: hunter2, b: 2"})

    assert report.count("    a: 1, to: *******, b: 2") == 2
    assert "hunter2" not in report


def test_a_hidden_value_without_an_end_in_its_line_covers_the_rest() -> None:
    """A list or a long text has no length in its line."""
    report = render([Problem("f", 1, 6, "secret", hidden=True)], {"f": "to:  - hunter2 # x"})

    assert report.split("\n")[1] == "    to:  *************"
