"""Syntax errors are said in words that help, at the place where the mistake is, by both parsers alike."""

from typing import Any

import pytest
import yaml

from rtu_agent.domain import document

TAB, QUOTE = "a tab indents this line; use spaces", "this quote is never closed"
COLON = "a key must be followed by a colon and a space"
DEEPER = "this line is indented further than the line above allows"

MISTAKES = [
    ("a:\n\tb: 1\n", 2, 1, TAB),
    ("a:\n  b: 1\n\tc: 2\n", 3, 1, TAB),
    ("a:\n  b: 1\n  \tc: 2\n", 3, 3, TAB),
    ("a:\n\t- 1\n\t- 2\nb:\n\t- 3\n", 2, 1, "a tab indents this line (and 2 more below); use spaces"),
    ("a: |\n\tx\n", 2, 1, TAB),
    ("a: 1\n\t# comment\nb: 2\n", 2, 1, TAB),
    ("a:\n  b: 1\n\t\n  c: 1\n", 3, 1, TAB),
    ('a: "x\nb: 2\n', 1, 4, QUOTE),
    ("a: 'x\n", 1, 4, QUOTE),
    ('a: "x\nb: "y"\n', 1, 4, "this quote ends only in line 2; its own end is missing"),
    ('a: ["x, y]\nb: ["z"]\n', 1, 5, "this quote ends only in line 2; its own end is missing"),
    ("a: {b: 1\nc: 2\n", 1, 4, "this '{' is never closed, or a comma is missing before line 2"),
    ("a: [1, 2\nb: 3\n", 1, 4, "this '[' is never closed, or a comma is missing before line 2"),
    ("a: {n: x y: 2}\n", 1, 11, "a comma or '}' is missing before this"),
    ("a: {n: f-{unit}}\n", 1, 10, "text that contains '{' must stand in quotes"),
    ("a: [", 1, 4, "this '[' is never closed"),
    ("a: {b: [1,\n", 1, 8, "this '[' is never closed"),
    ("a: 1\nb 2\n", 2, 1, COLON),
    ("a b\nc: 1\n", 1, 1, COLON),
    ("a:b\nc: 1\n", 1, 1, COLON),
    ("a:\n  b: 1\n c: 2\n", 3, 2, "this line is indented like none of the lines above it"),
    ("a:\n  p: /dev/x\n   q: 1\n", 3, 4, DEEPER),
    ("a: b: c\n", 1, 5, "a second ': ' in one value; put text that contains a colon and a space in quotes"),
    ("a: @x\n", 1, 4, "a value cannot begin with @; put it in quotes"),
    ("a: `x`\n", 1, 4, "a value cannot begin with `; put it in quotes"),
    ("a: %x\n", 1, 4, "a value cannot begin with %; put it in quotes"),
    ("a: *\n", 1, 4, "text that begins with * or & must stand in quotes"),
    ("- a\nb: 1\n", 2, 1, "this line belongs to a list and must begin with '- '"),
    ("a: 1\n- b\n", 2, 1, "a list item cannot stand among keys; indent the list below its key"),
    ("  a: 1\nb: 2\n", 2, 1, "top-level keys all begin in the first column"),
    ("a: }\n", 1, 4, "a value is missing before this"),
    ('a: "x" y\n', 1, 8, "the value ends before this; a quote, a bracket or a comma is missing or too many"),
    ("a: {b: 1}}\n", 1, 10, "the value ends before this; a quote, a bracket or a comma is missing or too many"),
    ("a: - b\n", 1, 4, "a list cannot begin in this line; write each '- ' below its key"),
    ("a: | x\n", 1, 6, "nothing but a line break may follow | or >"),
]


@pytest.fixture(params=[yaml.CSafeLoader, yaml.SafeLoader], ids=["c", "python"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(document, "_LOADER", request.param)


@pytest.mark.parametrize(("text", "line", "column", "message"), MISTAKES)
def test_a_mistake_is_one_problem_at_its_place_in_plain_words(text: str, line: int, column: int, message: str) -> None:
    """Neither more than one nor somewhere else."""
    problems = document.parse(text, "f").problems

    assert [(p.line, p.column, p.message) for p in problems] == [(line, column, message)]


def test_a_backslash_in_double_quotes_is_explained() -> None:
    """A Windows path; the two parsers point one character apart."""
    (problem,) = document.parse('a: "C:\\win"\n', "f").problems

    assert problem.message == "in double quotes a backslash begins an escape; put this text in single quotes"


def test_a_complaint_that_nobody_foresaw_is_passed_on() -> None:
    """Better the parser's words than none."""
    (problem,) = document.parse("a: !<tag:\n", "f").problems

    assert problem.message.startswith("this is not YAML: ")
