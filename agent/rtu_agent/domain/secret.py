"""References to secrets. The configuration says where a secret lies and never what it is."""

import os
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

LITERAL: Final = "secret_literal"
"""Type of the validation error of a secret that was written out. What stands there must not be shown to anybody."""

_HOW: Final = "write where it lies: {file: /path}, {env: NAME} or {credential: name}"


class SecretError(Exception):
    """A secret is not where the configuration says. The message names the place and the mend."""


class Secret(BaseModel):
    """Where a secret lies: in a file, in an environment variable, or in a credential that systemd passes."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, json_schema_extra={"minProperties": 1, "maxProperties": 1}
    )

    file: Annotated[Path | None, Field(strict=False, description="File that holds the secret and nothing else.")] = None
    env: Annotated[str | None, Field(min_length=1, description="Environment variable that holds the secret.")] = None
    credential: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9_.-]+$", description="Credential of the systemd unit (LoadCredential=).")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _is_reference(cls, value: Any) -> Any:
        if not isinstance(value, dict | cls):
            raise PydanticCustomError(LITERAL, "a secret never stands in this file; {how}", {"how": _HOW})
        return value

    @model_validator(mode="after")
    def _is_one_reference(self) -> Self:
        if sum(place is not None for place in (self.file, self.env, self.credential)) != 1:
            raise ValueError(f"a secret lies in exactly one place; {_HOW}")
        return self

    def reveal(self) -> str:
        """Return the secret, without line breaks at its end.

        Raises:
            SecretError: it is not there, cannot be read, or is empty.
        """
        if self.env is not None:
            secret = os.environ.get(self.env)
            if secret is None:
                raise SecretError(f"the environment variable {self.env} is not set; set it where the agent is started")
            return _not_empty(secret, f"the environment variable {self.env}")
        path = self.file or self._credential_path()
        try:
            return _not_empty(path.read_text(encoding="utf-8"), f"the file {path}")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise SecretError(
                f"the secret in {path} cannot be read: {reason}; check the path and its permissions"
            ) from None

    def _credential_path(self) -> Path:
        directory = os.environ.get("CREDENTIALS_DIRECTORY")
        if directory is None:
            name = self.credential
            raise SecretError(
                f"the credential {name} is not there: add LoadCredential={name}:/path to the systemd unit"
            )
        return Path(directory, str(self.credential))


def _not_empty(secret: str, place: str) -> str:
    secret = secret.rstrip("\r\n")
    if not secret:
        raise SecretError(f"{place} is empty; put the secret into it")
    return secret
