"""What the inverters of Sungrow demand of their drivers."""

import pytest

from rtu_agent.driver_api import Driver, Read
from rtu_agent.normalize.decode import Decoder
from rtu_agent.testing import Registers, told
from rtu_drivers.sungrow import SG, SH, SGTenths
from rtu_drivers.sungrow.inverter import number

EVERY_INVERTER = pytest.mark.parametrize("inverter", [SG, SGTenths, SH], ids=lambda inverter: inverter.name)


def found(inverter: type[Driver], wiring: int) -> type[Driver]:
    """Return the driver for an inverter whose output is wired so."""
    device = Registers({0x1389: wiring})
    discovery = inverter.discovery()
    assert discovery is not None
    driver = device.run(discovery, writes=False).result
    assert device.seen == [Read("input", 0x1389)]
    assert driver is not None
    return driver


def test_a_document_counts_from_one() -> None:
    """Communication protocol V1.1.2, section 3: number 5000 is sent as 0x1387."""
    assert number(5000) == SG.model_id.address == 0x1387


@EVERY_INVERTER
def test_the_output_type_says_what_the_voltages_are(inverter: type[Driver]) -> None:
    """The same registers are to neutral, between phases, or the only one."""
    voltages = [
        {point.name: point.address for point in found(inverter, wiring).points if point.name.startswith("voltage")}
        for wiring in range(3)
    ]

    assert voltages == [
        {"voltage": 5018},
        {"voltage_l1_n": 5018, "voltage_l2_n": 5019, "voltage_l3_n": 5020},
        {"voltage_l1_l2": 5018, "voltage_l2_l3": 5019, "voltage_l3_l1": 5020},
    ]


@EVERY_INVERTER
def test_an_inverter_keeps_its_other_points(inverter: type[Driver]) -> None:
    """Whatever its output, it is the driver that a site has named."""
    driver = found(inverter, 1)

    assert driver.name == inverter.name
    assert {point.name for point in inverter.points} < {point.name for point in driver.points}


def test_an_inverter_that_does_not_know_its_output_is_polled_for_all_else() -> None:
    """It refuses the register; one that is silent is asked again when it is back."""
    refusing, silent = SG.discovery(), SG.discovery()
    assert refusing is not None
    assert silent is not None

    assert Registers({}).run(refusing).result is SG
    assert Registers({}, silent=(0x1389,)).run(silent).failure is not None


def test_the_total_yield_is_in_kwh_or_in_tenths() -> None:
    """By firmware: the low word comes first."""
    assert told(SG.energy_yield, 0x86A0, 0x0001) == 100_000.0
    assert told(SGTenths.energy_yield, 0x86A0, 0x0001) == told(SH.energy_yield, 0x86A0, 0x0001) == 10_000.0


@pytest.mark.parametrize(
    ("status", "current", "power", "expected"),
    [
        (0b00011, 105, 2500, (10.5, 2500.0)),
        (0b00100, 105, 2500, (-10.5, -2500.0)),
        (0b00100, 0xFF97, 0xF63C, (-10.5, -2500.0)),
        (0b00010, 0xFF97, 0xF63C, (10.5, 2500.0)),
        (0b00000, 0, 0, (0.0, 0.0)),
    ],
    ids=["charging", "discharging", "discharging, signed", "charging, signed", "idle"],
)
def test_the_state_says_which_way_the_battery_flows(
    status: int, current: int, power: int, expected: tuple[float, float]
) -> None:
    """Of amounts without a sign, and of those that newer firmware has signed in either way."""
    signals = [signal for signal in SH.signals if signal.name in ("battery_current", "battery_power")]
    words = {13000: status, 13020: current, 13021: power}
    spans = [*dict.fromkeys(span for signal in signals for span in signal.reads)]

    assert Decoder(signals, spans)([words[span.address].to_bytes(2, "big") for span in spans]).values == expected


def test_export_is_negative() -> None:
    """The inverter counts it as positive: 1000 W fed in."""
    assert told(SG.grid_power, 1000, 0) == told(SH.grid_power, 1000, 0) == -1000.0


@EVERY_INVERTER
def test_the_inverter_is_given_time(inverter: type[Driver]) -> None:
    """And is asked for nothing that its series may not have."""
    assert inverter.limits.pause_s == 0.4
    assert not inverter.limits.gaps_readable
