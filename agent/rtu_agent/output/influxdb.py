"""InfluxDB 1, 2 and 3, and what speaks like them (VictoriaMetrics).

There are two doors: `/api/v2/write` (2, 3, VictoriaMetrics, also 1.8) and `/write` (1). `api: auto` knocks at the first
and takes the second if the server does not know the first; a 404 makes it ask again, because the server may have been
replaced meanwhile. Both take the same body and answer with the same statuses.
"""

import base64
import ssl
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rtu_agent.domain.duration import duration_text
from rtu_agent.domain.secret import SecretError
from rtu_agent.output.answer import Answer
from rtu_agent.output.contract import Action, NetworkOutput, RollupTarget, SettingsError, Verdict
from rtu_agent.output.influxdb_settings import InfluxdbSettings, rollup_name

if TYPE_CHECKING:
    from rtu_agent.output.influxdb_doors import Door, Doors

_DOORS: Final[dict[str, "Door"]] = {"v2": "/api/v2/write", "v1": "/write"}

_SCHEMES: Final = {"token": "Token", "bearer": "Bearer"}


class InfluxdbOutput(NetworkOutput):
    """Sends to one server."""

    Settings = InfluxdbSettings

    def __init__(self, name: str, settings: InfluxdbSettings) -> None:
        """Read the secrets once, so that a missing one is said at start.

        Raises:
            SecretError: a secret is not where the settings say.
            SettingsError: the file of certificates cannot be used.
        """
        from rtu_agent.output.influxdb_doors import Doors  # noqa: PLC0415 - slow, and only those who send need it

        self.name = name
        self._settings = settings
        self._door = _DOORS.get(settings.api)
        _check_certificates(settings.ca_file)
        self._doors = Doors(
            settings.url, settings.org, settings.bucket, ca_file=settings.ca_file, compressed=settings.gzip
        )
        self._log_in()

    def send(self, body: bytes) -> Verdict:
        """Write the lines; tell what the server made of them."""
        try:
            self._log_in()
        except SecretError as error:
            return Verdict(Action.HOLD, str(error))
        return self._knock(body).verdict(time.time())

    def probe(self) -> Verdict:
        """Write nothing at all: the server looks at the token, the bucket and the right to write before the lines.

        Version 2 then complains that there are none.
        """
        verdict = self.send(b"")
        return Verdict(Action.ACCEPTED) if verdict.action is Action.REJECTED else verdict

    def close(self) -> None:
        """Close the connections."""
        self._doors.close()

    def rollups(self) -> Mapping[str, RollupTarget]:
        """Return a target for each length of windows, unless the server makes the rollups."""
        if self._settings.rollups_by == "server":
            return {}
        names = {length_s: rollup_name(self.name, duration_text(length_s)) for length_s in self._settings.rollups}
        return {
            name: RollupTarget(length_s, InfluxdbOutput(name, self._settings.of_rollup(length_s)))
            for length_s, name in names.items()
        }

    def keeps_s(self) -> float | None:
        """Return the retention of the bucket, where the token may read it."""
        from rtu_agent.output.influxdb_admin import admin_of  # noqa: PLC0415 - slow, see above

        return admin_of(self.doors(), self._settings).keeps_s()

    def doors(self) -> "Doors":
        """Return the server's doors, with the secrets as they are now, for those who set the server up.

        Raises:
            SecretError: a secret is not where the settings say.
        """
        self._log_in()
        return self._doors

    def _log_in(self) -> None:
        """Take the secrets as they are now, so that one that was renewed is used without a restart."""
        settings = self._settings
        if settings.token is not None:
            self._doors.log_in(f"{_SCHEMES[settings.auth]} {settings.token.reveal()}")
        elif settings.username is not None and settings.password is not None:
            pair = f"{settings.username}:{settings.password.reveal()}".encode()
            self._doors.log_in(f"Basic {base64.b64encode(pair).decode()}")

    def _knock(self, body: bytes) -> Answer:
        if self._door is not None and self._settings.api != "auto":
            return self._doors.post(self._door, body)
        door = self._door or _DOORS["v2"]
        answer = self._doors.post(door, body)
        if self._door is None and answer.is_unknown_path:
            door = _DOORS["v1"]
            answer = self._doors.post(door, body)
        if answer.status is not None:
            self._door = None if answer.status == HTTPStatus.NOT_FOUND else door
        return answer


def _check_certificates(path: Path | None) -> None:
    """Say at start what the first request would stumble over."""
    if path is None:
        return
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise SettingsError(f"the ca_file {path} holds no certificates in PEM form") from None
    except OSError as error:
        raise SettingsError(f"the ca_file {path} cannot be read: {error.strerror or error}") from None
