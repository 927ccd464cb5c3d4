"""The page about the metrics, made from the table of families: `python -m rtu_agent.telemetry.reference`."""

import sys
from collections.abc import Iterable, Mapping
from typing import Final

from rtu_agent.telemetry import families
from rtu_agent.telemetry.families import Family
from rtu_agent.telemetry.poll_counts import FAILURES, SKIPS

_HEAD: Final = """\
# Metrics

<!-- Made by `python -m rtu_agent.telemetry.reference > docs/metrics.md`; edit the table in the code instead. -->

Served as `/metrics` at the address of `http.listen`, by default <http://127.0.0.1:9485/metrics>.

Names, labels and meanings are a contract: a change is announced in `CHANGELOG.md`. Label values come from the
configuration or from the lists at the end, never from a wire. Counters start at 0 with the agent, and a series exists
from the start unless its meaning says otherwise. Measured values are not metrics; they are in the outputs.

At every scrape, for every bus:

```
rtu_agent_polls_scheduled_total = rtu_agent_polls_good_total
                                + sum(rtu_agent_polls_failed_total)
                                + sum(rtu_agent_polls_skipped_total)
```
"""


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


_LABEL_VALUES: Final[Mapping[str, str]] = {
    "`bus`, `device`, `output`": "the names in `devices.yaml`",
    "`driver`": "the drivers that the devices use",
    "`version`, `python`": "the running versions",
    "`config_hash`": "the first 12 digits of the SHA-256 of `devices.yaml`",
    "`direction` of a clock jump": _words(families.JUMPS),
    "`state` of a device": _words(families.STATES),
    "`function`": "the Modbus function code of the request, decimal",
    "`outcome` of a reload": _words(families.RELOADS),
    "`outcome` of a request": _words(families.OUTCOMES),
    "`outcome` of a reopen": _words(families.REOPENS),
    "`outcome` of a write": _words(families.WRITES),
    "`reason` of a failed poll": _words(FAILURES),
    "`reason` of a skipped poll": _words(SKIPS),
    "`reason` of a rejected reading": _words(families.REASONS),
    "`reason` of a dropped record": _words(families.DROPS),
}


def render() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for title, section in families.SECTIONS.items():
        rows = [(f"`{f.name}`", f.kind, _words(f.labels), _meaning(f)) for f in section]
        parts.append(f"## {title}\n\n" + table(("name", "type", "labels", "meaning"), rows))
    parts.append("## Label values\n\n" + table(("label", "values"), _LABEL_VALUES.items()))
    return "\n".join(parts)


def _meaning(family: Family) -> str:
    if not family.buckets:
        return family.meaning
    bounds = ", ".join(f"{bound:g}" for bound in family.buckets)
    return f"{family.meaning} Buckets: {bounds} s."


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table as Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(render())
