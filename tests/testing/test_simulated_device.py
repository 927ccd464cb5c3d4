"""A device that is not there is polled by the real master, in no time, and answers what a test wants."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rtu_agent.domain.quality import Reason
from rtu_agent.driver_api import (
    Discovery,
    Driver,
    Points,
    Read,
    Script,
    Write,
    bit,
    discover,
    i16,
    scale_factor,
    script,
    string,
    sunspec_models,
    u16,
    u32,
)
from rtu_agent.testing import HandClock, SimulatedDevice

Simulate = Callable[[type[Driver] | str], SimulatedDevice]


class Meter(Driver, table="input", stride=2):
    """Counts bytes, has a counter, a sentinel, a page and a coil, and can be told from others."""

    name = "acme.meter"
    kind = "energy_meter"

    voltage = u16(0x0000, "V", scale=0.1)
    temperature = i16(0x0002, "°C", scale=0.1, invalid=[0x7FFF])
    energy_import_active = u32(0x0010, "Wh", group="slow", counter=True)
    voltage_thd = u16(0x0200, "%", group="slow", page=(0x0100, 1), table="holding")
    device_name = string(0x0020, 4, group="once")
    digital_output_1 = bit(0x0002, table="coil")
    identity = {device_name: "Meter", "vendor_name": "Acme"}


class Latched(Driver, table="holding"):
    """Copies its values when it is told to."""

    name = "acme.latched"
    kind = "energy_meter"

    current = u16(0x0001, "A")

    @script(writes=True)
    def latched(self, points: Points) -> Script:
        """Latch several registers at once, and a coil, then read."""
        yield Write(0x2000, (1, 2))
        yield Write(0x0007, 1, table="coil")
        yield from points


class Found(Driver, table="holding"):
    """Finds out what it is."""

    name = "acme.found"
    kind = "energy_meter"

    @discover
    def finds(self) -> Discovery:
        """It is the same as another one."""
        yield Read("holding", 0x0040)
        return Latched


class Chained(Driver, table="holding", gaps_readable=True):
    """Found by the chain of its models, which does not begin where most do."""

    name = "test.chained"
    kind = "test"

    @discover
    def models(self) -> Discovery:
        """Place the voltage behind the head of its model."""
        found = yield from sunspec_models([1000])
        if 103 not in found:
            return Chained
        factor = scale_factor(found[103] + 4)
        return Chained.plus(voltage=u16(found[103] + 2, "V", scale=factor), _voltage_sf=factor)


def test_all_of_it_is_polled(simulated_device: Simulate) -> None:
    """What it is and what it measures, on pages and off, in columns of the schema."""
    polled = simulated_device(Meter).poll()

    assert (polled.good, polled.troubles, polled.reasons) == (True, (), {})
    assert polled.values.keys() == {field.name for field in (signal.field for signal in Meter.signals)}
    assert polled.values["device_name"] == "Meter"
    assert "input 0x0000+2" in polled.blocks


def test_a_point_says_what_it_is_told(simulated_device: Simulate) -> None:
    """In the unit of the schema; what its registers cannot hold is refused."""
    device = simulated_device(Meter)
    device.say(voltage=230.5, temperature=-4.5, digital_output_1=True)

    values = device.poll().values

    assert (values["voltage_v"], values["temperature_c"], values["digital_output_1"]) == (230.5, -4.5, True)
    with pytest.raises(ValueError, match="does not fit"):
        device.say(voltage=1e6)
    with pytest.raises(KeyError):
        device.say(curent=1.0)


def test_a_register_holds_what_it_is_told(simulated_device: Simulate) -> None:
    """By its address on the wire."""
    device = simulated_device(Meter)
    device.hold("input", 0x0002, 0x7FFF)

    polled = device.poll()

    assert polled.good
    assert "temperature_c" not in polled.values
    assert polled.reasons == {"temperature_c": Reason.SENTINEL}
    for wrong in (("input", 0, 0x10000), ("input", -1, 0), ("coil", 0, 2), ("inputs", 0, 0)):
        with pytest.raises(ValueError, match=r"cannot hold|is not a valid"):
            device.hold(*wrong)


def test_time_passes_when_it_is_turned(simulated_device: Simulate) -> None:
    """A counter has counted after a day; a poll takes the time of its wire."""
    device = simulated_device(Meter)
    before = device.poll().values["energy_import_active_kwh"]
    taken_s = device.clock.monotonic()
    device.clock.turn(86400)
    after = device.poll().values["energy_import_active_kwh"]

    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after > before
    assert 0.05 < taken_s < 1.0


def test_a_silent_device_gives_no_values(simulated_device: Simulate) -> None:
    """And is there again later."""
    device = simulated_device(Latched)
    device.silent = True
    polled = device.poll()

    assert (polled.good, polled.values, polled.reasons) == (False, {}, {})
    assert "no_reply" in polled.troubles[0]

    device.silent = False
    device.clock.turn(60)
    assert device.poll().good


def test_another_device_is_recognised(simulated_device: Simulate) -> None:
    """Nothing of it is stored."""
    device = simulated_device(Meter)
    device.say(device_name="Pump")

    polled = device.poll()

    assert not polled.values
    assert "it is another device" in polled.troubles[0]


def test_what_is_found_is_polled(simulated_device: Simulate) -> None:
    """With its scripts."""
    polled = simulated_device(Found).poll()

    assert polled.driver is Latched
    assert list(polled.values) == ["current_a"]


def test_a_chain_that_is_held_is_found(simulated_device: Simulate) -> None:
    """Where the driver itself has no points."""
    device = simulated_device(Chained)
    device.hold("holding", 1000, 0x5375, 0x6E53, 103, 3, 2300)
    device.hold("holding", 1006, 0xFFFF, 0xFFFF, 0)

    polled = device.poll()

    assert polled.good
    assert polled.values == {"voltage_v": 230.0}
    assert polled.blocks == ("holding 0x03EC+3",)


def test_a_driver_may_be_named_as_in_a_site(simulated_device: Simulate, tmp_path: Path) -> None:
    """An installed one by its name, a register map by its path."""
    path = tmp_path / "th1.yaml"
    path.write_text("{driver: acme.th1, kind: k, table: input, points: {temperature: {at: 0, type: i16, unit: °C}}}")

    assert simulated_device("senseair.s8").poll().good
    assert list(simulated_device(str(path)).poll().values) == ["temperature_c"]
    with pytest.raises(KeyError):
        simulated_device("acme.unknown")


def test_a_clock_is_turned_by_hand(hand_clock: HandClock) -> None:
    """Else it stands."""
    hand_clock.turn(60)

    assert hand_clock.monotonic() == 60
