"""The contract of drivers, kept by bundled ones and those of others alike."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from rtu_agent.driver_api import Driver
from rtu_agent.plugins import load_drivers
from rtu_agent.poll.plan import PlanError
from rtu_agent.testing.breach import Breach
from rtu_agent.testing.recordings import read_recordings
from rtu_agent.testing.rules import RULES, Rule
from rtu_agent.testing.subject import Subject

Plans = Mapping[str, Sequence[str]]


class ContractBroken(AssertionError):
    """A driver does not keep the contract; each line of the message names driver, point and rule."""


class DriverContract:
    """Puts drivers to the test. Paths start at `folder`.

    Raises:
        ContractBroken: the driver does not keep it; all that is wrong is told.
        KeyError: no driver of that name is installed.
        MapError: the register map has mistakes.
        RecordingError: the file of recordings has mistakes.
        OSError: a file cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(
        self,
        driver: type[Driver] | str,
        *,
        plans: Plans | None = None,
        recordings: str | Path | None = None,
        may_fall: Collection[str] = (),
    ) -> None:
        """Test a driver.

        Args:
            driver: a class, or what a site file says: the name of an installed driver, the path of a register map.
            plans: by group, the steps by which it is to be read at the serial settings of the factory.
            recordings: a file of what devices have said (see `recordings`).
            may_fall: points that are named like counters and are none.
        """
        __tracebackhide__ = True
        tested = driver_of(driver, self._folder)
        said = None if recordings is None else read_recordings(self._folder / recordings)
        lines = breaches(Subject(tested, plans, said, may_fall))
        if lines:
            raise ContractBroken("\n".join(lines))


def driver_of(driver: type[Driver] | str, folder: Path) -> type[Driver]:
    """Return the driver that a class is, or that a site file in `folder` would mean.

    Raises:
        KeyError: no driver of that name is installed.
        MapError: the register map has mistakes.
        OSError: the register map cannot be read.
    """
    return load_drivers().resolve(driver, folder) if isinstance(driver, str) else driver


def breaches(subject: Subject) -> list[str]:
    """Return all that is wrong with a driver, a line each."""
    return [breach.of(subject.driver.name, name) for name, rule in RULES.items() for breach in _kept(rule, subject)]


def _kept(rule: Rule, subject: Subject) -> Iterator[Breach]:
    """Yield what a rule yields. What can be read in no request at all is told by the rule that polls."""
    try:
        yield from rule(subject)
    except PlanError:
        return
