"""Units on a line that hold registers: they are read, they are written, and they fail when a test wants it."""

from collections.abc import Callable

from rtu_agent.protocol.adu import frame

READ, WRITE, IDENTIFY = 3, 6, 43
Step = tuple[int, int, int, int]
"""Unit, function, address, and the count or the word."""


class RegisterSlaves:
    """Answers functions 03 and 06, and 2B/0E where it is given a text; what it does not have it refuses."""

    def __init__(self, words: dict[int, dict[int, int]], vendors: dict[int, str] | None = None) -> None:
        self.words = words
        self.vendors = vendors or {}
        self.steps: list[Step] = []
        self.silent: Callable[[Step], bool] = lambda _: False
        """Says to which request there is no reply."""

    def __call__(self, data: bytes) -> list[tuple[float, bytes]]:
        """Answer one frame."""
        unit, function = data[0], data[1]
        address, number = (int.from_bytes(data[place : place + 2], "big") for place in (2, 4))
        step = unit, function, address, number
        self.steps.append(step)
        if unit not in self.words or self.silent(step):
            return []
        return [(0.0, frame(unit, self._reply(unit, function, address, number, data)))]

    def _reply(self, unit: int, function: int, address: int, number: int, data: bytes) -> bytes:
        words = self.words[unit]
        if function == IDENTIFY and unit in self.vendors:
            text = self.vendors[unit].encode()
            return bytes((43, 14, 4, 1, 0, 0, 1, data[4], len(text))) + text
        if function == READ and all(one in words for one in range(address, address + number)):
            payload = b"".join(words[one].to_bytes(2, "big") for one in range(address, address + number))
            return bytes((READ, len(payload))) + payload
        if function == WRITE and address in words:
            words[address] = number
            return data[1:6]
        return bytes((function | 0x80, 2))

    def of(self, unit: int) -> list[Step]:
        """Return what a unit was asked."""
        return [step for step in self.steps if step[0] == unit]
