"""Measures this agent and other masters under the same faults, and writes docs/reliability.md.

    python tests/faults/compare.py docs/reliability.md

Every master has a simulated bus of its own, with the same faults and the same seed, and reads as fast as it can. What
it returns as good is compared with the journal of the simulator. `support.contenders` drives the masters,
`support.fault_page` writes the page.
"""

import sys
from pathlib import Path

from support.contenders import CONTENDERS, Score, after_one_late_reply, contend, with_impatient_callers
from support.fault_page import page
from support.fault_table import TABLE

SECONDS = 6.0
STRIKES = 0.3


def main() -> None:
    """Measure, say how far it is, and write."""
    scores: dict[str, dict[str, Score]] = {}
    for row in TABLE:
        scores[row.spec] = contend(row.with_probability(STRIKES), SECONDS)
        _say(row.spec, scores[row.spec])
    late = after_one_late_reply(30)
    _say("one late reply", late)
    impatient = with_impatient_callers(SECONDS)
    _say("callers that give up", impatient)
    Path(sys.argv[1]).write_text(page(scores, late, impatient, SECONDS, STRIKES), encoding="utf-8")


def _say(what: str, scores: dict[str, Score]) -> None:
    told = (f"{name}: {scores[name]}" for name in CONTENDERS if name in scores)
    sys.stdout.write(f"{what:28} {', '.join(told)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
