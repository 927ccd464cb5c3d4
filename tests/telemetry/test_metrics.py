"""Events become metrics; the counts add up at every scrape, and no name from a wire becomes a label."""

import subprocess
import threading
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from rtu_agent.clock import HandClock
from rtu_agent.domain.quality import Reason
from rtu_agent.events import (
    AdapterLatencyRead,
    BusPlanned,
    ClockJumped,
    ConfigRefused,
    ConfigReloaded,
    DeviceStateChanged,
    DriverFailed,
    DriverQuarantined,
    DriverRecovered,
    Event,
    ForeignFrameDiscarded,
    IdentityMismatched,
    LateReplyDiscarded,
    LoopLagged,
    NoiseDiscarded,
    OutcomeKind,
    PortLost,
    PortOpened,
    PortOpenFailed,
    RecordHeldBack,
    RecordsDropped,
    RecordsWritten,
    SpoolChanged,
    WriteFailed,
)
from rtu_agent.telemetry import families
from rtu_agent.telemetry.metrics import Metrics
from rtu_agent.telemetry.poll_counts import FAILURES, SKIPS
from rtu_agent.telemetry.roster import Roster, RosterDevice
from support.made_up import ROSTER, polled, record, skipped, transaction
from support.servers import require

WALL = 1_795_000_000.0


class Scraped:
    """A registry with our metrics, read as Prometheus reads it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.clock = HandClock(wall=WALL)
        self.metrics = Metrics(self.registry, ROSTER, self.clock, config_hash="0123abcd")

    def after(self, *events: Event) -> "Scraped":
        """Let something happen."""
        for event in events:
            self.metrics(event)
        return self

    def value(self, name: str, **labels: str) -> float | None:
        """Return one sample; None if there is no such series."""
        return self.registry.get_sample_value(f"rtu_agent_{name}", labels)

    def samples(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Return all samples of the text that is served."""
        text = generate_latest(self.registry).decode()
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def scraped() -> Scraped:
    """Metrics of the made-up site to which nothing has happened yet."""
    return Scraped()


def test_every_fixed_series_is_there_from_the_start(scraped: Scraped) -> None:
    """A counter that appears at 1 hides its first event from `rate()`."""
    samples = scraped.samples()
    counters = {name for name, _ in samples if name.endswith("_total")}
    late = {families.DEVICE_FAILURES.name}

    assert {f.name for f in families.FAMILIES if f.kind == "counter"} - late == counters
    assert all(value == 0 for (name, _), value in samples.items() if name in counters)
    for bus in ROSTER.buses:
        assert [0.0] * len(FAILURES) == [scraped.value("polls_failed_total", bus=bus, reason=r) for r in FAILURES]
        assert [0.0] * len(SKIPS) == [scraped.value("polls_skipped_total", bus=bus, reason=r) for r in SKIPS]
        assert scraped.value("bus_requests_total", bus=bus, function="4", outcome="no_reply") == 0


def test_it_says_what_is_running(scraped: Scraped) -> None:
    """A fleet is checked for its versions by one query."""
    [labels] = [dict(labels) for name, labels in scraped.samples() if name == "rtu_agent_build_info"]

    assert {"version", "python", "config_hash"} == set(labels)
    assert labels["config_hash"] == "0123abcd"


def test_there_are_no_created_series(scraped: Scraped) -> None:
    """They would add a third to every scrape."""
    scraped.after(transaction(), polled(), RecordsWritten("sqlite", 1, 0.01))

    assert [name for name, _ in scraped.samples() if name.endswith("_created")] == []


def test_a_transaction_is_counted_with_its_time_and_bytes(scraped: Scraped) -> None:
    """The rate of the busy seconds is the utilisation of the bus."""
    scraped.after(transaction(), transaction(), transaction(outcome="no_reply"), transaction("floor2"))

    assert scraped.value("bus_requests_total", bus="floor1", function="4", outcome="good") == 2
    assert scraped.value("bus_requests_total", bus="floor1", function="4", outcome="no_reply") == 1
    assert scraped.value("bus_busy_seconds_total", bus="floor1") == pytest.approx(0.15)
    assert scraped.value("bus_transmit_bytes_total", bus="floor1") == 24
    assert scraped.value("bus_receive_bytes_total", bus="floor1") == 50
    assert scraped.value("bus_request_duration_seconds_count", bus="floor1") == 3
    assert scraped.value("bus_request_duration_seconds_bucket", bus="floor1", le="0.05") == 3
    assert scraped.value("bus_requests_total", bus="floor2", function="4", outcome="good") == 1


