"""Every fault with what the master must make of it: which outcomes, which counters, and in words.

The master of these tests waits 0.3 s for a reply and leaves a unit alone for a second after one that did not come; the
delays are chosen for that.
"""

from dataclasses import dataclass
from typing import Final

from rtu_agent.events import OutcomeKind

LATE, FOREIGN, NOISE, ECHO = "LateReplyDiscarded", "ForeignFrameDiscarded", "NoiseDiscarded", "EchoDetected"
TIMEOUT_S: Final = 0.3


@dataclass(frozen=True)
class Row:
    """One fault.

    Attributes:
        spec: the fault as on the command line.
        outcomes: how a transaction that it strikes ends.
        counters: the events that it causes, and no others.
        says: what happens, for people.
        private: only the unit that is struck suffers.
    """

    spec: str
    outcomes: frozenset[OutcomeKind]
    counters: frozenset[str]
    says: str
    private: bool = True

    def with_probability(self, p: float) -> str:
        """Return the fault, striking so often."""
        return self.spec if self.spec == "latency" else f"{self.spec}{',' if ':' in self.spec else ':'}p={p}"


def _row(spec: str, outcomes: str, counters: tuple[str, ...], says: str, *, private: bool = True) -> Row:
    kinds: tuple[OutcomeKind, ...] = tuple(outcomes.split())  # type: ignore[assignment]
    return Row(spec, frozenset(kinds), frozenset(counters), says, private)


_REFUSED = "refused as foreign; the unit is left alone for the late window"
_FOUND = "the reply is found at its offset"

TABLE: Final = (
    _row("late:by=350ms,spread=700ms", "no_reply", (LATE,), "given up; the late reply is recognised and thrown away"),
    _row("queued:by=700ms", "no_reply", (LATE,), "given up; every late reply is recognised and thrown away"),
    _row("slow:by=100ms", "good", (), "waited for"),
    _row("drop-reply", "no_reply", (), "given up"),
    _row("drop-request", "no_reply", (), "given up"),
    _row("reboot:for=1s", "no_reply", (), "given up until the unit is back"),
    _row("wrong-unit:to=246", "foreign", (FOREIGN,), _REFUSED),
    _row("wrong-function", "foreign", (FOREIGN,), _REFUSED),
    _row("wrong-count", "foreign", (FOREIGN,), _REFUSED),
    _row("odd-count", "foreign", (FOREIGN,), _REFUSED),
    _row("other-exception", "foreign", (FOREIGN,), _REFUSED),
    _row("exception", "exception", (), "the code is the outcome"),
    _row("double:first=stale", "ambiguous good", (), "two replies are none: refused as ambiguous"),
    _row("double:first=same", "ambiguous", (), "two replies are none: refused as ambiguous"),
    _row("double:first=foreign", "good", (FOREIGN,), "the right one is found behind the other"),
    _row("unsolicited", "good", (FOREIGN,), "thrown away while nobody is asked"),
    _row("crc", "damaged", (NOISE,), "refused at once; it may be asked again at once"),
    _row("flip", "damaged", (NOISE,), "refused"),
    _row("noise:where=before", "good", (NOISE,), _FOUND),
    _row("noise:where=inside", "damaged", (NOISE,), "refused"),
    _row("noise:where=after", "good", (NOISE,), "the reply is accepted, the rest is thrown away"),
    _row("truncate", "damaged no_reply", (NOISE,), "waited for until the timeout, then refused"),
    _row("split", "good", (), "the length closes a frame, a pause does not"),
    _row(
        "babble:for=100ms",
        "damaged",
        (NOISE,),
        "nothing is accepted; polling goes on in the first silence",
        private=False,
    ),
    _row(
        "stuck:for=100ms",
        "damaged",
        (NOISE,),
        "nothing is accepted; polling goes on in the first silence",
        private=False,
    ),
    _row("echo:what=whole", "good", (ECHO,), "the echo is recognised by its content", private=False),
    _row("echo:what=partial", "good", (NOISE,), _FOUND, private=False),
    _row("echo:what=corrupted", "good", (NOISE,), _FOUND, private=False),
    _row("latency", "good", (), "slower, nothing else", private=False),
    _row("vanish:for=300ms", "port_lost", (), "fails at once; the port is opened again when it is back", private=False),
)
ROWS: Final = {row.spec: row for row in TABLE}
