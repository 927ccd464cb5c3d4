"""What databases of every version answer, and what is made of it (documented answers of 1.x, 2.x and 3.x)."""

import pytest

from rtu_agent.output.answer import Answer
from rtu_agent.output.contract import Action, Verdict

V1_PARTIAL = '{"error":"partial write: field type conflict: input field \\"v\\" dropped=1"}'
V2_INVALID = '{"code":"invalid","message":"unable to parse \'m v=\': missing field value"}'
V3_PARTIAL = (
    '{"error":"partial write of line protocol occurred",'
    '"data":[{"original_line":"m v=","line_number":1,"error_message":"No fields were provided"}]}'
)


def answer(status: int | None, text: str = "", **headers: str) -> Answer:
    """An answer at the first door."""
    return Answer("/api/v2/write", status, text, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (400, V1_PARTIAL, 'partial write: field type conflict: input field "v" dropped=1'),
        (400, V2_INVALID, "unable to parse 'm v=': missing field value"),
        (422, '{"code":"unprocessable entity","message":"beyond retention"}', "beyond retention"),
        (400, V3_PARTIAL, "No fields were provided"),
    ],
)
def test_a_rejection_is_told_in_the_words_of_each_version(status: int, text: str, said: str) -> None:
    """The dead letter carries the most exact words there are."""
    verdict = answer(status, text).verdict(0.0)
    assert verdict == Verdict(Action.REJECTED, f"/api/v2/write: HTTP {status}: {said}")


@pytest.mark.parametrize(
    "text",
    [
        "<html><h1>400 Bad Request</h1></html>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "[1]",
        '"no"',
        "{}",
        "",
    ],
)
def test_another_program_does_not_reject_lines(text: str) -> None:
    """The records stay until the address is mended."""
    assert answer(400, text).verdict(0.0).action is Action.HOLD


def test_a_pause_that_the_server_asks_for_is_passed_on() -> None:
    """429 and 503 of version 2 and of the cloud."""
    verdict = answer(429, '{"code":"too many requests","message":"slow down"}', Retry_After="12").verdict(0.0)
    assert verdict == Verdict(Action.AGAIN, "/api/v2/write: HTTP 429: slow down", 12.0)


def test_no_answer_is_told_as_it_is() -> None:
    """Connection refused, timeouts, names that cannot be resolved."""
    assert answer(None, "Connection refused").verdict(0.0) == Verdict(Action.AGAIN, "/api/v2/write: Connection refused")


def test_an_unknown_path_differs_from_an_unknown_database() -> None:
    """1.6.7 does not know the path; 2.x knows it and misses the bucket."""
    assert answer(404, "404 page not found\n").is_unknown_path
    assert not answer(404, '{"code":"not found","message":"bucket \\"b\\" not found"}').is_unknown_path
    assert not answer(204).is_unknown_path


def test_a_reason_is_kept_short() -> None:
    """A page of HTML does not get into the log or the dead letters."""
    assert len(answer(502, "x" * 100_000).verdict(0.0).reason) <= 500
