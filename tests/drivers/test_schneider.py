"""What meters of Schneider Electric demand of their drivers, beyond the value of each point."""

import math
import struct

import pytest

from rtu_agent.driver_api import Driver
from rtu_agent.poll.plan import Reach, WireCost, plan
from rtu_agent.protocol.timing import LineSettings
from rtu_agent.testing import told
from rtu_drivers.schneider import PM2000, PM5000, IEM3x50, IEM3x55

EVERY_METER = pytest.mark.parametrize("meter", [IEM3x50, IEM3x55, PM2000, PM5000], ids=lambda meter: meter.name)


def words_of(number: float) -> tuple[int, ...]:
    """Return the two registers of a float."""
    return struct.unpack(">HH", struct.pack(">f", number))


@EVERY_METER
@pytest.mark.parametrize(("raw", "meant"), [(0.75, 0.75), (-0.75, -0.75), (1.25, 0.75), (-1.25, -0.75)])
def test_a_power_factor_is_unfolded(meter: type[Driver], raw: float, meant: float) -> None:
    """Beyond 1 and -1 the current leads."""
    assert told(meter.power_factor, *words_of(raw)) == meant


@EVERY_METER
def test_powers_are_floats_in_kilowatts_and_counters_whole_watt_hours(meter: type[Driver]) -> None:
    """The prefix differs inside of one device."""
    assert told(meter.active_power, *words_of(1.5)) == 1500.0
    assert told(meter.energy_import_active, 0, 287, 29179, 1227) == 1234567890.123


def test_what_a_pm5000_has_not_got_leaves_no_number() -> None:
    """NaN of floats, the lowest of counters."""
    assert told(PM5000.current_n, *words_of(math.nan)) is None
    assert told(PM5000.energy_total_active, 0x8000, 0, 0, 0) is None


def test_a_simple_iem3000_is_not_asked_for_export_or_reactive_energy() -> None:
    """It has none of those registers."""
    more = {point.name for point in IEM3x55.points} - {point.name for point in IEM3x50.points}

    assert more == {
        "reactive_power",
        "apparent_power",
        "energy_export_active",
        "energy_import_reactive",
        "energy_export_reactive",
        "energy_partial_import_reactive",
    }


def test_a_pm2000_is_a_pm5000_without_the_current_to_earth() -> None:
    """No source has seen that in one."""
    assert {point.name for point in PM5000.points} - {point.name for point in PM2000.points} == {"current_ground"}


def test_the_code_of_a_pm5000_proves_the_product() -> None:
    """Each product has a code; one code is that of the series."""
    [proof] = PM5000.proofs
    named = {PM5000.model_id.names[code] for code in proof.expected}

    assert named == {*PM5000.products, "PM5100"}
    assert not PM2000.proofs


def test_the_totals_of_a_pm5000_are_read_in_three_blocks() -> None:
    """As many as in SolarNetwork, PM5100RegisterTests, for 64 registers a read, but 16 registers fewer."""
    wanted = [
        PM5000.current_avg,
        PM5000.voltage_ln_avg,
        *(PM5000.active_power, PM5000.reactive_power, PM5000.apparent_power),
        *(PM5000.power_factor, PM5000.frequency),
        *(PM5000.energy_import_active, PM5000.energy_export_active),
        *(PM5000.energy_import_reactive, PM5000.energy_export_reactive),
        *(PM5000.energy_import_apparent, PM5000.energy_export_apparent),
    ]
    line = LineSettings(19200, "even")

    blocks = plan(
        [point.span for point in wanted], Reach(64), WireCost(line.character_s, line.t35_s, turnaround_s=0.05)
    )

    assert [(block.address, block.end) for block in blocks] == [(3009, 3037), (3059, 3111), (3203, 3243)]
