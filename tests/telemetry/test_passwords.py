"""Who may come in, and what guessing costs."""

import base64
import threading
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import bcrypt
import pytest

from rtu_agent.telemetry.passwords import MOST_WAITING, Passwords, guarded

COST = 4


def header(name: str, password: str) -> str:
    """Return the value of an `Authorization` header."""
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


@pytest.fixture
def passwords() -> Passwords:
    """One user whose password has a colon."""
    return Passwords({"operator": bcrypt.hashpw("pä:ss".encode(), bcrypt.gensalt(COST)).decode()})


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every password that was compared with a hash."""
    compared: list[bytes] = []
    check = bcrypt.checkpw

    def note(password: bytes, hashed: bytes) -> bool:
        compared.append(password)
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", note)
    return compared


def test_the_right_password_lets_in(passwords: Passwords) -> None:
    """Again and again."""
    assert [passwords.admit(header("operator", "pä:ss")) for _ in range(3)] == [True] * 3


@pytest.mark.parametrize(
    "authorization",
    [
        "", "Basic", "Basic ", "Basic !!!", "Basic //79", "Bearer abc",
        header("operator", ""), header("operator", "pä"), header("Operator", "pä:ss"),
        header("nobody", "pä:ss"), header("", ""), header("operator", "x" * 100_000),
    ],
)  # fmt: skip
def test_nothing_else_does(passwords: Passwords, authorization: str) -> None:
    """Also not after somebody was let in."""
    assert passwords.admit(header("operator", "pä:ss"))

    assert not passwords.admit(authorization)


def test_a_password_is_compared_whole() -> None:
    """The hash knows 72 bytes; a longer one is none of ours."""
    longest = "x" * 72
    passwords = Passwords({"operator": bcrypt.hashpw(longest.encode(), bcrypt.gensalt(COST)).decode()})

    assert passwords.admit(header("operator", longest))
    assert not passwords.admit(header("operator", longest + "y"))


def test_a_scrape_does_not_cost_a_hash(passwords: Passwords, checks: list[bytes]) -> None:
    """What was right once is known; what was wrong is compared each time, and remembered by nobody."""
    for _ in range(50):
        passwords.admit(header("operator", "pä:ss"))
    assert len(checks) == 1
    for _ in range(3):
        passwords.admit(header("operator", "wrong"))
    assert len(checks) == 4


def test_an_unknown_name_takes_as_long_as_a_wrong_password(passwords: Passwords, checks: list[bytes]) -> None:
    """Names cannot be found out by a watch."""
    passwords.admit(header("nobody", "guess"))

    assert checks == [b"guess"]


def test_guesses_wait_for_each_other(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take one core at most, and who is known does not wait for them."""
    passwords.admit(header("operator", "pä:ss"))
    running, most, refused, may_end = [0], [0], threading.Semaphore(0), threading.Event()

    def slow(_: bytes, __: bytes) -> bool:
        running[0] += 1
        most[0] = max(most[0], running[0])
        assert may_end.wait(5)
        running[0] -= 1
        return False

    monkeypatch.setattr(bcrypt, "checkpw", slow)

    def guess() -> None:
        assert not passwords.admit(header("operator", "guess"))
        refused.release()

    guesses = [threading.Thread(target=guess) for _ in range(3 * MOST_WAITING)]
    for one in guesses:
        one.start()
    for _ in range(2 * MOST_WAITING):
        assert refused.acquire(timeout=5), "who finds too many waiting is refused at once"
    assert passwords.admit(header("operator", "pä:ss"))
    may_end.set()
    for one in guesses:
        one.join(5)

    assert most == [1]


@pytest.mark.parametrize(("method", "body"), [("GET", b"A name and a password are needed.\n"), ("HEAD", b"")])
def test_a_browser_is_asked_for_them(passwords: Passwords, method: str, body: bytes) -> None:
    """And what is behind the door is not even called."""

    def app(*_: object) -> Any:
        raise AssertionError

    environ: dict[str, Any] = {"REQUEST_METHOD": method, "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    started: list[tuple[str, dict[str, str]]] = []
    answer: Any = validator(guarded(app, passwords))(environ, lambda s, h, *_: started.append((s, dict(h))))
    assert b"".join(answer) == body
    answer.close()

    [(status, headers)] = started
    assert status == "401 Unauthorized"
    assert headers["WWW-Authenticate"].startswith('Basic realm="rtu-agent"')


def test_who_has_them_gets_what_is_behind(passwords: Passwords) -> None:
    """Unchanged."""

    def app(_: object, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    environ: dict[str, Any] = {"HTTP_AUTHORIZATION": header("operator", "pä:ss"), "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    answer: Any = validator(guarded(app, passwords))(environ, lambda *_: len)
    assert b"".join(answer) == b"hello"
    answer.close()