def test_a_rare_function_appears_when_it_is_used(scraped: Scraped) -> None:
    """Reading an identification is counted though nobody announced it."""
    scraped.after(transaction(function=0x2B), transaction(function=0x2B))

    assert scraped.value("bus_requests_total", bus="floor1", function="43", outcome="good") == 2


def test_what_a_bus_throws_away_is_three_counters(scraped: Scraped) -> None:
    """Noise, a second master and a slow device are three causes."""
    scraped.after(
        NoiseDiscarded("floor1", 7),
        NoiseDiscarded("floor1", 5),
        ForeignFrameDiscarded("floor1", 9, 3),
        LateReplyDiscarded("floor1", 1, 0.7),
        LateReplyDiscarded("floor1", 1, 0.8),
    )

    assert scraped.value("bus_discarded_bytes_total", bus="floor1") == 12
    assert scraped.value("bus_foreign_frames_total", bus="floor1") == 1
    assert scraped.value("bus_late_replies_total", bus="floor1") == 2


def test_what_silent_devices_cost_is_counted(scraped: Scraped) -> None:
    """A reply that is damaged held the bus as well, and somebody was there."""
    scraped.after(transaction(), transaction(outcome="no_reply"), transaction(outcome="damaged"))

    assert scraped.value("bus_silent_seconds_total", bus="floor1") == pytest.approx(0.05)


def test_a_bus_tells_what_it_was_planned_to_carry(scraped: Scraped) -> None:
    """Beside what it carries, so that one sees the reserve before it is needed."""
    assert scraped.after(BusPlanned("floor1", 0.41)).value("bus_planned_utilisation", bus="floor1") == 0.41


def test_a_cycle_is_over_when_every_device_was_polled(scraped: Scraped) -> None:
    """The first poll begins the first cycle; a poll that failed or was skipped is one, too."""

    def cycles(*events: Event) -> float | None:
        scraped.clock.turn(2.0)
        return scraped.after(*events).value("bus_cycle_duration_seconds_count", bus="floor1")

    assert cycles(polled("main-meter")) == 0
    assert cycles(polled("main-meter")) == 0
    assert cycles(skipped("feeder-2", "offline")) == 1
    assert scraped.value("bus_cycle_duration_seconds_sum", bus="floor1") == pytest.approx(4.0)
    assert cycles(polled("feeder-2"), polled("main-meter", "no_reply")) == 2
    assert scraped.value("bus_cycle_duration_seconds_sum", bus="floor1") == pytest.approx(6.0)
    assert scraped.value("bus_cycle_duration_seconds_count", bus="floor2") == 0


def test_every_device_is_in_one_state(scraped: Scraped) -> None:
    """Before the first poll it waits; afterwards health judges."""

    def states() -> list[float | None]:
        return [scraped.value("bus_devices", bus="floor1", state=state) for state in families.STATES]

    assert states() == [2, 0, 0, 0]
    scraped.after(polled("main-meter"), polled("main-meter"), polled("feeder-2", "no_reply"))
    assert states() == [1, 1, 0, 0]
    scraped.after(state("offline", "feeder-2"), state("suspect"))
    assert states() == [0, 0, 1, 1]
    scraped.after(state("online"), state("online", "feeder-2"), polled("feeder-2"))
    assert states() == [0, 2, 0, 0]


def test_a_clock_that_is_set_is_counted_by_direction(scraped: Scraped) -> None:
    """Only one that is set back writes times twice."""
    scraped.after(ClockJumped(3600.0), ClockJumped(-2.0), ClockJumped(-3.0))

    assert scraped.value("clock_jumps_total", direction="forward") == 1
    assert scraped.value("clock_jumps_total", direction="backward") == 2


