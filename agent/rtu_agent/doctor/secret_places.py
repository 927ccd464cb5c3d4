"""Whether the secrets of the site are where it says, and hidden from those who need not see them."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, problem, warning
from rtu_agent.doctor.unit import Unit, read_unit
from rtu_agent.domain.secret import Secret, SecretError

_MOUNTED: Final = Path("/run/secrets")
"""Container engines put secrets here, readable for all in the container."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret lies."""

    about: str
    """The output and its key."""
    secret: Secret
    complaint: str
    """Why it cannot be had; empty when it can."""
    is_exposed: bool = False
    """Everybody on the machine may read its file."""


def examine(case: Case) -> Iterator[Finding]:
    """Look for every secret that an output refers to, and for the key of the HTTP server."""
    tls = case.loaded.site.http.web.tls_server_config
    if tls is not None:
        yield judge(look("http.key_file", Secret(file=tls.key_file)), None)
    unit = read_unit(case.machine)
    for entry in case.loaded.site.outputs.values():
        for key, secret in secrets_in(entry.settings):
            yield judge(look(f"{entry.name}.{key}", secret), unit)


def secrets_in(settings: BaseModel) -> Iterator[tuple[str, Secret]]:
    """Yield the secrets that settings refer to, with their keys."""
    for key, value in settings:
        if isinstance(value, Secret):
            yield key, value


def look(about: str, secret: Secret) -> Place:
    """Return where a secret lies, and never what it is."""
    try:
        secret.reveal()
    except SecretError as error:
        return Place(about, secret, str(error))
    return Place(about, secret, "", secret.file is not None and _is_exposed(secret.file))


def _is_exposed(file: Path) -> bool:
    path = file.resolve()
    folders = [folder for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]
    return bool(path.stat().st_mode & stat.S_IROTH) and not folders and _MOUNTED not in file.parents


def judge(place: Place, unit: Unit | None) -> Finding:
    """Judge one secret; what only the service is given cannot be seen from here."""
    secret = place.secret
    if place.complaint and secret.file is None:
        return _unseen(place, unit)
    if place.complaint:
        return problem(place.about, place.complaint, f"sudo install --mode 0640 --group rtu-agent SECRET {secret.file}")
    if place.is_exposed:
        return warning(place.about, f"everybody on this machine may read {secret.file}", f"chmod o-r {secret.file}")
    return ok(place.about, "the secret is there")


def _unseen(place: Place, unit: Unit | None) -> Finding:
    name = place.secret.credential
    if name is None:
        says = f"{place.complaint}; what the service has cannot be seen from here"
        return warning(place.about, says, f"{place.secret.env}=… where the agent is started")
    if unit is not None and name in unit.credentials:
        return ok(place.about, f"the service is given the credential {name}; it cannot be seen from here")
    says = f"the credential {name} is handed to a service only, and no unit rtu-agent.service here names it"
    return warning(place.about, says, f"LoadCredential={name}:/path/of/the/secret in the unit")
