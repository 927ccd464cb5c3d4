"""A secret is found where the configuration says, and seen nowhere else."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from rtu_agent.domain.secret import LITERAL, Secret, SecretError

VALUE = "s3cret-t0ken"


class Settings(BaseModel, strict=True):
    """Settings with a secret."""

    token: Secret


def test_a_file_is_read_without_its_line_break(tmp_path: Path) -> None:
    """Editors end files with one."""
    (tmp_path / "token").write_text(VALUE + "\r\n", encoding="utf-8")

    assert Secret(file=tmp_path / "token").reveal() == VALUE


def test_an_environment_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers pass them."""
    monkeypatch.setenv("TOKEN_OF_TEST", VALUE)

    assert Secret(env="TOKEN_OF_TEST").reveal() == VALUE


def test_a_credential_of_systemd_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unit names the directory."""
    (tmp_path / "influx").write_text(VALUE, encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert Secret(credential="influx").reveal() == VALUE


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "it is not UTF-8 text")],
)
def test_a_file_that_does_not_help_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """Path and reason stand in the message."""
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SecretError, match=reason) as caught:
        Secret(file=path).reveal()
    assert str(path) in str(caught.value)


def test_what_is_not_set_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator is told what to add where."""
    monkeypatch.delenv("TOKEN_OF_TEST", raising=False)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    with pytest.raises(SecretError, match="TOKEN_OF_TEST is not set; set it"):
        Secret(env="TOKEN_OF_TEST").reveal()
    with pytest.raises(SecretError, match="add LoadCredential=influx:/path to the systemd unit"):
        Secret(credential="influx").reveal()


def test_an_empty_variable_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container file with an unset variable makes one."""
    monkeypatch.setenv("TOKEN_OF_TEST", "")

    with pytest.raises(SecretError, match="TOKEN_OF_TEST is empty"):
        Secret(env="TOKEN_OF_TEST").reveal()


def test_a_damaged_secret_does_not_leak_through_the_traceback(tmp_path: Path) -> None:
    """The decoder's exception holds all the bytes, so it is not handed on."""
    path = tmp_path / "token"
    path.write_bytes(VALUE.encode() + b"\xff")

    with pytest.raises(SecretError) as caught:
        Secret(file=path).reveal()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("value", [VALUE, [VALUE], 12, True])
def test_a_secret_that_is_written_out_is_refused_and_marked(value: object) -> None:
    """The message says how to write the reference and does not repeat the secret."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"token": value})

    (error,) = caught.value.errors()
    assert error["type"] == LITERAL
    assert error["msg"] == (
        "a secret never stands in this file; write where it lies: {file: /path}, {env: NAME} or {credential: name}"
    )


@pytest.mark.parametrize("value", ["{}", '{"file": "a", "env": "B"}', '{"file": null}'])
def test_a_secret_lies_in_exactly_one_place(value: str) -> None:
    """Neither in none nor in two."""
    with pytest.raises(ValidationError, match="a secret lies in exactly one place"):
        Secret.model_validate_json(value)


def test_only_the_place_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs print settings."""
    monkeypatch.setenv("TOKEN_OF_TEST", VALUE)
    secret = Secret(env="TOKEN_OF_TEST")
    secret.reveal()

    assert VALUE not in f"{secret!r} {secret} {secret.model_dump_json()}"
