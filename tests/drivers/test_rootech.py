"""What the meters of Rootech demand of their driver."""

from collections.abc import Mapping
from struct import pack, unpack

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import Driver, Points, Read
from rtu_agent.driver_api.point import Point
from rtu_agent.normalize.decode import Decoder
from rtu_agent.plugins import load_drivers
from rtu_agent.testing import Registers
from rtu_drivers.rootech.accura_2300 import register

ACCURA = load_drivers().entries["rootech.accura_2300"].driver
FETCH = register(11044)
ABSENT, THREE_PHASES, ONE_PHASE = 0xFFFF, 0, 1


def meter(*kinds: int, voltages: int = 1, copied: int = 0) -> Registers:
    """Return a meter that has modules of these kinds; all its measurements are 1."""
    flags = [copied, voltages, *kinds, *[ABSENT] * (40 - len(kinds))]
    words = {FETCH + place: word for place, word in enumerate(flags)}
    ones = dict(enumerate(unpack(">3200H", pack(">f", 1.0) * 1600), register(11101)))
    return Registers(ones | words | {register(1112): len(kinds)})


def discovered(*kinds: int) -> type[Driver]:
    """Return the driver for a meter that has modules of these kinds."""
    discovery = ACCURA.discovery()
    assert discovery is not None
    driver = meter(*kinds).run(discovery).result
    assert driver is not None
    return driver


def polled(driver: type[Driver], device: Registers, group: str) -> tuple[Mapping[str, object], Mapping[str, Reason]]:
    """Return what a poll of a group, each register of it in a block of its own, says and why something is missing."""
    signals = [signal for signal in driver.signals if signal.group == group]
    spans = [*dict.fromkeys(span for signal in signals for span in signal.reads)]
    points = Points([(span, None) for span in spans])
    device.run(driver.reading(group, points))  # type: ignore[arg-type]  # a group
    decoded = Decoder(signals, spans)(points.payloads)
    return dict(zip([signal.name for signal in signals], decoded.values, strict=True)), decoded.reasons


@pytest.mark.parametrize(
    ("number", "address"),
    [(10011, 0x271A), (20011, 0x4E2A), (11030, 0x2B15)],
    ids=["Accura 3700 guide", "Accura 3500 guide", "Accura 3300E guide"],
)
def test_a_register_is_sent_as_its_number_less_one(number: int, address: int) -> None:
    """As the guides print it for all meters of the family."""
    assert register(number) == address


def test_a_float_of_the_guide() -> None:
    """Accura 3300E communication guide: 380.2 is 43BE 1999, high word first."""
    [voltage] = [point for point in ACCURA.points if point.name == "voltage_l1_l2"]
    valid = Span(Table.HOLDING, register(11045), 1)

    decoded = Decoder([voltage], [voltage.span, valid])([bytes.fromhex("43be1999"), b"\0\1"])

    assert [f"{value:.1f}" for value in decoded.values if isinstance(value, float)] == ["380.2"]


@pytest.mark.parametrize("group", ["normal", "slow"])
def test_every_poll_has_the_meter_make_a_copy_first(group: str) -> None:
    """Otherwise it would read the copy of the poll before, for ever."""
    device = meter(THREE_PHASES)

    polled(discovered(THREE_PHASES), device, group)

    assert device.seen[0] == Read("holding", FETCH)
    assert Read("holding", FETCH) not in device.seen[1:]


def test_no_copy_is_no_reading() -> None:
    """Register 11044 says 0xFFFF; what stands behind it is old."""
    device = meter(copied=0xFFFF)

    values, _ = polled(ACCURA, device, "normal")

    assert device.seen == [Read("holding", FETCH)]
    assert {*values.values()} == {None}


def test_voltages_count_only_while_they_are_valid() -> None:
    """Register 11045 says so, in the same copy."""
    assert {*polled(ACCURA, meter(), "normal")[0].values()} == {1.0}

    values, reasons = polled(ACCURA, meter(voltages=0), "normal")

    assert {*values.values()} == {None}
    assert {*reasons.values()} == {Reason.OUT_OF_RANGE}


def test_the_modules_that_are_there_are_found() -> None:
    """Each by its kind: one with a single phase has three values, and no other is asked of it."""
    names = {signal.name for signal in discovered(THREE_PHASES, ABSENT, ONE_PHASE).signals}

    assert {name for name in names if name.startswith("module_2")} == {
        "module_2_current",
        "module_2_active_power",
        "module_2_energy_net_active",
    }
    assert "module_0_active_power_l1" in names
    assert not [name for name in names if name.startswith(("module_1_", "module_3_"))]


def test_a_meter_of_forty_modules_has_a_place_for_each() -> None:
    """From register 11201 in steps of 150, up to the last; none meets another."""
    driver = discovered(*[THREE_PHASES] * 40)
    places = {signal.name: signal.address for signal in driver.signals if isinstance(signal, Point)}

    assert [places[f"module_{module}_active_power"] for module in (0, 1, 39)] == [11266, 11416, 17116]
    assert len(driver.signals) == len(ACCURA.signals) + 40 * 15


def test_a_module_that_is_exchanged_tells_nothing_wrong() -> None:
    """What was three phases is one, or gone: the same registers have another meaning, or none."""
    driver = discovered(THREE_PHASES, ONE_PHASE)

    values, _ = polled(driver, meter(THREE_PHASES, ONE_PHASE), "normal")
    assert (values["module_0_active_power"], values["module_1_active_power"]) == (1000.0, 1000.0)

    for kinds in ((ONE_PHASE, THREE_PHASES), (ABSENT, ABSENT)):
        values, _ = polled(driver, meter(*kinds), "normal")
        assert {value for name, value in values.items() if name.startswith("module_")} == {None}
        assert values["voltage_l1_n"] == 1.0


def test_net_energy_may_be_negative() -> None:
    """A feeder with a generator delivers more than it draws."""
    device = meter(THREE_PHASES)
    device.words |= {register(11293): 0xFFFF, register(11294): 0xFFF6}

    assert polled(discovered(THREE_PHASES), device, "slow")[0]["module_0_energy_net_active"] == -10.0
