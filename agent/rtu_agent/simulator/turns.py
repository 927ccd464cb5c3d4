"""Has the units of one bus answer what they heard, one frame after the other, in the order of hearing.

Units are asked through one server, which remembers one request. Where the simulator comes late, it hears several
requests at once: the server would drop all but one of them, or answer the last of them twice.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from rtu_agent.protocol.adu import EXCEPTION_SIZE
from rtu_agent.protocol.pdu import EXCEPTION_BIT
from rtu_agent.simulator.ear import WRITES, Ear

_SIZE_OF_READ: Final = 5
"""Bytes of a reply that are no items."""
_SIZE_OF_WRITE: Final = 8


class Turns:
    """The frames that wait for an answer.

    Args:
        ear: knows which frames are answered, and which of them without the server.
        ask: takes the frame that is the server's next. It answers each that the ear lets pass.
        answer: takes a whole reply.
    """

    def __init__(self, ear: Ear, ask: Callable[[bytes], None], answer: Callable[[bytes], None]) -> None:
        self._ear = ear
        self._ask = ask
        self._answer = answer
        self._waiting: deque[bytes] = deque()
        self._asked = False
        self._reply = bytearray()

    def heard(self, frame: bytes) -> None:
        """Take a frame from the wire."""
        if self._ear.concerns(frame):
            self._waiting.append(frame)
            self._go_on()

    def answered(self, data: bytes) -> None:
        """Take what the server says, in whatever pieces."""
        self._reply += data
        if len(self._reply) >= _size(self._reply):
            reply = bytes(self._reply)
            self._reply.clear()
            self._asked = False
            self._answer(reply)
            self._go_on()

    def _go_on(self) -> None:
        while self._waiting and not self._asked:
            frame = self._waiting.popleft()
            if reply := self._ear.introduce(frame) or self._ear.refuse(frame):
                self._answer(reply)
            else:
                self._asked = True
                self._ask(frame)


def _size(reply: bytes | bytearray) -> int:
    """Return the size of what the server says; more than its length while that is not known."""
    if len(reply) < EXCEPTION_SIZE or reply[1] & EXCEPTION_BIT:
        return EXCEPTION_SIZE
    return _SIZE_OF_WRITE if reply[1] in WRITES else _SIZE_OF_READ + reply[2]
