"""A document says what the file says, knows every place, and survives whatever it is given."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.domain import document
from rtu_agent.domain.document import Document, parse

TEXT = """\
site: plant-a
devices:
  - name: a
    unit: 1
  - {name: b, tags: {room: "x"}}
empty:
"""


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (("site",), False, (1, 7, 7)),
        (("site",), True, (1, 1, 4)),
        (("devices", 0, "unit"), False, (4, 11, 1)),
        (("devices", 0, "unit"), True, (4, 5, 4)),
        (("devices", 0), False, (3, 5, 4)),
        (("devices", 1), False, (5, 5, 28)),
        (("devices", 1, "tags", "room"), False, (5, 28, 3)),
        (("empty",), False, (6, 7, 1)),
    ],
)
def test_a_problem_stands_at_the_value_or_at_its_key(
    path: tuple[str | int, ...], key: bool, place: tuple[int, int, int]
) -> None:
    """Line, column and length of what the caret underlines."""
    problem = parse(TEXT, "f").problem(path, "wrong", key=key)

    assert (problem.file, problem.line, problem.column, problem.length) == ("f", *place)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("devices", 0, "driver"), (3, 5)),
        (("devices", 7), (2, 1)),
        (("devices", 1, "tags", "floor"), (5, 15)),
        (("version",), (1, 1)),
    ],
)
def test_what_is_missing_is_reported_where_its_parent_begins(
    path: tuple[str | int, ...], place: tuple[int, int]
) -> None:
    """There is no better place for what is not there."""
    problem = parse(TEXT, "f").problem(path, "missing")

    assert (problem.line, problem.column) == place


def test_a_surprising_word_is_a_problem_and_known_by_its_place() -> None:
    """So that it can be joined with what else is wrong with the word."""
    found = parse("parity: no\n", "f")

    assert found.data == {"parity": "no"}
    assert [(p.line, p.column, p.length) for p in found.problems] == [(1, 9, 2)]
    assert set(found.surprises) == {(1, 9)}


def test_problems_come_in_the_order_of_the_file() -> None:
    """Whatever found them."""
    found = parse("a: no\nb:\xa010\nc: [1\nd: off\n", "f")

    assert [p.line for p in found.problems] == [1, 2, 3, 4]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_a_file_that_says_nothing_is_none(text: str) -> None:
    """It is for the reader to say whether that is a mistake."""
    found = parse(text, "f")

    assert found.data is None
    assert found.complete(())
    assert found.problems == ()


def test_korean_text_has_columns_in_characters() -> None:
    """Not in bytes."""
    problem = parse("방: 전기실\n층: no\n", "f").problem(("층",), "")

    assert (problem.line, problem.column) == (2, 4)


# -- whatever it is given ----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)

PIECES = [*"abc01:-,[]{}&*!|>'\"%@#?~ \t<전", "\n", "\n  ", "\n    ", "a: ", "- ", "no", "010", "\xa0", "x-y: &z "]
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def places(found: Document) -> list[tuple[int, int, str]]:
    """Return place and message of every problem."""
    return [(p.line, p.column, p.message) for p in found.problems]


def is_plain(data: Any) -> bool:
    """Return whether the data holds nothing but what a document promises."""
    match data:
        case dict():
            return all(type(key) in (str, int) and is_plain(value) for key, value in data.items())
        case list():
            return all(map(is_plain, data))
        case _:
            return data is None or type(data) in (str, int, float, bool)


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader], ids=["c", "python"])
@given(text=YAMLISH | st.text(max_size=30))
def test_any_text_gives_plain_data_and_problems_within_the_file(loader: Any, text: str) -> None:
    """Nothing raises, and what is not complete has a problem that says why."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_LOADER", loader)
        found = parse(text, "f")

    lines = found.text.split("\n")
    assert is_plain(found.data)
    assert all(1 <= p.line <= len(lines) and 1 <= p.column <= len(lines[p.line - 1]) + 1 for p in found.problems)
    assert found.complete(()) or found.problems


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document(data: bytes) -> None:
    """Whatever file somebody names by mistake."""
    parse(data, "f")


@given(JSON)
def test_what_pyyaml_writes_is_read_back(data: Any) -> None:
    """PyYAML quotes what is ambiguous to it; what it leaves bare and we find surprising is not compared."""
    found = parse(yaml.safe_dump(data, allow_unicode=True), "f")

    if not found.problems:
        assert found.data == data


@given(YAMLISH.filter(lambda text: "\t" not in text))
def test_both_parsers_say_the_same_of_files_that_are_right(text: str) -> None:
    """They differ in what they accept at the edges of the language; what both accept they read alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_LOADER", yaml.CSafeLoader)
        fast = parse(text, "f")
        patch.setattr(document, "_LOADER", yaml.SafeLoader)
        slow = parse(text, "f")

    if fast.complete(()) and slow.complete(()):
        assert fast.data == slow.data
        assert places(fast) == places(slow)
