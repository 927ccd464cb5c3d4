"""Events of a bus → its metrics."""

from rtu_agent.events import (
    AdapterLatencyRead,
    BusEvent,
    BusPlanned,
    ForeignFrameDiscarded,
    LateReplyDiscarded,
    NoiseDiscarded,
    PortLost,
    PortOpened,
    PortOpenFailed,
    TransactionFinished,
)
from rtu_agent.telemetry import families
from rtu_agent.telemetry.instruments import Instruments


class BusMetrics:
    """The metrics of one bus."""

    def __init__(self, instruments: Instruments, bus: str) -> None:
        self._instruments = instruments
        self._bus = bus
        self._requests = {
            (int(function), outcome): instruments.counter(families.BUS_REQUESTS, bus, function, outcome)
            for function in families.READ_FUNCTIONS
            for outcome in families.OUTCOMES
        }
        self._request_duration = instruments.histogram(families.BUS_REQUEST_DURATION, bus)
        self._busy = instruments.counter(families.BUS_BUSY, bus)
        self._silent = instruments.counter(families.BUS_SILENT, bus)
        self._planned = instruments.gauge(families.BUS_PLANNED, bus)
        self._transmit = instruments.counter(families.BUS_TRANSMIT, bus)
        self._receive = instruments.counter(families.BUS_RECEIVE, bus)
        self._discarded = instruments.counter(families.BUS_DISCARDED, bus)
        self._foreign = instruments.counter(families.BUS_FOREIGN, bus)
        self._late = instruments.counter(families.BUS_LATE, bus)
        self._port_open = instruments.gauge(families.BUS_PORT_OPEN, bus)
        self._reopens = {word: instruments.counter(families.BUS_PORT_REOPENS, bus, word) for word in families.REOPENS}

    def __call__(self, event: BusEvent) -> None:
        """Count one event of this bus."""
        match event:
            case TransactionFinished():
                self._transaction(event)
            case NoiseDiscarded(count=count):
                self._discarded.inc(count)
            case ForeignFrameDiscarded():
                self._foreign.inc()
            case LateReplyDiscarded():
                self._late.inc()
            case BusPlanned(utilisation=utilisation):
                self._planned.set(utilisation)
            case AdapterLatencyRead(latency_s=latency_s):
                self._instruments.gauge(families.BUS_ADAPTER_LATENCY, self._bus).set(latency_s)
            case PortOpened() | PortLost() | PortOpenFailed():
                self._port(event)

    def _transaction(self, event: TransactionFinished) -> None:
        key = (event.function, event.outcome)
        request = self._requests.get(key)
        if request is None:
            request = self._instruments.counter(families.BUS_REQUESTS, self._bus, str(event.function), event.outcome)
            self._requests[key] = request
        request.inc()
        self._request_duration.observe(event.duration_s)
        self._busy.inc(event.held_s)
        if event.outcome == "no_reply":
            self._silent.inc(event.held_s)
        self._transmit.inc(event.sent_bytes)
        self._receive.inc(event.received_bytes)

    def _port(self, event: PortOpened | PortLost | PortOpenFailed) -> None:
        self._port_open.set(isinstance(event, PortOpened))
        # The next adapter at this port may be another one; it says its own latency after it was opened.
        self._instruments.forget(families.BUS_ADAPTER_LATENCY, self._bus)
        if isinstance(event, PortOpenFailed):
            self._reopens["failed"].inc()
        elif isinstance(event, PortOpened) and event.reopened:
            self._reopens["ok"].inc()
