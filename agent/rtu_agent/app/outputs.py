"""The outputs of a site, made from its entries: those that have not changed are the objects that they were."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from rtu_agent.app.loading import LoadedSite
from rtu_agent.config.model import OutputEntry
from rtu_agent.domain.secret import Secret
from rtu_agent.events import Watcher
from rtu_agent.output.delivery import AnyOutput
from rtu_agent.output.rollup import Names
from rtu_agent.output.rollup_output import rollups_of


@dataclass(frozen=True)
class MadeOutput:
    """What came of one entry."""

    entry: OutputEntry
    secrets: tuple[str, ...]
    """What the secrets were that its settings refer to; never shown."""
    outputs: Mapping[str, AnyOutput]
    """Itself and its rollups, by name."""


Made = Mapping[str, MadeOutput]
"""All outputs of a site, by the names of their entries."""


def make_outputs(loaded: LoadedSite, names_of: Callable[[str], Names], watch: Watcher, before: Made) -> Made:
    """Return the outputs of a site.

    Args:
        loaded: the site.
        names_of: tells the fields of a device; asked whenever a rollup is made.
        watch: who is told what happens.
        before: what was made of the site that this one takes the place of.

    Raises:
        SecretError: a secret is not where the settings say.
        SettingsError: what else they point to cannot be used.
    """

    def make(entry: OutputEntry) -> MadeOutput:
        secrets = _secrets(entry.settings)
        known = before.get(entry.name)
        if known is not None and (known.entry, known.secrets) == (entry, secrets):
            return known
        output = loaded.output_types[entry.type](entry.name, entry.settings)
        rollups = rollups_of([output], names_of, loaded.site.state, watch)
        return MadeOutput(entry, secrets, {entry.name: output, **rollups})

    return {name: make(entry) for name, entry in loaded.site.outputs.items()}


def renewed(before: Made, after: Made) -> Iterable[str]:
    """Return the outputs that were made anew."""
    return [name for name in after if name in before and after[name] is not before[name]]


def all_of(made: Made) -> dict[str, AnyOutput]:
    """Return every output and rollup by its name."""
    return {name: output for one in made.values() for name, output in one.outputs.items()}


def _secrets(settings: BaseModel) -> tuple[str, ...]:
    return tuple(value.reveal() for _, value in settings if isinstance(value, Secret))
