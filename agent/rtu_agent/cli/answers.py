"""What a device said, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rtu_agent.domain.registers import Span
from rtu_agent.domain.text import printable
from rtu_agent.driver_api import Point
from rtu_agent.inquiry import Answer, Asked
from rtu_agent.protocol.outcome import Outcome


@dataclass(frozen=True, slots=True)
class _Line:
    """One value."""

    field: str
    value: float | int | bool | str | None
    unit: str
    reason: str
    raw: str
    """The words or bits as they came; empty when they did not."""
    block: str


def as_text(asked: Asked) -> str:
    """Return what a person reads."""
    entry = asked.entry
    lines = [f"{entry.name}: unit {entry.unit} on {entry.bus}, {asked.driver.name}"]
    for answer in asked.answers:
        lines += [f"  {text}" for text in _table(list(_values(asked, answer)))]
        lines += [f"  {block}: {outcome}" for block, outcome in answer.outcomes.items() if not outcome.good]
        lines.append(f"  {_summary(answer)}")
    if asked.unreachable is not None:
        lines.append("  not asked: the port of its bus cannot be opened")
    return "\n".join([*lines, f"  learnt: {_learnt(asked)}"])


def as_dict(asked: Asked) -> dict[str, Any]:
    """Return what a program reads."""
    entry, facts = asked.entry, asked.facts
    return {
        "device": entry.name,
        "bus": entry.bus,
        "unit": entry.unit,
        "driver": asked.driver.name,
        "good": asked.good,
        "trouble": None if asked.unreachable is None else str(asked.unreachable),
        "polls": [_answer(asked, answer) for answer in asked.answers],
        "learnt": facts
        and {
            "turnaround_s": facts.turnaround_s,
            "timeout_s": facts.timeout_s,
            "refused": sorted(map(str, facts.refusals)),
        },
    }


def _answer(asked: Asked, answer: Answer) -> dict[str, Any]:
    return {
        "groups": sorted(answer.plan.groups),
        "outcome": answer.kind,
        "quality": None if answer.decoded is None else answer.decoded.quality.name.lower(),
        "blocks": [_block(block, answer.outcomes.get(block)) for block in answer.plan.blocks],
        "values": {
            line.field: {
                "value": line.value,
                "unit": line.unit,
                "reason": line.reason or None,
                "raw": line.raw or None,
                "block": line.block or None,
            }
            for line in _values(asked, answer)
        },
    }


def _block(block: Span, outcome: Outcome | None) -> Mapping[str, Any]:
    if outcome is None:
        return {"block": str(block), "outcome": None, "turnaround_s": None}
    return {"block": str(block), "outcome": str(outcome), "turnaround_s": outcome.turnaround_s}


def _values(asked: Asked, answer: Answer) -> Iterator[_Line]:
    signals = [signal for signal in asked.driver.signals if signal.group in answer.plan.groups]
    values = [None] * len(signals) if answer.decoded is None else answer.decoded.values
    reasons = {} if answer.decoded is None else answer.decoded.reasons
    for signal, field, value in zip(signals, answer.plan.series.fields, values, strict=True):
        raw, block = _origin(signal, answer) if isinstance(signal, Point) else ("", "computed")
        reason = reasons.get(field.name, "not_read" if answer.decoded is None else "")
        yield _Line(field.name, value, field.unit, str(reason), raw, block)


def _origin(point: Point, answer: Answer) -> tuple[str, str]:
    """Return the words of a point and the block that brought them, each empty where there is none."""
    blocks = zip(answer.plan.blocks, answer.plan.pages, answer.payloads, strict=True)
    for home, page, payload in blocks:
        if page == point.page and _holds(home, point.span):
            where = str(home) if page is None else f"{home} on page {page.value}"
            return "" if payload is None else _raw(point, home, payload), where
    return "", ""


def _holds(block: Span, span: Span) -> bool:
    return block.table == span.table and block.address <= span.address and span.end <= block.end


def _raw(point: Point, home: Span, payload: bytes) -> str:
    offset = point.span.address - home.address
    if point.table.of_bits:
        return str(payload[offset // 8] >> offset % 8 & 1)
    return payload[2 * offset : 2 * (offset + point.count)].hex(" ", 2).upper()


def _table(lines: list[_Line]) -> list[str]:
    cells = [
        (line.field, printable(_said(line)), line.unit, line.raw or "-", line.block or "not in any block")
        for line in lines
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        f"{name:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {raw:<{widths[3]}}  {block}"
        for name, value, unit, raw, block in cells
    ]


def _said(line: _Line) -> str:
    if line.value is None:
        return line.reason
    text = f"{line.value:.7g}" if isinstance(line.value, float) else str(line.value)
    return f"{text} ({line.reason})" if line.reason else text


def _summary(answer: Answer) -> str:
    """Return how a poll went, in a line."""
    groups = ", ".join(sorted(answer.plan.groups))
    quality = "no values" if answer.decoded is None else f"quality {answer.decoded.quality.name.lower()}"
    blocks = f"{len(answer.plan.blocks)} block{'' if len(answer.plan.blocks) == 1 else 's'}"
    parts = [f"{groups}: {answer.kind}, {quality}, {blocks}"]
    times = sorted(o.turnaround_s * 1000 for o in answer.outcomes.values() if o.turnaround_s is not None)
    if times:
        parts.append(f"answered after {times[0]:.1f}{f' to {times[-1]:.1f}' if len(times) > 1 else ''} ms")
    return "; ".join([*parts, answer.trouble] if answer.trouble else parts)


def _learnt(asked: Asked) -> str:
    if asked.facts is None:
        return "nothing yet"
    facts = asked.facts
    refused = ", ".join(sorted(map(str, facts.refusals))) or "nothing"
    times = f"it answers after {facts.turnaround_s * 1000:.1f} ms and is waited for {facts.timeout_s * 1000:.0f} ms"
    return f"{times}; it refuses {refused}"
