"""docs/reliability.md, made from what was measured."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version

from support.contenders import CONTENDERS, PATIENCE_S, Score
from support.fault_table import TABLE, TIMEOUT_S

OTHERS = [name for name in CONTENDERS if name != "this agent"]


def page(
    scores: Mapping[str, Mapping[str, Score]],
    late: Mapping[str, Score],
    impatient: Mapping[str, Score],
    seconds: float,
    strikes: float,
) -> str:
    """Return the page."""
    head = " | ".join(["fault", "what the agent makes of it", *CONTENDERS])
    rows = [
        " | ".join([f"`{row.spec}`", row.says, *(_cell(scores[row.spec][name]) for name in CONTENDERS)])
        for row in TABLE
    ]
    total = " | ".join(["**wrong values in all**", "", *(f"**{_wrong(scores, name)}**" for name in CONTENDERS)])
    table = "\n".join(f"| {line} |" for line in (head, " | ".join("-" * len(head.split(" | "))), *rows, total))
    return _PAGE.format(
        seconds=f"{seconds:g}",
        strikes=f"{strikes:.0%}".replace("%", " %"),
        timeout=f"{TIMEOUT_S:g}",
        machine=_machine(),
        versions=", ".join(f"{name} {version(name)}" for name in ("pymodbus", "minimalmodbus", "pyserial")),
        table=table,
        late=_short(late),
        impatient=_short(impatient),
        patience=f"{PATIENCE_S * 1000:g}",
    )


def _wrong(scores: Mapping[str, Mapping[str, Score]], name: str) -> int:
    return sum(of_fault[name].wrong for of_fault in scores.values())


def _cell(score: Score) -> str:
    wrong = f"**{score.wrong}**" if score.wrong else "0"
    return f"{wrong} / {score.good}{' hangs' if score.hangs else ''}"


def _short(scores: Mapping[str, Score]) -> str:
    names = [name for name in CONTENDERS if name in scores]
    lines = [names, ["-"] * len(names), [_cell(scores[name]) for name in names]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


_PAGE = """\
# Reliability

What becomes of a value when something goes wrong on the wire. This page is made by `make faults`, which measures it.

An RTU reply carries no number. A reply that comes late is a perfect answer to the wrong question, with a good
checksum. So the question for a master is not how many replies it loses on a bad bus, but whether it ever returns a
value that is not the one it asked for. For this agent, missing beats wrong.

## Measured

Each master reads two units of a simulated bus as fast as it can, for {seconds} s under each fault; a fault strikes
{strikes} of the requests, the adapter's timer all. Reads are of four registers, mostly at one address. All masters
have the same faults, the same seed and a timeout of {timeout} s. Cells are *wrong values / right values*. A value is
wrong if the unit did not answer it to that request while the call was under way; the simulator keeps a journal of
what every unit answered, and no two of its answers are alike ([simulator.md](simulator.md) explains the faults).

{table}

One reply takes 1.5 timeouts, from a unit that answers in order and thinks for 20 ms; with it 30 reads of that unit:

{late}

Callers that give up after {patience} ms while every second reply takes longer, and ask again at once:

{impatient}

Measured on {machine}, with {versions}. Right values depend on the machine and on chance, wrong ones on the master: a
zero means that none came, not that none can. Where a reply may still be owed, this agent leaves the unit alone for a
second and has fewer right values than a master that asks again at once; other units go on meanwhile. The frame of
`wrong-function` carries the right registers, so a master that takes it is not counted as wrong. Under `vanish` a
master that does not open a lost port again by itself has few right values; its caller must do it.

## What is proven, and how

`make test` runs 100 000 transactions of the agent's master on a clock that jumps: every fault alone, and mixtures of
up to twelve at any speed. Then it polls one bus for each fault on pseudo-terminals in real time, through schedule,
bus and each kind of port: event loop, threads, RTU over TCP. `make nightly` runs more than a million transactions
with a seed of its own, which it prints; `make nightly SEED=…` replays it. All of them assert:

- no accepted value differs from what the unit answered to that request;
- every transaction ends in exactly one outcome;
- scheduled polls = good + failed + skipped, at any moment;
- each fault moves its own counters and no other: no reply, damaged, foreign, late, noise;
- when the fault is over and nothing is owed any more, the first request to each unit is answered; in real time, every
  device is polled well again.

## What no master can tell

- **An identical reply that comes after the late window.** A unit that owes a reply is not asked again for at least
  one second, and at least twice the longest time it has ever needed. A reply that comes later than that, to a request
  of the same shape, cannot be told apart.
- **A stale reply that fits and comes alone**, in time, from a unit that owes nothing. Handed over together with the
  right one it is refused as ambiguous. On a serial port one that is read before the wire can have carried it is
  refused as foreign; a machine so busy that it reads 10 ms too late cannot see that.
- **A frame that another unit sends in the name of the one that was asked**, with its function and its byte count.
- **Damage that the checksum does not find**: one in 32768 of frames with more than three wrong bits. The simulator
  makes none.
"""