def test_a_port_that_comes_back_is_counted(scraped: Scraped) -> None:
    """Opening for the first time is no reopening; every failed try is one."""
    scraped.after(PortOpened("floor1", "/dev/x", reopened=False))
    assert scraped.value("bus_port_open", bus="floor1") == 1
    assert scraped.value("bus_port_reopens_total", bus="floor1", outcome="ok") == 0

    scraped.after(PortLost("floor1", "/dev/x", "EIO"), PortOpenFailed("floor1", "/dev/x", "ENOENT", 1.0))
    assert scraped.value("bus_port_open", bus="floor1") == 0

    scraped.after(PortOpened("floor1", "/dev/x", reopened=True))
    assert scraped.value("bus_port_open", bus="floor1") == 1
    assert scraped.value("bus_port_reopens_total", bus="floor1", outcome="ok") == 1
    assert scraped.value("bus_port_reopens_total", bus="floor1", outcome="failed") == 1


def test_the_latency_of_an_adapter_is_shown_while_there_is_one(scraped: Scraped) -> None:
    """No series for a port that is closed, or whose adapter has no timer."""
    opened = PortOpened("floor1", "/dev/x", reopened=False)
    scraped.after(opened)
    assert scraped.value("bus_adapter_latency_seconds", bus="floor1") is None

    scraped.after(AdapterLatencyRead("floor1", "/dev/x", 0.016, "do"))
    assert scraped.value("bus_adapter_latency_seconds", bus="floor1") == 0.016

    scraped.after(PortLost("floor1", "/dev/x", "EIO"))
    assert scraped.value("bus_adapter_latency_seconds", bus="floor1") is None

    scraped.after(opened, AdapterLatencyRead("floor1", "/dev/x", 0.001, None))
    assert scraped.value("bus_adapter_latency_seconds", bus="floor1") == 0.001


def test_polls_and_their_values_are_counted(scraped: Scraped) -> None:
    """Good values, values that are uncertain and values that are missing."""
    half = record(
        values=(230.1, None, 3), reasons={"voltage_v": Reason.OUT_OF_RANGE, "active_power_w": Reason.SENTINEL}
    )
    scraped.after(polled(), polled(of=half, lag_s=0.25), polled(outcome="no_reply", lag_s=0.5), skipped())

    assert scraped.value("polls_scheduled_total", bus="floor1") == 4
    assert scraped.value("polls_good_total", bus="floor1") == 2
    assert scraped.value("polls_failed_total", bus="floor1", reason="no_reply") == 1
    assert scraped.value("polls_skipped_total", bus="floor1", reason="overload") == 1
    assert scraped.value("readings_total", bus="floor1") == 5
    assert scraped.value("readings_rejected_total", bus="floor1", reason="out_of_range") == 1
    assert scraped.value("readings_rejected_total", bus="floor1", reason="sentinel") == 1
    assert scraped.value("bus_schedule_lag_seconds", bus="floor1") == 0.5
    assert scraped.value("bus_poll_duration_seconds_count", bus="floor1") == 3


def test_records_that_say_nothing_new_are_counted(scraped: Scraped) -> None:
    """From 0 on, and beside the polls, which are what they were."""
    assert scraped.value("records_held_back_total", bus="floor1") == 0

    scraped.after(RecordHeldBack("floor1", "main-meter"), RecordHeldBack("floor1", "nobody"))

    assert scraped.value("records_held_back_total", bus="floor1") == 1
    assert scraped.value("polls_scheduled_total", bus="floor1") == 0


def state(after: str, device: str = "main-meter") -> DeviceStateChanged:
    """Return a change of health to `after`."""
    return DeviceStateChanged("floor1", device, "suspect", after, "no_reply")  # type: ignore[arg-type]  # one of the three


def test_a_device_is_up_from_its_first_good_poll_until_it_is_offline(scraped: Scraped) -> None:
    """A device that never answered must not look well, and one failure does not make it look dead."""
    labels = {"bus": "floor1", "device": "main-meter"}
    events = (state("suspect"), polled(), state("suspect"), state("offline"), state("suspect"), polled())

    assert scraped.value("device_up", **labels) == 0
    assert [scraped.after(event).value("device_up", **labels) for event in events] == [0, 1, 1, 0, 0, 1]


