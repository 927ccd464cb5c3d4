"""Scripts end, read their points, and leave page registers as they found them, also when a step fails."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from rtu_agent.domain.registers import Table
from rtu_agent.driver_api import Discovery, Driver, Points, Reply, Script, Stepper, Write
from rtu_agent.driver_api.scripts import ScriptMethod
from rtu_agent.driver_api.steps import Step
from rtu_agent.poll.device_plans import DevicePlans, PollPlan
from rtu_agent.testing.answering import payload_of
from rtu_agent.testing.breach import Breach, first_of_each
from rtu_agent.testing.subject import Subject

_RUNS: Final = 5
_FAILURES: Final = ("no_reply", "exception")

Fill = Callable[[], int]
"""Tells what stands in a register that nobody has written."""


@dataclass(slots=True)
class _Device:
    """Has every register; keeps what is written."""

    fill: Fill
    found: int
    """What page registers hold before."""
    pages: frozenset[int]
    words: dict[tuple[str, int], int] = field(default_factory=dict)

    def answer(self, step: Step) -> bytes:
        if isinstance(step, Write):
            values = step.value if isinstance(step.value, tuple) else (step.value,)
            self.words |= {(step.table, step.address + place): value for place, value in enumerate(values)}
            return b""
        addresses = range(step.address, step.address + step.count)
        return payload_of(Table(step.table), [self._item(step.table, address) for address in addresses])

    def _item(self, table: str, address: int) -> int:
        if table == "holding" and address in self.pages:
            return self.words.get((table, address), self.found)
        return self.words.get((table, address), self.fill()) & (1 if Table(table).of_bits else 0xFFFF)

    def turned(self) -> Iterator[int]:
        """Yield the page registers that are not as they were found."""
        for register in sorted(self.pages):
            if self.words.get(("holding", register), self.found) != self.found:
                yield register


@dataclass(frozen=True, slots=True)
class _Script:
    """A script that can be run as often as wanted, and what it has to read."""

    name: str
    start: Callable[[], tuple[Generator[Step, Reply, Any], Points | None]]
    writes: bool
    pages: frozenset[int]
    found: int

    def run(self, fill: Fill, fails: int | None = None, reason: str = "") -> "_Ended":
        """Run it to its end; the step of the number `fails` is not done for that reason."""
        device = _Device(fill, self.found, self.pages)
        script, points = self.start()
        stepper, steps = Stepper(script, writes=self.writes), list[Step]()
        while (step := stepper.step) is not None:
            failing = len(steps) == fails
            if not failing or reason == "no_reply":  # what got no reply may have been done
                payload = device.answer(step)
            steps.append(step)
            if failing:
                stepper.failed(reason)
            else:
                stepper.answered(payload)
        return _Ended(stepper, points, steps, device)


@dataclass(frozen=True, slots=True)
class _Ended:
    stepper: Stepper[Any]
    points: Points | None
    steps: list[Step]
    device: _Device


def scripts(subject: Subject) -> Iterator[Breach]:
    """Answered anything, or failing at any step, a script ends by itself and leaves no page selected."""
    for script in _scripts(subject.driver, subject.device_plans()):
        yield from first_of_each((*_answered(script, subject), *_failing(script)))


def _scripts(driver: type[Driver], plans: DevicePlans) -> Iterator[_Script]:
    pages = [point.page for point in driver.registers if point.page]
    selected = {page.value for page in pages}
    found = next(value for value in range(0xFFFF, -1, -1) if value not in selected)
    common = (driver.writes, frozenset(page.register for page in pages), found)
    for group in plans.groups:
        plan = plans.poll(frozenset({group}))
        if plan.script is not None:
            yield _Script(_name_of(driver, group), partial(_reading, plan.script, plan), *common)
    if driver.discovery() is not None:
        yield _Script("discovery", partial(_discovery, driver), *common)


def _name_of(driver: type[Driver], group: str) -> str:
    """Return the name of the method that reads a group; of a group that is only on pages, its own."""
    methods = {one.group: name for name, one in vars(driver).items() if isinstance(one, ScriptMethod)}
    return {str(read): name for read, name in methods.items()}.get(group, group)


def _reading(script: Callable[[Points], Script], plan: PollPlan) -> tuple[Script, Points]:
    points = plan.points()
    return script(points), points


def _discovery(driver: type[Driver]) -> tuple[Discovery, None]:
    found = driver.discovery()
    assert found is not None, "it was there before"  # noqa: S101
    return found, None


def _answered(script: _Script, subject: Subject) -> Iterator[Breach]:
    random = subject.random()
    fills: list[Fill] = [lambda: 0, lambda: 0xFFFF, *[lambda: random.randrange(0x10000)] * _RUNS]
    runs = [script.run(fill) for fill in fills]
    for ended in runs:
        yield from _broken(script, ended, "")
    done = [ended for ended in runs if not (ended.stepper.error or ended.stepper.failure)]
    if done and all(ended.points is not None and None in ended.points.payloads for ended in done):
        yield Breach("never reads all of its points: it must say `yield from points`", script.name)
    for result in (ended.stepper.result for ended in done if ended.points is None):
        if not (isinstance(result, type) and issubclass(result, Driver)):
            yield Breach(f"finds {result!r}, which is no driver", script.name)


def _failing(script: _Script) -> Iterator[Breach]:
    for number, step in enumerate(script.run(lambda: 0).steps):
        for reason in _FAILURES:
            ended = script.run(lambda: 0, number, reason)
            restoring = isinstance(step, Write) and step.value == script.found and reason == "exception"
            if not restoring:
                yield from _broken(script, ended, f" after {step} has failed ({reason})")


def _broken(script: _Script, ended: _Ended, when: str) -> Iterator[Breach]:
    """Yield what is wrong with a script whatever it was answered."""
    failure = ended.stepper.failure
    if ended.stepper.error is not None:
        yield Breach(f"{ended.stepper.error}{when}", script.name)
    if failure is not None and failure.reason == "not_allowed":
        yield Breach(f"{failure.step} needs `writes=True`", script.name)
    for register in ended.device.turned():
        yield Breach(f"leaves the page register 0x{register:04X} turned{when}", script.name)
