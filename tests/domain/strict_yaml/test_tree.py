"""The tree holds what was read, knows what it lacks, and cannot be blown up."""

import pytest
import yaml

from rtu_agent.domain import document
from rtu_agent.domain.document import parse
from rtu_agent.domain.strict_yaml.tree import ALIAS_LIMIT, DEPTH_LIMIT


def messages(text: str) -> list[str]:
    """Return what is said about a text."""
    return [problem.message for problem in parse(text, "f").problems]


def test_a_key_given_twice_keeps_the_first_value_and_doubts_it() -> None:
    """The value that was not read may be the one that was meant."""
    document = parse("a: {b: 1}\nc: 2\na: {d: {e: 3}}\n", "f")

    assert document.data == {"a": {"b": 1}, "c": 2}
    assert [(p.line, p.column, p.message) for p in document.problems] == [
        (3, 1, "the key 'a' is given twice; the first one stands in line 1")
    ]
    assert not document.complete(("a",))
    assert document.complete(("c",))
    assert document.complete(())


def test_keys_are_words_or_whole_numbers() -> None:
    """Nothing else can be a key of a setting."""
    document = parse("1: a\nx: b\ntrue: c\n[y]: d\n~: e\n1.5: f\n{z: {}}: {g: h}\n", "f")

    assert document.data == {1: "a", "x": "b"}
    assert [(p.line, p.column) for p in document.problems] == [(3, 1), (4, 1), (5, 1), (6, 1), (7, 1)]


def test_aliases_repeat_and_merge() -> None:
    """What the mapping says itself goes before what it merges."""
    document = parse("x: &x {a: 1, b: 2}\ny: [*x, *x]\nz: {<<: *x, b: 3}\nw: {c: 4, <<: [*x, {d: 5}]}\n", "f")

    assert document.problems == ()
    assert document.data["y"] == [{"a": 1, "b": 2}, {"a": 1, "b": 2}]
    assert document.data["z"] == {"a": 1, "b": 3}
    assert document.data["w"] == {"a": 1, "b": 2, "c": 4, "d": 5}


def test_what_was_merged_stands_where_it_was_written() -> None:
    """That is where it has to be mended."""
    problem = parse("x: &x\n  a: 1\ny:\n  <<: *x\n", "f").problem(("y", "a"), "")

    assert (problem.line, problem.column) == (2, 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: *b\n", "no &b stands above that *b could repeat"),
        ("floor: &floor 1\na: *flor\n", "no &flor stands above that *flor could repeat, did you mean 'floor'?"),
        ("a: &a [*a]\n", "*a stands inside &a and would never end"),
        ("a: {<<: 5}\n", "<< merges mappings, such as the alias of one, and nothing else"),
        ('a: "b\\0"\n', "this text holds NUL or half a character (an escape from \\ud800 to \\udfff)"),
        ("a: !secret b\n", "a tag (!…) means nothing here; write the value without it"),
        ("a: !!map {b: 1}\n", "a tag (!…) means nothing here; write the value without it"),
    ],
)
def test_what_cannot_be_a_value_is_a_problem_and_leaves_no_value(text: str, message: str) -> None:
    """Nobody is told that the value is missing, too."""
    assert messages(text) == [message]


@pytest.mark.parametrize(
    ("loader", "message"),
    [
        (yaml.CSafeLoader, "in double quotes a backslash begins an escape; put this text in single quotes"),
        (yaml.SafeLoader, "this text holds NUL or half a character (an escape from \\ud800 to \\udfff)"),
    ],
)
def test_half_a_character_is_refused_by_both_parsers(
    loader: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be neither stored nor printed."""
    monkeypatch.setattr(document, "_LOADER", loader)

    assert messages('a: "\\uD800"\n') == [message]


def test_aliases_that_multiply_are_refused_before_they_do() -> None:
    """Ten lines would stand for a thousand million values."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]

    document = parse("\n".join(lines), "f")

    assert [p.message for p in document.problems] == [
        f"the aliases up to here stand for more than {ALIAS_LIMIT} values, which no site needs"
    ]


@pytest.mark.parametrize("text", ["[" * 500, "a: " + "[" * 500 + "]" * 500, "{a: " * 500, "- " * 500])
def test_deep_nesting_is_refused_instead_of_overflowing_the_stack(text: str) -> None:
    """Some of these never end."""
    assert messages(text) == [f"lists and mappings are nested more than {DEPTH_LIMIT} deep here"]


def test_nesting_through_aliases_is_as_deep_as_any_other() -> None:
    """Each line alone is flat."""
    lines = ["a0: &a0 []"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 50)]

    assert messages("\n".join(lines)) == [f"lists and mappings are nested more than {DEPTH_LIMIT} deep here"]


def test_reading_goes_on_with_the_next_top_level_key() -> None:
    """One run shows the mistakes of every section."""
    document = parse("a:\n  b: 1\n   c: 2\nd: 3\ne: [1\nf: {g: 4}\n", "f")

    assert document.data == {"a": {}, "d": 3, "e": [], "f": {"g": 4}}
    assert [p.line for p in document.problems] == [3, 5]
    assert not document.complete(("a",))
    assert not document.complete(())
    assert document.complete(("f",))


def test_a_line_with_less_indentation_leaves_what_it_cut_short_incomplete() -> None:
    """Nobody is told that a key is missing which stands one line below."""
    document = parse("a:\n  - b: 1\n    c: 2\n   d: 3\n", "f")

    assert document.data == {"a": [{"b": 1, "c": 2}]}
    assert not document.complete(("a", 0))


def test_a_second_document_is_a_problem() -> None:
    """It would never be read."""
    document = parse("a: 1\n---\na: 2\n", "f")

    assert document.data == {"a": 1}
    assert [(p.line, p.message) for p in document.problems] == [
        (2, "a second document begins here; the file may hold only one")
    ]
