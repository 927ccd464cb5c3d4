"""devices.yaml and the installed distributions → a checked site and the classes that its names stand for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from rtu_agent.config.load import ConfigError, load_site
from rtu_agent.config.model import Site
from rtu_agent.domain.document import parse
from rtu_agent.driver_api import Driver
from rtu_agent.plugins import OutputType, load_drivers, load_outputs
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.plan import PlanError
from rtu_agent.protocol.timing import LineSettings

HASH_DIGITS: Final = 12


@dataclass(frozen=True)
class LoadedSite:
    """A checked site and the classes that its names stand for."""

    site: Site
    driver_of: Callable[[str], type[Driver]]
    output_types: Mapping[str, OutputType]
    config_hash: str = ""
    """The first digits of the SHA-256 of the file."""


class Loader:
    """Reads sites, again and again: what is installed stays as it was found, and an unchanged map stays one class.

    Raises:
        PluginError: two plugins bring something of one name.
    """

    def __init__(self) -> None:
        self._catalogue = load_drivers()
        self._output_types = load_outputs()
        self._maps: dict[tuple[Path, str], type[Driver]] = {}
        self.files: tuple[Path, ...] = ()
        """What the last site was read from: its file, the register maps in it, and their variants."""

    def load(self, path: Path) -> LoadedSite:
        """Read and check a site.

        Raises:
            ConfigError: something is wrong with it; all that is, with places. Its notes say which plugins
                cannot be used: what the site names may be in one of them.
            OSError: the file cannot be read.
        """
        found: dict[str, type[Driver]] = {}
        self.files = (path,)

        def resolve(name: str, directory: Path) -> type[Driver]:
            if name not in found:
                found[name] = self._resolve(name, directory)
            return found[name]

        settings = {name: output.Settings for name, output in self._output_types.items()}
        try:
            site = load_site(path, resolve, self._catalogue.names(), settings, objection_to)
        except ConfigError as error:
            for failure in (*self._catalogue.failures, *self._output_types.failures):
                error.add_note(str(failure))
            raise
        config_hash = sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS]
        return LoadedSite(site, found.__getitem__, self._output_types, config_hash)

    def _resolve(self, name: str, directory: Path) -> type[Driver]:
        if name in self._catalogue.names():
            return self._catalogue.resolve(name, directory)
        path = directory / name
        self.files += (path,)
        driver = self._catalogue.resolve(name, directory)
        texts = dict(_texts(path))
        self.files += (*texts,)
        return self._maps.setdefault((path, sha256(b"\0".join(texts.values())).hexdigest()), driver)


def _texts(path: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield a register map and its variants, which are maps of good form and no variants of another, as they stand."""
    text = path.read_bytes()
    yield path, text
    said: Any = parse(text, str(path)).data
    for name in said.get("variants", {}).get("of", {}).values():
        yield from _texts(path.parent / name)


def load(path: Path) -> LoadedSite:
    """Read and check a site, once; see `Loader.load`."""
    return Loader().load(path)


def objection_to(driver: type[Driver]) -> str | None:
    """Return why a driver cannot be polled at any speed, or None: it wants what one request cannot carry."""
    try:
        polled_device(driver.name, driver.serial.unit, driver, LineSettings(), {})
    except PlanError as error:
        return str(error)
    return None
