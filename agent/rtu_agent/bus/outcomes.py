"""Outcomes as events, and the outcome of what was never sent."""

from rtu_agent.events import TransactionFinished
from rtu_agent.protocol.outcome import Outcome
from rtu_agent.protocol.pdu import Request


def finished(bus: str, outcome: Outcome, function: int) -> TransactionFinished:
    """Return the event that tells an outcome; `function` is the one that was on the wire."""
    return TransactionFinished(
        bus=bus,
        unit=outcome.unit,
        function=function,
        outcome=outcome.kind,
        duration_s=outcome.ended_at - outcome.sent_at,
        sent_bytes=outcome.sent_bytes,
        received_bytes=outcome.received_bytes,
        exception_code=outcome.exception_code,
        silence_s=max(0.0, outcome.free_at - outcome.ended_at),
    )


def port_lost(unit: int, request: Request, now: float) -> Outcome:
    """Return the outcome of a request that found no port."""
    return Outcome(unit, request, "port_lost", sent_at=now, ended_at=now, free_at=now)
