"""What a view becomes by an event."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from rtu_agent.events import (
    BusEvent,
    DeviceEvent,
    DeviceRecognised,
    DeviceStateChanged,
    DriverFailed,
    IdentityMismatched,
    LateReplyDiscarded,
    NoiseDiscarded,
    OutputEnded,
    OutputEvent,
    PollFinished,
    PollSkipped,
    PortLost,
    PortOpened,
    PortOpenFailed,
    RecordsDropped,
    RecordsWritten,
    RefusalsLearnt,
    SpoolChanged,
    TransactionFinished,
    WriteFailed,
    WriteRecovered,
)
from rtu_agent.telemetry.views import BusView, Change, DeviceView, Mishap, OutputView, PlanView

CHANGES: Final = 12
"""Changes of a device that are kept."""
PLAN_AGE_S: Final = 10.0
"""How old what is told of a plan may be while it does not change."""
PLANS: Final = 8
"""Plans of a device that are kept: those that were used last."""


def bus_after(bus: BusView, event: BusEvent | PollFinished | PollSkipped, now: float) -> BusView:
    """Return the bus as it is after the event."""
    match event:
        case TransactionFinished():
            return _transacted(bus, event, now)
        case PollFinished(rider=False, lag_s=lag_s):
            return replace(bus, polls=bus.polls.after(event), lag_s=lag_s, worst_lag_s=max(bus.worst_lag_s, lag_s))
        case PollFinished() | PollSkipped():
            return replace(bus, polls=bus.polls.after(event))
        case LateReplyDiscarded():
            return replace(bus, troubles=_one_more(bus.troubles, "late_reply"))
        case NoiseDiscarded():
            return replace(bus, troubles=_one_more(bus.troubles, "noise"))
        case _:
            return _port_after(bus, event, now)


def device_after(device: DeviceView, event: DeviceEvent, now: float, wall: float) -> DeviceView:
    """Return the device as it is after the event; `now` is monotonic, `wall` seconds since 1970."""
    match event:
        case PollFinished():
            return _polled(device, event, now, wall)
        case PollSkipped():
            return replace(device, polls=device.polls.after(event))
        case DeviceStateChanged(after=state, cause=cause):
            changes = (*device.changes[1 - CHANGES :], Change(wall, state, cause))
            return replace(device, state=state, changes=changes)
        case DeviceRecognised(driver=driver, places=places):
            return replace(device, driver=driver, places=places)
        case _:
            return _told_about(device, event)


def output_after(output: OutputView, event: OutputEvent, wall: float) -> OutputView:
    """Return the output as it is after the event."""
    match event:
        case RecordsWritten():
            return replace(output, written=output.written + event.records, problem="", last_success=wall)
        case WriteFailed(kind=kind, error=error):
            return replace(output, problem=error, mishap=_mishap(output.mishap, output.problem, kind, error, wall))
        case WriteRecovered():
            return replace(output, problem="")
        case OutputEnded(error=error):
            return replace(output, problem=error, mishap=Mishap("ended", error, wall))
        case _:
            return _backlog_after(output, event)


def heard_after(device: DeviceView, event: TransactionFinished | LateReplyDiscarded, wall: float) -> DeviceView:
    """Return the device after its unit failed a transaction, a probe perhaps, or answered too late."""
    match event:
        case LateReplyDiscarded(late_s=late_s):
            return replace(_silent(device, "late_reply", f"{late_s:.2f} s", wall), late_s=late_s)
        case TransactionFinished(outcome="no_reply"):
            # An answer that is late comes before the next question: two silences in a row, and none comes any more.
            after = device if device.late_s is not None else _silent(device, "no_reply", "", wall)
            return replace(after, late_s=None)
        case TransactionFinished(exception_code=code) if code not in (None, device.exception_code):
            return replace(device, exception_code=code)
        case _:
            return device


def _silent(device: DeviceView, kind: str, detail: str, wall: float) -> DeviceView:
    """Return the device with another word for why it gives nothing, if that is its trouble."""
    if device.trouble != "no_reply":
        return device
    return replace(device, mishap=_mishap(device.mishap, device.trouble, kind, detail, wall))


def _port_after(bus: BusView, event: BusEvent | PollFinished | PollSkipped, now: float) -> BusView:
    match event:
        case PortOpened():
            return replace(bus, is_open=True, was_open=True, problem="")
        case PortLost() | PortOpenFailed():
            return replace(bus, is_open=False, problem=event.error, closed_s=now if bus.is_open else bus.closed_s)
        case _:
            return bus


def _told_about(device: DeviceView, event: DeviceEvent) -> DeviceView:
    match event:
        case RefusalsLearnt(refused=refused):
            return replace(device, refused=refused)
        case IdentityMismatched(said=said):
            return replace(device, mismatch=said)
        case DriverFailed(error=error):
            return replace(device, driver_error=error)
        case _:
            return device


def _backlog_after(output: OutputView, event: OutputEvent) -> OutputView:
    match event:
        case RecordsDropped(records=records, reason=reason):
            return replace(output, dropped={**output.dropped, reason: output.dropped.get(reason, 0) + records})
        case SpoolChanged():
            return replace(
                output,
                waiting=event.records,
                waiting_bytes=event.size_bytes,
                limit_bytes=event.limit_bytes,
                oldest_ms=event.oldest_ms,
            )
        case _:
            return output


def _transacted(bus: BusView, event: TransactionFinished, now: float) -> BusView:
    troubles = bus.troubles if event.outcome == "good" else _one_more(bus.troubles, event.outcome)
    return replace(
        bus,
        transactions=bus.transactions + 1,
        sent_bytes=bus.sent_bytes + event.sent_bytes,
        received_bytes=bus.received_bytes + event.received_bytes,
        busy_s=bus.busy_s + event.held_s,
        troubles=troubles,
        active_s=now,
    )


def _polled(device: DeviceView, event: PollFinished, now: float, wall: float) -> DeviceView:
    """Return the device after a poll; made in one go, as this happens more often than anything else."""
    polls = device.polls.after(event)
    if event.rider:
        return replace(device, polls=polls)
    is_good = event.outcome == "good"
    records = {**device.records, event.record.series: event.record}
    return replace(
        device,
        polls=polls,
        records=records,
        history=device.history.after(event.record, records),
        plans=_planned(device.plans, event, wall),
        state="online" if is_good and device.state == "waiting" else device.state,
        last_good_s=now if is_good else device.last_good_s,
        trouble=None if event.outcome == "good" else event.outcome,
        mishap=device.mishap if is_good else _failure(device, event, wall),
        driver_error="" if is_good else device.driver_error,
    )


def _planned(
    plans: Mapping[frozenset[str], PlanView], event: PollFinished, wall: float
) -> Mapping[frozenset[str], PlanView]:
    """Return the plans with what was asked for now as the last; a poll that asked for nothing had none.

    What is known and not old is not noted again.
    """
    known = plans.get(event.together)
    if not event.blocks or (known and known.blocks == event.blocks and 0 <= wall - known.at < PLAN_AGE_S):
        return plans
    others = [plan for groups, plan in plans.items() if groups != event.together][1 - PLANS :]
    now = PlanView(event.together, event.blocks, event.duration_s, wall)
    return {plan.groups: plan for plan in (*others, now)}


def _failure(device: DeviceView, event: PollFinished, wall: float) -> Mishap:
    kind, detail = _why(device, event)
    return _mishap(device.mishap, device.trouble or "", kind, detail, wall)


def _why(device: DeviceView, event: PollFinished) -> tuple[str, str]:
    """Return the kind of a failure, and what there is to say about it."""
    if event.outcome == "exception" and device.exception_code is not None:
        return "exception", f"{device.exception_code:02X}"
    if event.outcome == device.trouble == "no_reply" and device.mishap is not None:
        return device.mishap.kind, device.mishap.detail  # silent, or too late: its transactions have told
    if event.outcome != "driver_failed":
        return event.outcome, ""
    return ("other_device", device.mismatch) if device.mismatch else ("driver_failed", device.driver_error)


def _mishap(last: Mishap | None, lasts: str, kind: str, detail: str, wall: float) -> Mishap:
    """Return what goes wrong now; since when is remembered as long as it goes wrong in the same way."""
    goes_on = last is not None and lasts and last.kind == kind
    return Mishap(kind, detail, last.since if goes_on and last is not None else wall)


def _one_more(counts: Mapping[str, int], kind: str) -> Mapping[str, int]:
    return {**counts, kind: counts.get(kind, 0) + 1}
