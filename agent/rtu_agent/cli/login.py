"""Who one is for the agent's HTTP server: a reference to a secret on the command line, never the secret itself."""

import os
from typing import Any, Final

import click
from pydantic import ValidationError

from rtu_agent.domain.secret import Secret

LOGIN_VARIABLE: Final = "RTU_AGENT_LOGIN"


class _Login(click.ParamType[Secret]):
    name = "where"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Secret:
        """Return the reference."""
        kind, _, place = str(value).partition(":")
        try:
            return Secret.model_validate({kind: place})
        except ValidationError:
            message = "a password is not given here, but where it lies: write env:NAME, file:PATH or credential:NAME"
            raise click.BadParameter(message, ctx, param) from None


LOGIN: Final = _Login()


def usual_login() -> Secret | None:
    """Return where the login lies when nothing is said of it; None if there is none."""
    return Secret(env=LOGIN_VARIABLE) if LOGIN_VARIABLE in os.environ else None
