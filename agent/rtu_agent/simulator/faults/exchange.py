"""One request that the slaves hear and what goes on the wire for it: the material in which faults work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from rtu_agent.protocol.crc import crc_bytes, crc_is_good
from rtu_agent.protocol.timing import LineSettings


@dataclass(slots=True, eq=False)
class Part:
    """Characters that go on the wire in one run.

    Attributes:
        data: the characters.
        pause_s: silence between the part before and this one; before the first part, in addition to the turnaround.
    """

    data: bytes
    pause_s: float = 0.0


@dataclass(slots=True)
class Memory:
    """What a unit keeps from one request to the next. Times are those of the wire's clock."""

    busy_until_s: float = float("-inf")
    """When it turns to the next request, if one came before the latest was answered."""
    down_until_s: float = float("-inf")
    earlier: dict[tuple[int, int], bytes] = field(default_factory=dict)
    """Its latest reply by function and size."""


@dataclass(frozen=True, slots=True)
class Unplugging:
    """The port vanishes after so many characters of the reply, for so long."""

    after: int
    for_s: float


@dataclass(slots=True)
class Exchange:
    """A request, its reply and what becomes of both.

    Attributes:
        request: the frame that the slaves heard.
        heard_s: when.
        line: gives the times of characters.
        random: the plan's generator.
        memory: of the unit that was asked.
        reply: the frame that the unit answered, before anything happened to it.
        parts: what will go on the wire.
        frame: the part that holds the reply, or its beginning; it may have been taken out of `parts`.
        one_chunk: the adapter hands over all parts together.
        unplugging: the port vanishes during the reply.
        troubles: what was decided to happen to the reply.
    """

    request: bytes
    heard_s: float
    line: LineSettings
    random: Random
    memory: Memory
    reply: bytes = b""
    parts: list[Part] = field(default_factory=list)
    frame: Part = field(default_factory=lambda: Part(b""))
    one_chunk: bool = False
    unplugging: Unplugging | None = None
    troubles: list["Trouble"] = field(default_factory=list)

    def answered(self, reply: bytes) -> None:
        """Take what the unit answers, and let its troubles happen."""
        self.reply = reply
        self.frame = Part(reply)
        self.parts = [self.frame]
        for trouble in self.troubles:
            trouble(self)
        self.delay(max(0.0, self.memory.busy_until_s - self.heard_s))
        self.memory.earlier[reply[1], len(reply)] = reply

    def delay(self, seconds: float) -> None:
        """Let everything come later."""
        if self.parts:
            self.parts[0].pause_s += seconds

    def change(self, change: Callable[[bytearray], None]) -> None:
        """Change the reply without its checksum, and give it a good one again; a frame that is broken stays so."""
        if not crc_is_good(self.frame.data):
            return
        body = bytearray(self.frame.data[:-2])
        change(body)
        self.frame.data = bytes(body) + crc_bytes(body)

    def place(self) -> int:
        """Return a random place inside the reply, or its end where it has no inside any more."""
        size = len(self.frame.data)
        return self.random.randrange(1, size) if size > 1 else size

    def put_before(self, data: bytes) -> None:
        """Let something go directly before the reply."""
        self._put(0, data)

    def put_behind(self, data: bytes, pause_s: float = 0.0) -> None:
        """Let something go behind the reply."""
        self._put(1, data, pause_s)

    def _put(self, offset: int, data: bytes, pause_s: float = 0.0) -> None:
        if self.frame in self.parts:
            self.parts.insert(self.parts.index(self.frame) + offset, Part(data, pause_s))


Trouble = Callable[[Exchange], None]
