"""A device of a driver, polled without hardware: by the agent's own master, over a simulated wire, in no time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rtu_agent.clock import HandClock
from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Value
from rtu_agent.domain.registers import HIGHEST_ADDRESS, Span, Table
from rtu_agent.driver_api import Driver
from rtu_agent.inquiry import Answer, ask_everything
from rtu_agent.poll.asking import Asker
from rtu_agent.poll.assembly import polled_device
from rtu_agent.poll.patience import Patience
from rtu_agent.protocol.master import Master
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.simulator.ear import Ear
from rtu_agent.simulator.image import Image, Refused
from rtu_agent.simulator.wire import Wire
from rtu_agent.testing.answering import reply_to
from rtu_agent.testing.hand_loop import HandLoop
from rtu_agent.testing.wire_bus import WireBus

TIMEOUT_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Polled:
    """What a device said when it was asked for everything, once."""

    driver: type[Driver]
    """The driver that was found to be the one for it."""
    values: Mapping[str, Value]
    """By column, such as `voltage_v`; a value that is not there is not here."""
    reasons: Mapping[str, Reason]
    """By column, why a value is not there."""
    troubles: tuple[str, ...]
    """What became of the polls that were not answered in full."""
    blocks: tuple[str, ...]
    """What was read, such as `input 0x0000+2`, in its order."""

    @property
    def good(self) -> bool:
        """True when the device answered all that it was asked for."""
        return not self.troubles


class SimulatedDevice:
    """One device on a bus of its own, at the serial settings of the factory.

    Time is that of `clock`: it passes while the wire is busy, and when a test turns it. Values move with it.

    Args:
        driver: describes the device and is tested.
        seed: another seed gives other values.

    Raises:
        PlanError: the driver wants what one request cannot carry.
    """

    def __init__(self, driver: type[Driver], seed: str = "0") -> None:
        serial = driver.serial
        line = LineSettings(serial.baudrate, serial.parity, serial.stop_bits)
        patience = Patience(TIMEOUT_S)
        self.driver = driver
        self.clock = HandClock()
        self.silent = False
        """While this is true the device does not answer."""
        self._image = Image(driver, seed)
        self._held: dict[tuple[Table, int], int] = {}
        units = frozenset({serial.unit})
        self._ear = Ear(units, units if self._image.writable else (), {serial.unit: self._image.texts})
        self._device = polled_device("device", serial.unit, driver, line, {"device": "device"}, writes=True)
        master = Master("simulated", line, timeout_s=TIMEOUT_S, writable=units)
        bus = WireBus(master, Wire(line), self._answer, self.clock, patience)
        self._asker = Asker(bus, patience, self.clock)
        self._asker.grant(self._device)

    @property
    def writable(self) -> bool:
        """True when the driver reads some of its points by writing."""
        return self._image.writable

    def say(self, **values: Value) -> None:
        """Let points say these values from now on: by the name of the point, in the unit of the schema.

        Raises:
            KeyError: the device has no such point in its registers.
            ValueError: its registers cannot hold the value.
        """
        for name, value in values.items():
            self._image.say(name, value)

    def hold(self, table: str, address: int, *words: int) -> None:
        """Let registers (0 to 0xFFFF) or bits (0 or 1) from an address on hold these words, whatever points say.

        The device has them from now on, also where its driver has no points: it may have to be found out first.

        Raises:
            ValueError: there is no such table, address or word.
        """
        place, largest = Table(table), 1 if Table(table).of_bits else 0xFFFF
        for item, word in enumerate(words):
            if not (0 <= address + item <= HIGHEST_ADDRESS and 0 <= word <= largest):
                raise ValueError(f"{table} {address + item:#06x} cannot hold {word:#x}")
            self._held[place, address + item] = word

    def poll(self) -> Polled:
        """Ask for everything once: what the device is, if its driver wants to know, then each of its groups."""
        loop = HandLoop(self.clock)
        try:
            answers = loop.run_until_complete(ask_everything(self._asker, self._device, self.clock))
        finally:
            loop.close()
        return _polled(self._device.found or self.driver, answers)

    # -- the device ----------------------------------------------------------------------------------------------------

    def read(self, span: Span, time_s: float) -> list[int]:
        """Return what the registers of a span hold.

        Raises:
            Refused: the device has not got them.
        """
        stride = self.driver.limits.stride
        held = [self._held.get((span.table, span.address + stride * place)) for place in range(span.count)]
        items = self._between(span, time_s) if self._has(held) else self._image.read(span, time_s)
        return [item if said is None else said for said, item in zip(held, items, strict=True)]

    def write(self, address: int, word: int, table: Table = Table.HOLDING) -> None:
        """Take one item.

        Raises:
            Refused: the device does not take it.
        """
        self._image.write(address, word, table)

    def _has(self, held: Sequence[int | None]) -> bool:
        """Return whether what a read names is held, but for gaps that may be read along."""
        limits = self.driver.limits
        is_whole = None not in (held if not limits.gaps_readable else (held[0], held[-1]))
        return is_whole and len(held) <= limits.max_block

    def _between(self, span: Span, time_s: float) -> list[int]:
        """Return what registers hold that lie between held ones: zero where there is no point."""
        items: list[int] = []
        for place in range(span.count):
            try:
                items += self._image.read(Span(span.table, span.address + self.driver.limits.stride * place, 1), time_s)
            except Refused:
                items.append(0)
        return items

    def _answer(self, heard: bytes) -> bytes | None:
        if self.silent or not self._ear.concerns(heard):
            return None
        said = self._ear.introduce(heard) or self._ear.refuse(heard)
        return said or reply_to(heard, self, self.clock.wall())


def _polled(driver: type[Driver], answers: Sequence[Answer]) -> Polled:
    values: dict[str, Value] = {}
    reasons: dict[str, Reason] = {}
    for answer in answers:
        if answer.decoded is not None:
            columns = zip(answer.plan.series.fields, answer.decoded.values, strict=True)
            values |= {field.name: value for field, value in columns if value is not None}
            reasons |= answer.decoded.reasons
    troubles = tuple(_trouble(answer) for answer in answers if answer.kind != "good")
    return Polled(
        driver, values, reasons, troubles, tuple(str(block) for answer in answers for block in answer.outcomes)
    )


def _trouble(answer: Answer) -> str:
    groups = ", ".join(sorted(answer.plan.groups)) or "which device it is"
    failed = [f"{block}: {outcome}" for block, outcome in answer.outcomes.items() if not outcome.good]
    return "; ".join(filter(None, [f"{groups}: {answer.kind}", answer.trouble, *failed]))
