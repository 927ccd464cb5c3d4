"""The rules of the contract, one function each: it takes a driver and yields where that does not keep the rule."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rtu_agent.testing.breach import Breach
from rtu_agent.testing.rules.contents import random_contents, sentinels
from rtu_agent.testing.rules.facts import facts, imports
from rtu_agent.testing.rules.planning import plans
from rtu_agent.testing.rules.recorded import recordings
from rtu_agent.testing.rules.schema import columns, counters, identity, schema
from rtu_agent.testing.rules.scripting import scripts
from rtu_agent.testing.rules.simulated import simulated
from rtu_agent.testing.subject import Subject

Rule = Callable[[Subject], Iterator[Breach]]

RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule
    for rule in (
        *(facts, imports, schema, columns, counters, identity, sentinels, random_contents, scripts),
        *(plans, recordings, simulated),
    )
}
"""By the name that a failure says."""
