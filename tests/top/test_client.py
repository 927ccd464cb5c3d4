"""An agent is asked for its status; whoever else answers, or nobody, is told in a sentence."""

import base64
import json
from pathlib import Path

import pytest

from rtu_agent.domain.secret import Secret, SecretError
from rtu_agent.top.address import url_of
from rtu_agent.top.client import PATH, Client, UnreachableError
from support.api_page import status
from support.certificates import make_certificate
from support.scripted_http import JSON, Reply, Request, serving
from support.servers import free_port


def agent(request: Request) -> Reply:
    """Answer as an agent that wants a password."""
    wanted = f"Basic {base64.b64encode(b'alice:s3cret').decode()}"
    if request.headers.get("Authorization") != wanted:
        return Reply(401, "no\n", {"WWW-Authenticate": 'Basic realm="rtu-agent"'})
    return Reply(200, json.dumps(status()), JSON) if request.path == PATH else Reply(404)


def test_the_status_is_what_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a login that lies elsewhere and is read anew each time; a proxy of the environment is not asked."""
    monkeypatch.setenv("LOGIN", "alice:s3cret")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with serving(agent) as server:
        assert Client(f"{server.url}/", Secret(env="LOGIN")).status() == status()


def test_whoever_has_no_password_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And where to say it; one that is not where it should be is another matter."""
    monkeypatch.delenv("LOGIN", raising=False)
    with serving(agent) as server:
        with pytest.raises(UnreachableError, match="wants user and password: give them with --login") as caught:
            Client(server.url).status()
        assert caught.value.is_forbidden
        with pytest.raises(SecretError, match="LOGIN is not set"):
            Client(server.url, Secret(env="LOGIN")).status()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(404, "There is /metrics.\n"), "is no agent, or one of another version"),
        (Reply(200, "<html>"), "is no agent, or one of another version"),
        (Reply(200, "[1]"), "is no agent, or one of another version"),
        (Reply(200, '{"site": "x"}'), "is no agent, or one of another version"),
        (Reply(500, "The log says why.\n"), "answers with HTTP 500"),
        (Reply(silent=True), "cannot be reached"),
    ],
)
def test_whoever_is_no_agent_is_told(reply: Reply, said: str) -> None:
    """By what is missing."""
    with serving(lambda _: reply) as server, pytest.raises(UnreachableError) as caught:
        Client(server.url).status()

    assert said in str(caught.value)
    assert not caught.value.is_forbidden


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://127.0.0.1:{}", "nobody listens there; is the agent running?"), ("http://name.invalid:{}", "")],
)
def test_nobody_is_told_with_the_reason(url: str, said: str) -> None:
    """Not in the words of the library."""
    url = url.format(free_port())

    with pytest.raises(UnreachableError) as caught:
        Client(url).status()

    assert str(caught.value).startswith(f"{url} cannot be reached: ")
    assert said in str(caught.value)
    assert "urlopen" not in str(caught.value)


def test_a_certificate_of_ones_own_is_trusted_by_its_file_only(tmp_path: Path) -> None:
    """Who does not name it is told how."""
    certificate, key = make_certificate(tmp_path, "agent")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    with serving(lambda _: Reply(200, json.dumps(status()), JSON), both) as server:
        assert Client(server.url, ca_file=certificate).status() == status()
        with pytest.raises(UnreachableError, match=r"its certificate is not trusted .* with --ca-file"):
            Client(server.url).status()


def test_certificates_that_are_none_are_told() -> None:
    """Before anybody is asked."""
    for file in ("/none.pem", __file__):
        with pytest.raises(UnreachableError, match="cannot be used"):
            Client("https://127.0.0.1", ca_file=Path(file))


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:9485", "http://127.0.0.1:9485"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
        ("[::1]:9485", "http://[::1]:9485"),
        ("plant:9485", "http://plant:9485"),
        ("127.0.0.1:0", None),
    ],
)
def test_an_agent_is_asked_where_it_listens(listen: str, url: str | None) -> None:
    """On this machine, when it listens everywhere."""
    assert url_of(listen) == url
    assert url_of(listen, is_encrypted=True) == (url and url.replace("http:", "https:"))
