"""The files of the status page: they are all there, need nothing from elsewhere, and speak both languages."""

import re
from collections.abc import Mapping
from typing import Any, get_args
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from prometheus_client import CollectorRegistry

from rtu_agent.catalogue import bundled
from rtu_agent.domain.quality import Quality, Reason
from rtu_agent.domain.registers import Table
from rtu_agent.driver_api.wire import Group
from rtu_agent.events import DeviceState
from rtu_agent.telemetry.findings import Finding
from rtu_agent.telemetry.http_app import make_app
from rtu_agent.telemetry.poll_counts import FAILURES
from rtu_agent.telemetry.site_page import site_pages
from rtu_agent.telemetry.words import DEVICE, EXCEPTIONS, OUTPUT

PAGES = site_pages()
TEXTS = {path: page({}).body.decode() for path, page in PAGES.items()}


def ask(path: str, **environ: str) -> tuple[int, Mapping[str, str], bytes]:
    """Return what the application answers; the standard's validator listens in."""
    app = make_app(CollectorRegistry(), lambda: Finding(ok=True), lambda: Finding(ok=True), PAGES)
    request: dict[str, Any] = {"SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "", **environ}
    setup_testing_defaults(request)
    request |= {"SERVER_NAME": "127.0.0.1", "HTTP_HOST": "127.0.0.1:9485"}
    started: list[tuple[str, list[tuple[str, str]]]] = []
    answer: Any = validator(app)(request, lambda status, headers, *_: started.append((status, headers)))
    body = b"".join(answer)
    answer.close()
    [(status, headers)] = started
    return int(status[:3]), dict(headers), body


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css"), ("/favicon.svg", "image/svg+xml")],
)
def test_a_file_is_served_with_its_type(path: str, kind: str) -> None:
    """A browser that may not guess must be told."""
    status, headers, body = ask(path)

    assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind)
    assert body


def test_a_browser_is_told_that_nothing_has_changed() -> None:
    """It asks each time, and after an update it gets the new page."""
    _, headers, _ = ask("/page.js")
    assert headers["Cache-Control"] == "no-cache"

    assert ask("/page.js", HTTP_IF_NONE_MATCH=headers["ETag"])[::2] == (304, b"")
    assert ask("/page.css", HTTP_IF_NONE_MATCH=headers["ETag"])[0] == 200


@pytest.mark.parametrize("path", TEXTS)
def test_whatever_is_referred_to_is_there(path: str) -> None:
    """Files of the page, each served by the agent itself."""
    referred = re.findall(r"""(?:href|src)="(/[^"#]*)"|from "([^"]+)\"""", TEXTS[path])

    assert {one or other for one, other in referred} <= PAGES.keys() | {"/"}


@pytest.mark.parametrize("path", TEXTS)
def test_nothing_comes_from_elsewhere(path: str) -> None:
    """A plant has no internet. The one address is the name of a language."""
    assert set(re.findall(r"https?://[^\"'\s)]+", TEXTS[path])) <= {"http://www.w3.org/2000/svg"}


def test_no_script_or_style_stands_in_the_page() -> None:
    """The content security policy would not let it run; nor may text be read as HTML anywhere."""
    index = TEXTS["/"]
    assert not re.search(r"<style|\bstyle=|\bon[a-z]+=|<script(?![^>]*\bsrc=)", index)

    scripts = "".join(text for path, text in TEXTS.items() if path.endswith(".js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", scripts)


def test_the_page_is_small() -> None:
    """It is also opened over a phone's connection."""
    assert sum(map(len, TEXTS.values())) < 64_000


@pytest.mark.parametrize("kind", [*DEVICE, *OUTPUT])
def test_every_error_has_its_korean_words(kind: str) -> None:
    """The English ones come from the agent."""
    korean = TEXTS["/words.js"].split("\n  ko: {")[1]

    assert re.search(rf"^ +{kind}: \"[^\"]+\",$", korean, re.MULTILINE)


@pytest.mark.parametrize(
    ("section", "known"),
    [
        ("exception", [*EXCEPTIONS]),
        ("sort", sorted({driver.kind for driver in bundled()})),
    ],
)
def test_what_only_english_readers_can_take_as_it_is_has_korean_words(section: str, known: list[str]) -> None:
    """What an exception means comes from the agent in English, and so do the kinds of the bundled drivers."""
    korean = TEXTS["/words.js"].split("\n  ko: {")[1]
    [words] = re.findall(rf"\n    {section}: {{(.*?)}}", korean, re.DOTALL)

    assert dict.fromkeys(re.findall(r"\"?(\w+)\"?: \"[^\"]+\"", words)).keys() == {*known}


@pytest.mark.parametrize(
    ("section", "known"),
    [
        ("reason", [*Reason]),
        ("kind", [*FAILURES, "late_reply", "noise"]),
        ("change", [*get_args(DeviceState)]),
        ("quality", [quality.name.lower() for quality in Quality]),
        ("table", [*Table]),
        ("group_name", [*get_args(Group)]),
    ],
)
def test_every_word_of_the_api_has_its_words_in_both_languages(section: str, known: list[str]) -> None:
    """One that is new in the agent would be shown as it is spelt in the code."""
    for language in TEXTS["/words.js"].split("\n  ko: {"):
        [words] = re.findall(rf"\b{section}: {{(.*?)}}", language, re.DOTALL)
        missing = [word for word in known if not re.search(rf"\b{word}: \"[^\"]+\"", words)]
        assert set(missing) <= {"driver_failed"}, "polls fail so, not transactions"


def keys(language: str) -> set[str]:
    """Return every key of a language, those of a group behind its name: `state/good`."""
    code = re.sub(r"`[^`]*`|\"[^\"]*\"", "TEXT", language)
    found, path = set[str](), list[str]()
    for key, mark in re.findall(r"\b([a-z_0-9]+): |([{}])", code):
        if key:
            found.add("/".join([*path, key]))
            last = key
        elif mark == "{":
            path.append(last)
        elif path:
            path.pop()
    return found


def test_both_languages_say_the_same_things() -> None:
    """A key that only one of them has would be `undefined` on the page of the other.

    English needs no words for the agent's own errors and kinds of devices, nor for most names of quantities.
    """
    english, korean = (keys(part) for part in re.split(r"\n  (?:en|ko): {", TEXTS["/words.js"])[1:])

    assert {"all_good", "state/good", "kind/no_reply", "reason/sentinel", "part"} <= english
    assert english - korean == set()
    assert {key.partition("/")[0] for key in korean - english} == {
        "error",
        "quantity",
        "part",
        "sort",
        "exception",
        "refusal",
    }
    assert {key for key in korean - english if "/" not in key} == {"error", "exception", "refusal"}
