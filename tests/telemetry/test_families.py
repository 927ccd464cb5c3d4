"""The metric names are a contract: this list is what dashboards and alert rules of others rely on."""

import re

from rtu_agent.telemetry import families

CONTRACT = """
gauge rtu_agent_build_info{version,python,config_hash}
histogram rtu_agent_event_loop_lag_seconds{}
counter rtu_agent_clock_jumps_total{direction}
counter rtu_agent_config_reloads_total{outcome}
gauge rtu_agent_config_last_reload_successful{}
gauge rtu_agent_config_last_reload_success_timestamp_seconds{}
counter rtu_agent_bus_requests_total{bus,function,outcome}
histogram rtu_agent_bus_request_duration_seconds{bus}
counter rtu_agent_bus_busy_seconds_total{bus}
counter rtu_agent_bus_silent_seconds_total{bus}
gauge rtu_agent_bus_planned_utilisation{bus}
counter rtu_agent_bus_transmit_bytes_total{bus}
counter rtu_agent_bus_receive_bytes_total{bus}
counter rtu_agent_bus_discarded_bytes_total{bus}
counter rtu_agent_bus_foreign_frames_total{bus}
counter rtu_agent_bus_late_replies_total{bus}
gauge rtu_agent_bus_port_open{bus}
counter rtu_agent_bus_port_reopens_total{bus,outcome}
gauge rtu_agent_bus_adapter_latency_seconds{bus}
counter rtu_agent_polls_scheduled_total{bus}
counter rtu_agent_polls_good_total{bus}
counter rtu_agent_polls_failed_total{bus,reason}
counter rtu_agent_polls_skipped_total{bus,reason}
histogram rtu_agent_bus_poll_duration_seconds{bus}
histogram rtu_agent_bus_cycle_duration_seconds{bus}
gauge rtu_agent_bus_schedule_lag_seconds{bus}
gauge rtu_agent_bus_devices{bus,state}
gauge rtu_agent_device_up{bus,device}
gauge rtu_agent_device_last_success_timestamp_seconds{bus,device}
gauge rtu_agent_device_driver_failed{bus,device}
counter rtu_agent_device_poll_failures_total{bus,device,reason}
counter rtu_agent_readings_total{bus}
counter rtu_agent_readings_rejected_total{bus,reason}
counter rtu_agent_records_held_back_total{bus}
counter rtu_agent_driver_errors_total{driver}
gauge rtu_agent_driver_quarantined_devices{driver}
gauge rtu_agent_driver_mismatched_devices{driver}
counter rtu_agent_output_writes_total{output,outcome}
counter rtu_agent_output_records_written_total{output}
histogram rtu_agent_output_write_duration_seconds{output}
gauge rtu_agent_output_last_success_timestamp_seconds{output}
counter rtu_agent_output_dropped_records_total{output,reason}
gauge rtu_agent_spool_records{output}
gauge rtu_agent_spool_size_bytes{output}
gauge rtu_agent_spool_limit_bytes{output}
gauge rtu_agent_spool_oldest_timestamp_seconds{output}
"""


def test_no_name_label_or_type_changes_unnoticed() -> None:
    """Whoever renames a family has to change this list, and thereby sees that others rely on it."""
    actual = [f"{f.kind} {f.name}{{{','.join(f.labels)}}}" for f in families.FAMILIES]

    assert CONTRACT.split("\n")[1:-1] == actual


def test_the_units_are_base_units() -> None:
    """Seconds and bytes, said by the name, and counters end in `_total`."""
    for family in families.FAMILIES:
        assert re.fullmatch(r"rtu_agent_[a-z_]+", family.name)
        assert family.name.endswith("_total") == (family.kind == "counter")
        assert bool(family.buckets) == (family.kind == "histogram")
        assert family.kind != "histogram" or family.name.endswith("_seconds")


def test_no_histogram_has_a_series_per_device() -> None:
    """Eight thousand devices with a histogram each are seventeen megabytes a scrape."""
    assert [f.name for f in families.FAMILIES if f.kind == "histogram" and "device" in f.labels] == []


def test_every_family_stands_in_one_section() -> None:
    """The page would otherwise lack it or say it twice."""
    declared = [value for value in vars(families).values() if isinstance(value, families.Family)]

    assert sorted(f.name for f in declared) == sorted(f.name for f in families.FAMILIES)
