"""Whatever the validator finds, in our models or in those of other distributions, becomes a sentence."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field

from rtu_agent.config.keys import keys_at, suggested, unknown_key
from rtu_agent.config.reading import read
from rtu_agent.config.sentences import listed, sentence
from rtu_agent.domain.document import parse
from rtu_agent.domain.duration import Seconds
from rtu_agent.domain.secret import Secret


class Inner(BaseModel, extra="forbid"):
    """Settings within settings."""

    directory: str = ""


class Foreign(BaseModel):
    """Settings of an output that somebody else wrote, with all that pydantic offers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(min_length=2, max_length=5)] = "ab"
    whole: Annotated[int, Field(ge=1, le=9)] = 1
    number: Annotated[float, Field(gt=0, lt=1)] = 0.5
    flag: bool = True
    choice: Literal["one", "two", "three"] = "one"
    path: Path = Path()
    items: Annotated[list[str], Field(min_length=1, max_length=2)] = ["a"]
    table: dict[str, int] = {}
    url: AnyHttpUrl | None = None
    form: Annotated[str, Field(pattern="^[a-z]+:[0-9]+$", examples=["a:1"])] = "a:1"
    plain_form: Annotated[str, Field(pattern="^x+$")] = "x"
    inner: Inner = Inner()
    keep: Seconds = 5.0
    token: Secret | None = None


def said(text: str) -> list[str]:
    """Return the messages about a text of settings."""
    document = parse(text, "f")
    return [problem.message for problem in read(document, (), document.data, Foreign).problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text: 5", 'text must be text, not 5; put it in quotes: "5"'),
        ("text: true", 'text must be text, not true; put it in quotes: "true"'),
        ("text: [a]", "text must be text, not a list"),
        ("text: a", "text must have at least 2 characters"),
        ("text: abcdef", "text must have at most 5 characters"),
        ("text:", "text: there is no value here; write one or delete the key"),
        ("whole: '5'", "whole must be a whole number, not '5'; write 5 without quotes"),
        ("whole: 1.5", "whole must be a whole number, not 1.5"),
        ("whole: five", "whole must be a whole number, not 'five'"),
        ("whole: 0", "whole must be at least 1, not 0"),
        ("whole: 10", "whole must be at most 9, not 10"),
        ("number: 0", "number must be more than 0, not 0"),
        ("number: 1.5", "number must be less than 1, not 1.5"),
        ("number: x", "number must be a number, not 'x'"),
        ("flag: maybe", "flag must be true or false, not 'maybe'"),
        ("flag: 1", "flag must be true or false, not 1"),
        ("choice: tow", "choice must be one, two or three, not 'tow', did you mean 'two'?"),
        ("choice: 3", "choice must be one, two or three, not 3"),
        ("path: 3", 'path must be text, not 3; put it in quotes: "3"'),
        ("items: a", "items must be a list, not 'a'"),
        ("items: []", "items must have at least 1 entry"),
        ("items: [a, b, c]", "items must have at most 2 entries"),
        ("items: [a, 2]", 'an entry of items must be text, not 2; put it in quotes: "2"'),
        ("table: [a]", "table must be a mapping (key: value), not a list"),
        ("table: {a: b}", "a must be a whole number, not 'b'"),
        ("url: nowhere", "url must be a URL such as http://localhost:8086, not 'nowhere'"),
        ("form: x", "form has not the right form; write it like a:1"),
        ("plain_form: y", "plain_form has not the right form"),
        ("inner: {}\ninnr: {}", "unknown key 'innr', did you mean 'inner'?"),
        ("inner: {dir: x}", "unknown key 'dir'; the keys here are directory"),
        ("inner: {directry: x}", "unknown key 'directry', did you mean 'directory'?"),
        ("inner: 5", "inner must be a mapping (key: value), not 5"),
        ("keep: 5", "keep: a duration needs a unit: write 5s for seconds, 5ms for milliseconds"),
        ("token: {fil: x, env: X}", "unknown key 'fil', did you mean 'file'?"),
    ],
)
def test_each_kind_of_mistake_has_its_sentence(text: str, message: str) -> None:
    """One sentence, with the key, the rule and the value."""
    assert said(text) == [message]


def test_a_kind_of_mistake_that_nobody_foresaw_still_has_a_sentence() -> None:
    """A newer validator may find new kinds."""
    error: Any = {"type": "time_delta_parsing", "loc": ("x",), "msg": "Input should be good", "input": 5}

    assert sentence(error, "x", "") == "x has not the right form"


def test_a_validator_that_speaks_for_itself_is_quoted() -> None:
    """Its words are finished; they are not introduced twice."""

    def error(own: str) -> Any:
        return {"type": "value_error", "loc": ("unit",), "msg": "", "input": 5, "ctx": {"error": ValueError(own)}}

    assert sentence(error("too hot"), "unit", "") == "unit: too hot"
    assert sentence(error("unit 300 is outside"), "unit", "") == "unit 300 is outside"


def test_the_secret_itself_is_in_no_sentence() -> None:
    """Whatever else is wrong with the place where it stands."""
    for value in ("hunter2", "[hunter2]"):
        assert "hunter2" not in "".join(said(f"token: {value}"))
    for key in ("token", "form", "url", "choice", "whole"):
        assert "hunter2" not in "".join(said(f"{key}: 'ftp://a:hunter2@b'"))


def test_a_missing_key_is_named_but_not_when_it_is_misspelt() -> None:
    """The misspelt one is the mistake."""

    class Needy(BaseModel, extra="forbid"):
        bucket: str
        url: str

    document = parse("buckt: x\n", "f")
    messages = [problem.message for problem in read(document, (), document.data, Needy).problems]

    assert sorted(messages) == ["'url' is missing", "unknown key 'buckt', did you mean 'bucket'?"]


def test_what_is_good_in_a_wrong_mapping_is_known() -> None:
    """So that what depends on it can be checked all the same."""
    document = parse("whole: 5\nkeep: 1m\ntext: 5\ninner: {directory: 3}\n", "f")

    found = read(document, (), document.data, Foreign)

    assert found.entry is None
    assert dict(found.values) == {"whole": 5, "keep": 60.0}


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("slave", "unit"),
        ("Slave-ID", "unit"),
        ("baud", "baudrate"),
        ("pariti", "parity"),
        ("xyz", None),
        ("model", None),
    ],
)
def test_words_of_other_programs_are_understood(key: str, meant: str | None) -> None:
    """But only as a key that is known where they stand."""
    assert suggested(key, ["unit", "baudrate", "parity"]) == meant


def test_a_key_that_modbus_rtu_has_no_use_for_is_explained() -> None:
    """Every other program wants to know the data bits."""
    assert unknown_key("bytesize", ["port"]) == (
        "unknown key 'bytesize': Modbus RTU always has 8 data bits; delete this key"
    )


def test_keys_are_found_in_models_within_models() -> None:
    """Also where a model may be absent; nothing where there is none."""
    assert keys_at(Foreign, ["inner"]) == ["directory"]
    assert keys_at(Foreign, ["token"]) == ["file", "env", "credential"]
    assert keys_at(Foreign, ["table"]) == []
    assert keys_at(Foreign, ["nothing"]) == []


def test_a_long_list_is_shortened() -> None:
    """There will be many drivers."""
    assert listed(["b", "a"]) == "a, b"
    assert listed(f"d{n:02}" for n in range(15)).endswith("d11 and 3 more")
