"""A driver that is put to the test, and what its test knows about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rtu_agent.driver_api import Driver
from rtu_agent.poll.device_plans import DevicePlans
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.testing.recordings import Recording


@dataclass(frozen=True, slots=True)
class Subject:
    """One driver."""

    driver: type[Driver]
    plans: Mapping[str, Sequence[str]] | None = None
    """By group, the steps by which it is to be read; None if the test does not say."""
    recordings: Sequence[Recording] | None = None
    """What devices have said; None if the test has nothing of that."""
    may_fall: Collection[str] = ()
    """Points that are named like counters and are none, because some device counts down."""

    def device_plans(self) -> DevicePlans:
        """Return all that a device is asked for, at the serial settings of the factory.

        Raises:
            PlanError: the driver wants what one request cannot carry.
        """
        serial = self.driver.serial
        return DevicePlans(self.driver, LineSettings(serial.baudrate, serial.parity, serial.stop_bits), {})

    def random(self) -> Random:
        """Return numbers that are as good as random, and the same in every run."""
        return Random(self.driver.name)  # noqa: S311 - the contents of registers are no secret
