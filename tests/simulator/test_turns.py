"""Whatever is heard at once is answered one after the other, in the order of hearing."""

import pytest

from rtu_agent.protocol.adu import frame
from rtu_agent.simulator.ear import Ear
from rtu_agent.simulator.turns import Turns


class Server:
    """Remembers one request, as the server of the simulator does: the one that was asked last."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.asked: list[bytes] = []
        self.turns = Turns(Ear({1, 2}, writable={2}), self.asked.append, self.said.append)

    def answer(self, pdu: str) -> bytes:
        """Let the unit that was asked last say something, a byte at a time; return it as a frame."""
        reply = frame(self.asked[-1][0], bytes.fromhex(pdu))
        for byte in reply:
            self.turns.answered(bytes([byte]))
        return reply


FIRST = frame(1, bytes.fromhex("0400000001"))
SECOND = frame(2, bytes.fromhex("0300000002"))
FORBIDDEN = frame(1, bytes.fromhex("0600000001"))
STRANGE = frame(3, bytes.fromhex("0400000001"))


def test_nobody_is_asked_before_the_one_before_has_answered() -> None:
    """A refusal, too, waits for its turn; what concerns no unit has none."""
    server = Server()

    for heard in (FIRST, STRANGE, FORBIDDEN, SECOND):
        server.turns.heard(heard)
    assert (server.asked, server.said) == ([FIRST], [])

    first = server.answer("04020007")
    assert server.asked == [FIRST, SECOND]
    second = server.answer("0304000700ff")

    assert server.said == [first, frame(1, b"\x86\x01"), second]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("0300000001", "8302"),
        ("0600000007", "0600000007"),
        ("06ff000007", "06ff000007"),
        ("10000000020400070008", "1000000002"),
        ("0100000009", "0102ff01"),
    ],
)
def test_it_is_known_when_a_reply_is_whole(asked: str, answered: str) -> None:
    """Of exceptions, writes and reads: the next one is asked only then."""
    server = Server()
    server.turns.heard(frame(2, bytes.fromhex(asked)))
    server.turns.heard(FIRST)

    reply = server.answer(answered)

    assert server.said == [reply]
    assert server.asked[1:] == [FIRST]
