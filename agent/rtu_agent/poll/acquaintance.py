"""Gets to know a device before it is polled: is it the one that its driver is for, and which driver is for it?

Until both are known, nothing else is asked of it: values of another device would be wrong values. A device is another
one if it says so; one that does not know the question is taken for what the site says it is. It is got to know again
after it was offline, because somebody may have put another one in its place.
"""

from collections.abc import Callable, Iterable
from typing import Final

from rtu_agent.clock import Clock
from rtu_agent.domain.record import Record
from rtu_agent.domain.text import in_words
from rtu_agent.driver_api import Driver, Proof, Stepper
from rtu_agent.events import IdentityMismatched, OutcomeKind, Watcher
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import become
from rtu_agent.poll.health import verdict
from rtu_agent.poll.polled import PolledDevice
from rtu_agent.poll.proving import mismatch, question, said
from rtu_agent.poll.run import Run
from rtu_agent.poll.runner import Heard, Runner
from rtu_agent.poll.schedule import ONCE_RETRY_S
from rtu_agent.protocol.errors import LocalProtocolError

Failure = tuple[OutcomeKind, str]
"""How it failed, and what the driver has to answer for."""
GOOD: Final[Failure] = ("good", "")
_UNKNOWN: Final = frozenset({0x01, 0x02, 0x03})
"""Exceptions in which a device says that it does not have what it is asked for."""


class Acquaintance:
    """One bus.

    Args:
        asker: asks its devices.
        runner: runs the scripts that find out.
        heard: is told every outcome.
        watch: who is told what happens.
        accept: takes remarks.
        clock: monotonic, and wall for the time of remarks.
    """

    def __init__(
        self,
        asker: Asker,
        runner: Runner,
        heard: Heard,
        watch: Watcher,
        accept: Callable[[Record], None],
        clock: Clock,
    ) -> None:
        self._asker = asker
        self._runner = runner
        self._heard = heard
        self._watch = watch
        self._accept = accept
        self._clock = clock

    async def make(self, device: PolledDevice) -> Failure:
        """Find out all that there is; return how that failed, `GOOD` if it did not.

        The next tick tries again, but what the next try would hardly change waits longer: a mistake of the driver,
        another device, and a script to which the device has said no.
        """
        failure = await self._proven(device, device.base.proofs)
        if failure == GOOD:
            failure = await self._runner.pay(device), ""  # only now: another device is owed nothing
        patient = failure[0] == "driver_failed"
        if failure == GOOD:
            failure = await self._found(device)
            patient = failure[0] in ("driver_failed", "exception")
        device.met = failure == GOOD
        if device.met:
            self._say(device, "")
        if patient:
            device.trust.wait(self._clock.monotonic() + ONCE_RETRY_S)
        return failure

    async def _found(self, device: PolledDevice) -> Failure:
        script = device.base.discovery()
        if script is None:
            return GOOD
        run = Run(Stepper(script, writes=device.writes))
        await self._runner.run(device, run)
        if run.kind != "good":
            return run.kind, run.mistake
        driver: object = run.result
        if not (isinstance(driver, type) and issubclass(driver, Driver)):
            return "driver_failed", f"the discovery returns {_what(driver)}, which is no driver"
        if driver is not device.base and driver.proofs != device.base.proofs:
            failure = await self._proven(device, driver.proofs)
            if failure != GOOD:
                return failure
        return self._become(device, driver)

    def _become(self, device: PolledDevice, driver: type[Driver]) -> Failure:
        try:
            become(device, driver)
        except Exception as error:  # noqa: BLE001 - what an author makes at run time may be wrong in any way
            return "driver_failed", in_words(error)
        self._asker.grant(device)
        return GOOD

    async def _proven(self, device: PolledDevice, proofs: Iterable[Proof]) -> Failure:
        for proof in proofs:
            kind, wrong = await self._holds(device, proof)
            if kind != "good":
                return kind, ""
            if wrong:
                self._say(device, wrong)
                return "driver_failed", ""
        return GOOD

    async def _holds(self, device: PolledDevice, proof: Proof) -> tuple[OutcomeKind, str]:
        """Return how the question went, and what does not hold."""
        if not self._asker.reachable(device):
            return "no_reply", ""
        try:
            outcome = await self._asker.step(device, question(proof))
        except LocalProtocolError:
            return "no_reply", ""
        self._heard(device, outcome)
        kind = verdict(outcome)
        if outcome.exception_code in _UNKNOWN:  # older ones of the same family often cannot say who they are
            return "good", ""
        return kind, mismatch(proof, said(proof, outcome.payload)) if outcome.good else ""

    def _say(self, device: PolledDevice, wrong: str) -> None:
        """Tell on change only."""
        if wrong == device.mismatch:
            return
        device.mismatch = wrong
        self._accept(device.remarks.identity(wrong, round(self._clock.wall() * 1000)))
        self._watch(IdentityMismatched(self._asker.bus.name, device.name, device.driver, wrong))


def _what(thing: object) -> str:
    """Return what kind of thing it is; its own words are not to be trusted."""
    return "nothing" if thing is None else f"a {type(thing).__name__}"