def test_a_device_tells_its_last_success_and_its_failures(scraped: Scraped) -> None:
    """The time is that of the record, not of the scrape."""
    labels = {"bus": "floor1", "device": "main-meter"}
    assert scraped.value("device_last_success_timestamp_seconds", **labels) == 0
    assert scraped.value("device_poll_failures_total", **labels, reason="damaged") is None

    scraped.after(polled(of=record(time_ms=1_795_000_001_500)), polled(outcome="damaged"), polled(outcome="damaged"))

    assert scraped.value("device_last_success_timestamp_seconds", **labels) == 1_795_000_001.5
    assert scraped.value("device_poll_failures_total", **labels, reason="damaged") == 2
    assert scraped.value("device_poll_failures_total", **labels, reason="no_reply") is None


def test_a_device_tells_whether_its_driver_is_to_blame(scraped: Scraped) -> None:
    """From the first such poll on, until a poll ends in another way: if it dies, its driver is not to blame."""
    labels = {"bus": "floor1", "device": "main-meter"}
    outcomes: tuple[OutcomeKind, ...] = ("no_reply", "driver_failed", "no_reply", "driver_failed", "good")

    told = [scraped.after(polled(outcome=outcome)).value("device_driver_failed", **labels) for outcome in outcomes]

    assert told == [None, 1, 0, 1, 0]
    assert scraped.value("device_driver_failed", bus="floor1", device="feeder-2") is None


def test_a_device_that_is_back_under_its_name_has_another_driver_to_blame(scraped: Scraped) -> None:
    """What the one before it did is over."""
    scraped.after(polled(outcome="driver_failed"))
    scraped.metrics.adopt(replace(ROSTER, devices=ROSTER.devices[1:]))
    assert scraped.value("device_driver_failed", bus="floor1", device="main-meter") is None
    scraped.metrics.adopt(ROSTER)
    assert scraped.value("device_driver_failed", bus="floor1", device="main-meter") == 0


def test_a_driver_that_raises_is_counted(scraped: Scraped) -> None:
    """Under the driver's name, whichever of its devices it was."""
    scraped.after(DriverFailed("floor1", "feeder-2", "eastron.sdm120", "boom"))

    assert scraped.value("driver_errors_total", driver="eastron.sdm120") == 1
    assert scraped.value("driver_errors_total", driver="senseair.s8") == 0


def test_devices_that_their_driver_fails_are_shown_while_it_does(scraped: Scraped) -> None:
    """Left alone for a while, or not what the driver is for."""
    meter = ("floor1", "main-meter", "eastron.sdm630")

    def shown() -> list[float | None]:
        families = "driver_quarantined_devices", "driver_mismatched_devices"
        return [scraped.value(family, driver="eastron.sdm630") for family in families]

    scraped.after(DriverQuarantined(*meter, "boom", 60.0), DriverQuarantined(*meter, "boom", 120.0))
    assert shown() == [1, 0]
    scraped.after(DriverRecovered(*meter), IdentityMismatched(*meter, "the code is 7"))
    assert shown() == [0, 1]
    scraped.after(IdentityMismatched(*meter, ""))
    assert shown() == [0, 0]


def test_an_output_tells_what_it_took_and_what_it_refused(scraped: Scraped) -> None:
    """Each answer of a server is a counter of its own."""
    scraped.after(
        RecordsWritten("influxdb", 40, 0.03),
        WriteFailed("influxdb", "retryable", "connection refused", 1.0),
        WriteFailed("influxdb", "auth", "401", 60.0),
        RecordsDropped("influxdb", 3, "rejected"),
    )

    assert scraped.value("output_records_written_total", output="influxdb") == 40
    assert scraped.value("output_last_success_timestamp_seconds", output="influxdb") == WALL
    assert scraped.value("output_write_duration_seconds_count", output="influxdb") == 1
    assert [
        scraped.value("output_writes_total", output="influxdb", outcome=word)
        for word in ("ok", "retryable", "rejected", "auth")
    ] == [1, 1, 0, 1]
    assert scraped.value("output_dropped_records_total", output="influxdb", reason="rejected") == 3
    assert scraped.value("output_last_success_timestamp_seconds", output="sqlite") == 0


