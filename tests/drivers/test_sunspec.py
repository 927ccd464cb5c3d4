"""What devices that describe themselves demand of their drivers."""

from collections.abc import Mapping
from itertools import pairwise

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.driver_api import Driver, Read
from rtu_agent.normalize.decode import Decoder
from rtu_agent.testing import Registers
from rtu_drivers.sunspec import Inverter, Meter

MARKER, END = (0x5375, 0x6E53), (0xFFFF, 0)
STANDARD, SOLAREDGE = 66, 65


def text(said: str, words: int) -> list[int]:
    """Return the registers of a text."""
    padded = said.encode().ljust(2 * words, b"\0")
    return [int.from_bytes(padded[place : place + 2], "big") for place in range(0, len(padded), 2)]


def common(maker: str, serial: str, length: int = STANDARD) -> list[int]:
    """Return a common model."""
    body = [*text(maker, 16), *text("M", 16), *text("", 8), *text("1.2", 8), *text(serial, 16), 1, 0]
    return [1, length, *body[:length]]


def model(number: int, length: int, said: Mapping[int, int]) -> list[int]:
    """Return a model that has registers by their offset; the others are 0."""
    return [number, length, *(said.get(place, 0) for place in range(2, length + 2))]


def chain(*models: list[int], base: int = 40000) -> Registers:
    """Return a device that has these models."""
    words = [*MARKER, *(word for one in models for word in one), *END]
    return Registers(dict(enumerate(words, base)))


def found(driver: type[Driver], device: Registers) -> type[Driver]:
    """Return the driver for a device."""
    discovery = driver.discovery()
    assert discovery is not None
    stepper = device.run(discovery, writes=False)
    assert (stepper.failure, stepper.error) == (None, None)
    assert stepper.result is not None
    return stepper.result


def said(driver: type[Driver], device: Registers, *names: str) -> dict[str, object]:
    """Return what a device says by these names, or why it does not."""
    signals = [signal for signal in driver.signals if signal.name in names]
    spans = [*dict.fromkeys(span for signal in signals for span in signal.reads)]
    payloads = [
        b"".join(device.words[place].to_bytes(2, "big") for place in range(span.address, span.end)) for span in spans
    ]
    decoded = Decoder(signals, spans)(payloads)
    values = zip(signals, decoded.values, strict=True)
    return {one.name: value if value is not None else decoded.reasons[one.field.name] for one, value in values}


INVERTER = {3: 305, 6: 0xFFFF, 10: 2301, 13: 0xFFFF, 14: 4210, 15: 0, 22: 9990, 23: 0xFFFE, 24: 1, 26: 1, 38: 4}


@pytest.mark.parametrize("base", [0, 40000, 50000])
@pytest.mark.parametrize("length", [STANDARD, SOLAREDGE])
def test_an_inverter_is_found_wherever_it_stands(base: int, length: int) -> None:
    """The marker and the two lengths of the common model: 53 75 6E 53, 00 01 00 41 (evcc, issue 15445)."""
    device = chain(common("Fronius", "123", length), model(103, 50, INVERTER), base=base)
    driver = found(Inverter, device)

    assert driver.name == "sunspec.inverter"
    assert said(driver, device, "manufacturer", "serial_number", "current_l1", "voltage_l1_n", "active_power") == {
        "manufacturer": "Fronius",
        "serial_number": "123",
        "current_l1": 30.5,
        "voltage_l1_n": 230.1,
        "active_power": 4210.0,
    }


def test_powers_of_ten_go_up_and_down() -> None:
    """99.90 percent is 0.999; 65536 tens of Wh are 655.36 kWh."""
    device = chain(common("SMA", "1"), model(103, 50, INVERTER | {24: 1, 25: 0}))
    driver = found(Inverter, device)

    assert said(driver, device, "power_factor", "energy_yield") == {"power_factor": 0.999, "energy_yield": 655.36}


def test_what_an_inverter_has_not_got_is_no_value() -> None:
    """Each type has its sentinel, a factor as well; an energy of 0 does not count."""
    none = {7: 0xFFFF, 18: 0x8000, 31: 500, 32: 0x8000, 24: 0, 25: 0, 40: 0xFFFF, 41: 0xFFFF}
    device = chain(common("SMA", "1"), model(103, 50, INVERTER | none))
    names = ("voltage_l1_l2", "apparent_power", "dc_power", "energy_yield", "alarm")

    assert set(said(found(Inverter, device), device, *names).values()) == {Reason.SENTINEL}


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (101, {"current", "voltage"}),
        (102, {"current_sum", "current_l1", "current_l2", "voltage_l1_l2", "voltage_l1_n", "voltage_l2_n"}),
        (
            103,
            {"current_sum", "current_l1", "current_l2", "current_l3"}
            | {"voltage_l1_l2", "voltage_l2_l3", "voltage_l3_l1", "voltage_l1_n", "voltage_l2_n", "voltage_l3_n"},
        ),
    ],
)
def test_the_model_says_how_many_phases_there_are(number: int, names: set[str]) -> None:
    """The layout is one."""
    driver = found(Inverter, chain(common("SMA", "1"), model(number, 50, INVERTER)))

    assert {point.name for point in driver.points if point.name.startswith(("current", "voltage"))} == names


