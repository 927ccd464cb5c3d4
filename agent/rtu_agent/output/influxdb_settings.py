"""The entry of an InfluxDB output in the configuration."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rtu_agent.domain.duration import Seconds, duration_text
from rtu_agent.domain.secret import Secret

_DAY_S: Final = 86_400
_SHORTEST_WINDOW_S: Final = 10


def rollup_name(name: str, window: str) -> str:
    """Return the name of a rollup of the output `name`."""
    return f"{name}-{window}"


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
    auth: Annotated[
        Literal["token", "bearer"],
        Field(description="How the token is sent; version 2 wants token, version 3 takes both, most proxies bearer."),
    ] = "token"
    username: Annotated[str | None, Field(min_length=1, description="User of version 1, or of a proxy.")] = None
    password: Annotated[Secret | None, Field(description="Password of the user.")] = None
    ca_file: Annotated[
        Path | None,
        Field(
            strict=False,
            description="Certificates (PEM) that the server's must be signed by, relative to this file; those of the "
            "system otherwise.",
            examples=["ca.pem"],
        ),
    ] = None
    gzip: Annotated[bool, Field(description="Whether bodies are compressed; worth it on a slow or metered line.")] = (
        False
    )
    keep: Annotated[
        Seconds | None,
        Field(
            description="How long the server keeps records: `rtu-agent influx setup` tells it; for ever if left out.",
            examples=["90d", "1y"],
        ),
    ] = None
    rollups: Annotated[
        dict[Seconds, Seconds],
        Field(
            description="Lengths of windows of time, and how long the one record for each window is kept.",
            examples=[{"1m": "90d", "15m": "2y"}],
        ),
    ] = {}
    rollup_bucket: Annotated[
        str,
        Field(
            pattern=r"^[^{}]*(\{bucket\}[^{}]*)?\{window\}[^{}]*$",
            description="Where the rollups go: {bucket} is the bucket above, {window} the length of the window.",
        ),
    ] = "{bucket}_{window}"
    rollups_by: Annotated[
        Literal["agent", "server"],
        Field(description="Who makes the rollups. server: version 1 and 2, told by `rtu-agent influx setup`."),
    ] = "agent"

    def also_named(self, name: str) -> dict[str, str]:
        """Return the names of the rollups of the output `name`, and which they are."""
        if self.rollups_by == "server":
            return {}
        windows = map(duration_text, self.rollups)
        return {rollup_name(name, window): f"rollup {window}" for window in windows}

    def of_rollup(self, window_s: float) -> Self:
        """Return the settings for the rollup of one length of windows."""
        bucket = self.rollup_bucket.format(bucket=self.bucket, window=duration_text(window_s))
        return self.model_copy(update={"bucket": bucket, "keep": self.rollups[window_s], "rollups": {}})

    @model_validator(mode="after")
    def _windows_begin_with_the_day(self) -> Self:
        for window_s, keep_s in self.rollups.items():
            said = duration_text(window_s)
            if window_s < _SHORTEST_WINDOW_S or _DAY_S % window_s:
                raise ValueError(f"a window is at least 10s long and a day a multiple of it, unlike {said}")
            if keep_s < window_s:
                raise ValueError(f"windows of {said} are to be kept for longer than {said}")
        return self

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        if self.token is not None and self.username is not None:
            raise ValueError("give a token, or username and password, not both")
        if self.ca_file is not None and not self.url.startswith("https:"):
            raise ValueError("ca_file is for an address that begins with https://")
        return self
