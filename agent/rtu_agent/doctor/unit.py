"""What the unit of the agent's service says, where systemd runs it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rtu_agent.doctor.case import Machine

NAME: Final = "rtu-agent.service"


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit, with what was added by `systemctl edit`."""

    file: Path
    is_enabled: bool
    """Whether it starts with the machine."""
    user: str
    program: str
    """What it starts."""
    credentials: frozenset[str]
    """Names of the secrets that systemd hands over."""


def read_unit(machine: Machine) -> Unit | None:
    """Return the unit of the agent, None when there is none that can be read."""
    folders = [machine.etc / "systemd/system", machine.lib / "systemd/system"]
    file = next((folder / NAME for folder in folders if (folder / NAME).is_file()), None)
    if file is None:
        return None
    files = [file, *(extra for folder in folders for extra in sorted(folder.glob(f"{NAME}.d/*.conf")))]
    settings = [setting for each in files for setting in _settings(each)]
    said = dict(settings)
    wanted = machine.etc / "systemd/system/multi-user.target.wants" / NAME
    credentials = {value.partition(":")[0] for key, value in settings if key.endswith("Credential") and value}
    program = said.get("ExecStart", "rtu-agent").partition(" ")[0]
    return Unit(file, wanted.is_symlink(), said.get("User", "root"), program, frozenset(credentials))


def _settings(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines `Key=value` of a unit file, in their order; the last one of a key counts."""
    with suppress(OSError):
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith(("#", ";")):
                yield key.strip(), value.strip()
