"""A small made-up site and what may happen in it, for tests of everything that watches."""

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.record import Field, Record, Series, Value
from rtu_agent.events import OutcomeKind, PollFinished, PollSkipped, SkipReason, TransactionFinished
from rtu_agent.telemetry.roster import Roster, RosterDevice

ROSTER = Roster(
    site="plant-a",
    buses=("floor1", "floor2"),
    devices=(
        RosterDevice("main-meter", "floor1", "eastron.sdm630", "energy_meter"),
        RosterDevice("feeder-2", "floor1", "eastron.sdm120", "energy_meter"),
        RosterDevice("lobby", "floor2", "senseair.s8", "air_quality"),
    ),
    outputs=("sqlite", "influxdb"),
)
BUS_OF = {device.name: device.bus for device in ROSTER.devices}
METER_FIELDS = (Field("voltage_v", unit="V"), Field("active_power_w", unit="W"), Field("status_code", "int"))


def record(
    device: str = "main-meter",
    values: tuple[Value | None, ...] = (230.1, 1234.5, 3),
    *,
    fields: tuple[Field, ...] = METER_FIELDS,
    time_ms: int = 1_795_000_000_000,
    reasons: dict[str, Reason] | None = None,
) -> Record:
    """Return a record of a device."""
    return Record(Series("energy_meter", {"device": device}, fields), time_ms, values, reasons=reasons or {})


def polled(
    device: str = "main-meter",
    outcome: OutcomeKind = "good",
    *,
    bus: str | None = None,
    lag_s: float = 0.01,
    of: Record | None = None,
) -> PollFinished:
    """Return the end of a poll; one that failed brings no values."""
    values: tuple[Value | None, ...] = (230.1, 1234.5, 3) if outcome == "good" else (None, None, None)
    return PollFinished(
        bus=BUS_OF.get(device, "floor1") if bus is None else bus,
        device=device,
        group="normal",
        outcome=outcome,
        lag_s=lag_s,
        duration_s=0.1,
        record=of or record(device, values),
    )


def skipped(device: str = "main-meter", reason: SkipReason = "overload") -> PollSkipped:
    """Return a poll that was never started."""
    return PollSkipped(bus=BUS_OF[device], device=device, group="normal", reason=reason)


def transaction(bus: str = "floor1", outcome: OutcomeKind = "good", *, function: int = 4) -> TransactionFinished:
    """Return a transaction that held the bus for 50 ms, 5 ms of them in silence."""
    received = 0 if outcome == "no_reply" else 25
    return TransactionFinished(bus, 1, function, outcome, 0.045, 8, received, silence_s=0.005)
