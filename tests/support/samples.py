"""One event of every class, each as it is when there is something to tell about it."""

from rtu_agent import events
from rtu_agent.domain.quality import Restart
from rtu_agent.events import Event
from support.made_up import polled, skipped, transaction

SAMPLES: tuple[Event, ...] = (
    events.AgentStarted("plant-a", 2, 3),
    events.AgentStopped("plant-a"),
    events.ConfigReloaded("devices.yaml", added=("device feeder-3",)),
    events.ConfigRefused("devices.yaml", ("devices.yaml:7:36: unit 300 is outside 1 to 247",)),
    events.LearntLost("state/facts.json", "Input/output error"),
    events.LoopLagged(0.8),
    events.ClockJumped(-3600.0),
    events.BusPlanned("floor1", 0.41),
    events.PortOpened("floor1", "/dev/ttyUSB0", reopened=True),
    events.PortLost("floor1", "/dev/ttyUSB0", "Input/output error"),
    events.PortOpenFailed("floor1", "/dev/ttyUSB0", "No such file", 1.0),
    events.AdapterLatencyRead("floor1", "/dev/ttyUSB0", 0.016, "install the rules"),
    events.EchoDetected("floor1"),
    events.NoiseDiscarded("floor1", 7),
    events.ForeignFrameDiscarded("floor1", 9, 3),
    events.LateReplyDiscarded("floor1", 1, 0.7),
    transaction(outcome="no_reply"),
    polled(),
    events.RecordHeldBack("floor1", "main-meter"),
    skipped(),
    events.DeviceStateChanged("floor1", "main-meter", "suspect", "offline", "no_reply"),
    events.RefusalsLearnt("floor1", "main-meter", "holding 0x0010"),
    events.CountersRestarted("floor1", "main-meter", Restart.METER_REPLACED, ("energy_import_active_kwh",)),
    events.DriverFailed("floor1", "main-meter", "eastron.sdm630", "ValueError: boom"),
    events.DriverQuarantined("floor1", "main-meter", "eastron.sdm630", "ValueError: boom", 60.0),
    events.DriverRecovered("floor1", "main-meter", "eastron.sdm630"),
    events.DeviceRecognised("floor1", "main-meter", "eastron.sdm630", ("normal",)),
    events.IdentityMismatched("floor1", "main-meter", "eastron.sdm630", "the code is 7"),
    events.RecordsWritten("influxdb", 40, 0.03),
    events.WriteFailed("influxdb", "retryable", "connection refused", 1.0),
    events.WriteRecovered("influxdb", 12.0),
    events.OutputEnded("sqlite", "nobody reads"),
    events.RecordsDropped("influxdb", 3, "rejected"),
    events.SpoolChanged("influxdb", 7, 8192, 1 << 30, 1_795_000_000_500),
    events.RetentionTooShort("influxdb", 3600.0, 86_400.0),
)