def test_an_empty_spool_has_no_oldest_record(scraped: Scraped) -> None:
    """The age of a backlog is `time() - oldest`; an oldest of 0 would raise an alarm about nothing."""
    scraped.after(SpoolChanged("influxdb", 0, 4096, 1 << 30, None))
    assert scraped.value("spool_oldest_timestamp_seconds", output="influxdb") is None
    assert scraped.value("spool_limit_bytes", output="influxdb") == 1 << 30

    scraped.after(SpoolChanged("influxdb", 7, 8192, 1 << 30, 1_795_000_000_500))
    assert scraped.value("spool_oldest_timestamp_seconds", output="influxdb") == 1_795_000_000.5
    assert scraped.value("spool_records", output="influxdb") == 7
    assert scraped.value("spool_size_bytes", output="influxdb") == 8192

    scraped.after(SpoolChanged("influxdb", 0, 4096, 1 << 30, None))
    assert scraped.value("spool_oldest_timestamp_seconds", output="influxdb") is None
    assert scraped.value("spool_records", output="sqlite") is None


def test_the_lag_of_the_loop_is_a_histogram(scraped: Scraped) -> None:
    """One late tick must not hide among many good ones."""
    scraped.after(LoopLagged(0.0005), LoopLagged(0.3))

    assert scraped.value("event_loop_lag_seconds_bucket", le="0.001") == 1
    assert scraped.value("event_loop_lag_seconds_count") == 2


def test_a_name_that_is_not_configured_never_becomes_a_label(scraped: Scraped) -> None:
    """Labels out of a wire would fill the memory of Prometheus."""
    before = scraped.samples()
    scraped.after(
        transaction("evil"),
        polled("evil", bus="floor1"),
        polled("main-meter", bus="floor2"),
        replace(skipped(), device="evil"),
        DriverFailed("floor1", "feeder-2", "evil", "boom"),
        RecordsWritten("evil", 1, 0.1),
    )

    assert before == scraped.samples()


def broken_sums(samples: dict[tuple[str, tuple[tuple[str, str], ...]], float]) -> dict[str, float]:
    """Return by bus how many polls are unaccounted for, where any are."""
    missing = Counter[str]()
    for (name, labels), value in samples.items():
        bus = dict(labels).get("bus", "")
        if name == "rtu_agent_polls_scheduled_total":
            missing[bus] += int(value)
        elif name.startswith(("rtu_agent_polls_good", "rtu_agent_polls_failed", "rtu_agent_polls_skipped")):
            missing[bus] -= int(value)
    return {bus: count for bus, count in missing.items() if count}


poll_events = st.one_of(
    st.builds(polled, st.sampled_from(["main-meter", "lobby"]), st.sampled_from(["good", *FAILURES])),
    st.builds(skipped, st.sampled_from(["main-meter", "lobby"]), st.sampled_from(SKIPS)),
)


@settings(max_examples=50)
@given(st.lists(poll_events))
def test_every_poll_is_accounted_for(events: list[Event]) -> None:
    """Scheduled = good + failed{reason} + skipped{reason}, whatever happened."""
    assert broken_sums(Scraped().after(*events).samples()) == {}


