"""What a script asks of a device, and what it is answered.

A script is a generator. It yields one `Read` or `Write` after the other and is sent a `Reply` for each; nothing comes
between two of them on the bus. It never waits, and it is never handed a port. What cannot be done is raised inside of
it as `StepFailed`, so `try` and `finally` mean what they always mean.
"""

import struct
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self

from rtu_agent.domain.registers import HIGHEST_ADDRESS
from rtu_agent.domain.text import clean_text
from rtu_agent.driver_api.options import TableName

if TYPE_CHECKING:
    from rtu_agent.driver_api.driver import Driver

_MOST_REGISTERS: Final = 125
_MOST_BITS: Final = 2000
_MOST_WRITTEN: Final = 123


@dataclass(frozen=True, slots=True)
class Read:
    """Asks for `count` registers or bits from a zero-based address.

    Raises:
        ValueError: no request can ask for this.
    """

    table: TableName
    address: int
    count: int = 1

    def __post_init__(self) -> None:
        most = _MOST_BITS if self.table in ("coil", "discrete_input") else _MOST_REGISTERS
        if not 1 <= self.count <= most or not 0 <= self.address <= HIGHEST_ADDRESS:
            raise ValueError(f"{self} cannot be asked for")


@dataclass(frozen=True, slots=True)
class Write:
    """Writes one holding register or coil, or several registers in one request.

    Raises:
        ValueError: no request can ask for this.
    """

    address: int
    value: int | tuple[int, ...]
    table: Literal["holding", "coil"] = "holding"

    def __post_init__(self) -> None:
        words = self.value if isinstance(self.value, tuple) else (self.value,)
        largest = 1 if self.table == "coil" else 0xFFFF
        fits = 1 <= len(words) <= (1 if self.table == "coil" else _MOST_WRITTEN)
        if not (fits and all(0 <= word <= largest for word in words) and 0 <= self.address <= HIGHEST_ADDRESS):
            raise ValueError(f"{self} cannot be asked for")


Step = Read | Write


class Reply(tuple[int, ...]):
    """The words, or the bits, that were read; nothing for a write."""

    __slots__ = ()

    @classmethod
    def of(cls, step: Step, payload: bytes) -> Self:
        """Return the answer to `step` that has this payload."""
        if isinstance(step, Write):
            return cls()
        if step.table in ("coil", "discrete_input"):
            return cls(payload[place // 8] >> place % 8 & 1 for place in range(step.count))
        return cls(struct.unpack(f">{step.count}H", payload))

    @property
    def text(self) -> str:
        """The words as text, two characters in each, cleaned."""
        return clean_text(struct.pack(f">{len(self)}H", *self))


class StepFailed(Exception):
    """A step could not be done; raised inside of the script that asked for it."""

    def __init__(self, step: Step, reason: str) -> None:
        self.step = step
        self.reason = reason
        """`exception` if the device refused it, else what became of it: `no_reply`, `damaged`, `not_allowed` …"""
        super().__init__(f"{step}: {reason}")

    @property
    def refused(self) -> bool:
        """True when the device is there and says no, for example because it has no such register."""
        return self.reason == "exception"


Script = Generator[Step, Reply, None]
"""What a method decorated with `script` returns."""
Discovery = Generator[Step, Reply, "type[Driver]"]
"""What a method decorated with `discover` returns: in the end, the driver for this very device."""