@pytest.mark.parametrize(("count", "strings"), [(0, 0), (2, 2), (24, 24), (0xFFFF, 24)])
def test_an_inverter_has_as_many_strings_as_it_says(count: int, strings: int) -> None:
    """Model 160 has a block of 20 registers for each; a device that says nonsense has the most that have a name."""
    device = chain(common("SMA", "1"), model(103, 50, INVERTER), model(160, 500, {8: count}))
    driver = found(Inverter, device)
    voltages = [point.address for point in driver.points if point.name.startswith("pv") and "voltage" in point.name]

    assert len(voltages) == strings
    assert [later - earlier for earlier, later in pairwise(voltages)] == [20] * (strings - 1)


def test_a_string_is_scaled_by_the_factors_of_all() -> None:
    """5.12 A and 612.3 V of the second."""
    strings = {2: 0xFFFE, 3: 0xFFFF, 8: 2, 39: 512, 40: 6123, 41: 3135, 42: 0, 43: 5000}
    device = chain(common("SMA", "1"), model(103, 50, INVERTER), model(160, 48, strings))

    assert said(found(Inverter, device), device, "pv2_current", "pv2_voltage", "pv2_power", "pv2_energy") == {
        "pv2_current": 5.12,
        "pv2_voltage": 612.3,
        "pv2_power": 3135.0,
        "pv2_energy": 5.0,
    }


METER = {3: 105, 6: 0xFFFF, 8: 2299, 15: 0xFFFF, 18: 1500, 19: 500, 22: 0, 38: 0, 39: 42, 46: 1, 47: 0, 54: 0}


def test_a_meter_of_its_own_is_named_by_the_only_common_model() -> None:
    """Import is positive."""
    device = chain(common("Fronius", "M1"), model(203, 105, METER))
    names = ("serial_number", "active_power", "active_power_l1", "energy_import_active", "energy_export_active")

    assert said(found(Meter, device), device, *names) == {
        "serial_number": "M1",
        "active_power": 1500.0,
        "active_power_l1": 500.0,
        "energy_import_active": 65.536,
        "energy_export_active": 0.042,
    }


@pytest.mark.parametrize("length", [STANDARD, SOLAREDGE])
def test_a_meter_behind_an_inverter_is_named_by_the_common_model_before_it(length: int) -> None:
    """A SolarEdge has the inverter's first, and counts what is fed in as positive."""
    device = chain(
        common("SolarEdge", "INV", SOLAREDGE),
        model(103, 50, INVERTER),
        common("WattNode", "MTR", length),
        model(203, 105, METER),
    )

    assert said(found(Meter, device), device, "manufacturer", "serial_number", "active_power", "active_power_l1") == {
        "manufacturer": "WattNode",
        "serial_number": "MTR",
        "active_power": -1500.0,
        "active_power_l1": -500.0,
    }
    assert {point.name for point in found(Inverter, device).points}.isdisjoint({"energy_import_active"})


@pytest.mark.parametrize(("number", "phases"), [(201, 0), (202, 2), (203, 3), (204, 3)])
def test_the_model_of_a_meter_says_how_many_phases_there_are(number: int, phases: int) -> None:
    """Each phase has a current, a voltage, three powers, a power factor and two counters."""
    driver = found(Meter, chain(common("Fronius", "M1"), model(number, 105, METER)))
    names = {point.name for point in driver.points}

    for phase in (1, 2, 3):
        of_phase = {name for name in names if name.endswith((f"_l{phase}", f"_l{phase}_n"))} - {"voltage_l1_l2"}
        of_phase -= {"voltage_l2_l3", "voltage_l3_l1"}
        assert len(of_phase) == (8 if phase <= phases else 0), phase
    assert ("voltage" in names) == (number == 201)


def test_the_sign_of_a_single_phase_solaredge_is_turned_round_as_well() -> None:
    """It has the total only."""
    device = chain(common("SolarEdge", "INV"), model(201, 105, METER))

    assert said(found(Meter, device), device, "active_power") == {"active_power": -1500.0}


@pytest.mark.parametrize("driver", [Inverter, Meter])
def test_a_device_without_a_chain_has_what_all_have(driver: type[Driver]) -> None:
    """It refuses what it is asked for later, and says so in its health."""
    device = Registers({})

    assert {point.name for point in found(driver, device).points} == {point.name for point in driver.points}
    assert device.seen == [Read("holding", base, 2) for base in (40000, 50000, 0)]