def test_every_poll_is_accounted_for_at_every_scrape(scraped: Scraped) -> None:
    """Also while other threads count, as they do in the agent."""
    events = [polled(), polled(outcome="no_reply"), skipped(), polled("lobby"), skipped("lobby", "offline")]
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            scraped.after(*events)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        scrapes = [scraped.samples() for _ in range(50)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert [broken_sums(scrape) for scrape in scrapes] == [{}] * 50
    totals = [scrape["rtu_agent_polls_scheduled_total", (("bus", "floor1"),)] for scrape in scrapes]
    assert len(set(totals)) > 10, "the threads did not count while it was scraped"


def test_the_ledger_can_be_asked_for_by_name(scraped: Scraped) -> None:
    """The registry knows the families of the ledger as it knows all others, and nobody can take their names."""
    registry = scraped.registry.restricted_registry(["rtu_agent_polls_good_total"])

    assert b"rtu_agent_polls_good_total" in generate_latest(registry)


def test_the_largest_site_has_two_series_for_each_device() -> None:
    """And a hundred or so for each bus: what a scrape costs is their number; bench/scrape.py measures it."""
    buses = tuple(f"b{number}" for number in range(32))
    devices = tuple(RosterDevice(f"{bus}-{unit}", bus, "acme.x", "x") for bus in buses for unit in range(247))
    registry = CollectorRegistry()
    Metrics(registry, Roster("s", buses, devices, ("influxdb",)), HandClock())
    samples = [sample for family in registry.collect() for sample in family.samples]

    assert sum("device" in sample.labels for sample in samples) == 2 * len(devices)
    assert len(samples) - 2 * len(devices) < 125 * len(buses)


@pytest.mark.server
def test_prometheus_likes_the_names() -> None:
    """`promtool check metrics` knows the conventions better than we do."""
    promtool = require("promtool", "prometheus")
    scraped = Scraped().after(
        transaction(), polled(), polled(outcome="damaged"), skipped(), SpoolChanged("influxdb", 1, 1, 1, 1)
    )

    text = generate_latest(scraped.registry)
    check = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)

    assert (check.returncode, check.stdout, check.stderr) == (0, b"", b"")


def without_the_lobby() -> Roster:
    """Return the made-up site after a change: a bus, an output and a driver less, a device moved, one more bus."""
    devices = (
        *ROSTER.devices[:1],
        RosterDevice("feeder-2", "floor3", "eastron.sdm630", "energy_meter"),
    )
    return Roster("plant-a", ("floor1", "floor3"), devices, ("sqlite", "csv"))


def test_series_come_and_go_with_the_names(scraped: Scraped) -> None:
    """Of those that are gone nothing is exposed any more; those that stay go on; new ones begin at 0."""
    scraped.after(
        polled(),
        polled("feeder-2", "no_reply"),
        polled("lobby"),
        transaction("floor2"),
        PortOpened("floor2", "p", False),
    ).after(SpoolChanged("influxdb", 1, 1, 1, 1), RecordsWritten("influxdb", 1, 0.1), RecordsWritten("sqlite", 1, 0.1))

    scraped.metrics.adopt(without_the_lobby())

    labels = {pair for _, pairs in scraped.samples() for pair in pairs}
    names = {value for key, value in labels if key in ("bus", "device", "output", "driver")}
    assert names == {"floor1", "floor3", "main-meter", "feeder-2", "sqlite", "csv", "eastron.sdm630"}
    assert scraped.value("polls_good_total", bus="floor1") == 1
    assert scraped.value("polls_scheduled_total", bus="floor1") == 2
    assert scraped.value("polls_scheduled_total", bus="floor3") == 0
    assert scraped.value("device_up", bus="floor3", device="feeder-2") == 0
    assert scraped.value("output_records_written_total", output="sqlite") == 1
    assert scraped.value("device_poll_failures_total", bus="floor1", device="feeder-2", reason="no_reply") is None


def test_late_events_of_who_is_gone_bring_nothing_back(scraped: Scraped) -> None:
    """A sender may come back from its server after its output was taken out of the configuration."""
    scraped.metrics.adopt(without_the_lobby())
    before = set(scraped.samples())

    scraped.after(RecordsWritten("influxdb", 1, 0.1), polled("lobby"), transaction("floor2"), skipped("lobby"))

    assert set(scraped.samples()) == before


def test_reloads_are_counted_and_the_last_one_is_told(scraped: Scraped) -> None:
    """An agent that has started has read its configuration well."""
    assert scraped.value("config_last_reload_successful") == 1
    assert scraped.value("config_last_reload_success_timestamp_seconds") == WALL
    assert scraped.value("config_reloads_total", outcome="refused") == 0

    scraped.after(ConfigRefused("devices.yaml", ("devices.yaml:1:1: no",)))
    assert scraped.value("config_last_reload_successful") == 0
    scraped.after(ConfigReloaded("devices.yaml"))

    assert scraped.value("config_last_reload_successful") == 1
    assert scraped.value("config_reloads_total", outcome="refused") == 1
    assert scraped.value("config_reloads_total", outcome="done") == 1
