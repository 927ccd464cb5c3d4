"""One batch on its way to one server: what to send next, and which lines nobody wants. Pure.

A body that is rejected or too large is sent in halves, oldest first, until every bad line stands alone; about two
requests per bad line and power of two. A good line is sent again by this, which changes nothing at the server: its
series and its timestamp say which point it is.
"""

from collections import deque
from collections.abc import Sequence

from rtu_agent.output.contract import Action, DeadLetter, Verdict

_Piece = Sequence[bytes]


class Transfer:
    """The lines of a batch that are still to be sent."""

    def __init__(self, lines: Sequence[bytes], max_body: int) -> None:
        """`max_body` is the size in bytes above which a body is not even tried; a single line always is."""
        self.max_body = max_body
        self.dead: list[DeadLetter] = []
        self._pieces: deque[_Piece] = deque([lines] if lines else [])

    def body(self) -> bytes | None:
        """Return what to send next, None when nothing is left."""
        while self._pieces:
            piece = self._pieces[0]
            joined = b"\n".join(piece)
            if len(joined) <= self.max_body or len(piece) == 1:
                return joined
            self._halve()
        return None

    def settle(self, verdict: Verdict) -> None:
        """Take the verdict on the body that `body` returned last."""
        match verdict.action:
            case Action.ACCEPTED:
                self._pieces.popleft()
            case Action.SMALLER | Action.REJECTED if len(self._pieces[0]) == 1:
                self.dead.append(DeadLetter(self._pieces.popleft()[0], verdict.reason))
            case Action.SMALLER:
                self.max_body = len(b"\n".join(self._pieces[0])) // 2
                self._halve()
            case Action.REJECTED:
                self._halve()
            case Action.AGAIN | Action.HOLD:
                pass

    def _halve(self) -> None:
        piece = self._pieces.popleft()
        middle = len(piece) // 2
        self._pieces.extendleft((piece[middle:], piece[:middle]))
