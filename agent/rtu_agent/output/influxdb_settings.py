"""The entry of an InfluxDB output in the configuration."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rtu_agent.domain.secret import Secret


class InfluxdbSettings(BaseModel):
    """InfluxDB 1, 2 or 3, or VictoriaMetrics, through the spool."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^/\s@?#]+(/[^\s?#]*)?$",
            description="Address of the server, without user and password.",
            examples=["http://localhost:8086"],
        ),
    ]
    bucket: Annotated[
        str,
        Field(
            min_length=1,
            description="Bucket of version 2, database of version 3; of version 1 the database, or database/policy.",
            examples=["modbus"],
        ),
    ]
    org: Annotated[str, Field(description="Organisation; version 2 needs it, the others ignore it.")] = ""
    api: Annotated[
        Literal["auto", "v1", "v2"],
        Field(description="v2: /api/v2/write. v1: /write. auto: finds out which of them the server knows."),
    ] = "auto"
    token: Annotated[Secret | None, Field(description="Token of version 2 or 3.")] = None
    username: Annotated[str | None, Field(min_length=1, description="User of version 1, or of a proxy.")] = None
    password: Annotated[Secret | None, Field(description="Password of the user.")] = None

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        if self.token is not None and self.username is not None:
            raise ValueError("give a token, or username and password, not both")
        return self
