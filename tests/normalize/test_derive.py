"""Points that are computed from others: the worst of their inputs, and never anything but a value or a reason."""

import struct
from typing import Any

import pytest

from rtu_agent.domain.quality import Reason, RecordQuality
from rtu_agent.domain.record import Field
from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import (
    Derived,
    Driver,
    derived,
    enum,
    f32,
    i16,
    multiplier,
    product_of,
    signed_by,
    sum_of,
    u16,
)
from rtu_agent.normalize.decode import Decoder


class Battery(Driver, table="input"):
    """Computes in every way."""

    name = "test.battery"
    kind = "battery"

    battery_voltage = u16(0x0000, "V", scale=0.1, invalid=[0xFFFF])
    battery_current = i16(0x0001, "A", scale=0.1)
    _power = u16(0x0002, "kW", scale=0.1)
    battery_power = signed_by(_power, battery_current)
    dc_power = product_of(battery_voltage, battery_current, unit="W", valid=(-6000, 6000))
    _state = enum(0x0003)
    grid_power = signed_by(_power, _state, negative={2, 3}, group="slow")
    _whole = u16(0x0004, "kWh")
    _rest = u16(0x0005, "kWh", scale=0.001)
    energy_yield = sum_of(_whole, _rest, counter=True, group="slow")

    @derived("W")
    def load_power(self, dc_power: float, grid_power: float) -> float:
        """Rests on two that are computed themselves."""
        return self.half(dc_power) + grid_power

    def half(self, number: float) -> float:
        """Help."""
        return number / 2

    @derived("%", group="slow")
    def battery_soc(self, battery_voltage: float, _state: int) -> float:
        """Raises for a state of 0."""
        return battery_voltage / _state

    @derived(group="once")
    def firmware_version(self, _state: int) -> str:
        """A text."""
        return f"{_state >> 8}.{_state & 0xFF}"


BLOCK = Span(Table.INPUT, 0, 6)


def poll(signal: Any, *words: int) -> Any:
    """Return the value of a signal, or the reason why it has none."""
    decoded = Decoder([signal], [BLOCK])([struct.pack(">6H", *words)])
    return next(iter(decoded.reasons.values()), decoded.values[0])


@pytest.mark.parametrize(
    ("signal", "words", "value"),
    [
        (Battery.battery_power, (520, 100, 5, 0, 0, 0), 500.0),
        (Battery.battery_power, (520, 0xFF9C, 5, 0, 0, 0), -500.0),
        (Battery.dc_power, (520, 0xFF9C, 5, 0, 0, 0), -520.0),
        (Battery.dc_power, (0xFFFF, 100, 5, 0, 0, 0), Reason.SENTINEL),
        (Battery.dc_power, (5200, 1000, 5, 0, 0, 0), Reason.OUT_OF_RANGE),
        (Battery.grid_power, (0, 0, 5, 1, 0, 0), 500.0),
        (Battery.grid_power, (0, 0, 5, 2, 0, 0), -500.0),
        (Battery.energy_yield, (0, 0, 0, 0, 1234, 567), 1234.567),
        (Battery.load_power, (520, 100, 5, 3, 0, 0), -240.0),
        (Battery.load_power, (0xFFFF, 100, 5, 3, 0, 0), Reason.SENTINEL),
        (Battery.battery_soc, (520, 0, 0, 4, 0, 0), 13.0),
        (Battery.battery_soc, (520, 0, 0, 0, 0, 0), Reason.NOT_DECODABLE),
        (Battery.firmware_version, (0, 0, 0, 0x0203, 0, 0), "2.3"),
    ],
)
def test_a_value_or_the_reason_of_its_first_bad_input(signal: Derived, words: tuple[int, ...], value: Any) -> None:
    """In the unit of the schema; what a method raises is a value that is not there."""
    assert poll(signal, *words) == value


def test_a_record_holds_what_is_named_and_nothing_hidden() -> None:
    """In the order of the body; what is not asked for is not decoded either."""
    decoder = Decoder(Battery.signals, [BLOCK])

    decoded = decoder([struct.pack(">6H", 520, 100, 5, 1, 7, 0)])

    assert [field.name for field in decoder.fields] == [
        *("battery_voltage_v", "battery_current_a", "battery_power_w", "dc_power_w", "grid_power_w"),
        *("energy_yield_kwh", "load_power_w", "battery_soc_pct", "firmware_version"),
    ]
    assert decoded.values == (52.0, 10.0, 500.0, 520.0, 500.0, 7.0, 760.0, 52.0, "0.1")
    assert decoded.quality is RecordQuality.GOOD


def test_inputs_are_read_with_every_group_that_needs_them() -> None:
    """Also those that are stored with another group, or not at all."""
    slow = [signal for signal in Battery.signals if signal.group == "slow"]

    assert [signal.name for signal in slow] == ["grid_power", "energy_yield", "battery_soc"]
    assert {str(span) for signal in slow for span in signal.reads} == {
        f"input 0x000{place}+1" for place in (0, 2, 3, 4, 5)
    }


def test_the_column_of_a_derived_point() -> None:
    """As that of any other; its group is that of its first input, if it says none."""
    assert Battery.battery_power.field == Field("battery_power_w", "float", "W")
    assert Battery.firmware_version.field == Field("firmware_version", "string")
    assert (Battery.dc_power.group, Battery.energy_yield.counter) == ("normal", True)


class Rubbish(Driver, table="input"):
    """Its author has made mistakes that only show when it runs."""

    name = "test.rubbish"
    kind = "battery"

    _x = f32(0)

    @derived("V")
    def voltage(self, _x: float) -> float:
        """Not finite."""
        return _x * 1e300 * 1e300

    @derived("V")
    def dc_voltage(self, _x: float) -> Any:
        """No number."""
        return "high"

    @derived("V")
    def pv_voltage(self, _x: float) -> Any:
        """Nothing."""
        return None

    @derived()
    def status(self, _x: float) -> Any:
        """A code is a whole number."""
        return _x

    @derived()
    def device_name(self, _x: float) -> Any:
        """A name is a text."""
        return 5

    @derived("V")
    def load_voltage(self, _x: float) -> float:
        """Raises."""
        raise RuntimeError(_x)

    @derived("kV")
    def output_voltage(self, _x: float) -> float:
        """Beyond all floats once it is converted."""
        return 1e306


def test_whatever_a_method_does_there_is_a_reason() -> None:
    """Nothing is raised, and no rubbish is stored."""
    decoded = Decoder(Rubbish.signals, [Rubbish.made["_x"].span])([struct.pack(">f", 1.0)])  # type: ignore[union-attr]

    assert set(decoded.values) == {None}
    assert decoded.reasons == {
        "voltage_v": Reason.NOT_FINITE,
        "dc_voltage_v": Reason.NOT_DECODABLE,
        "pv_voltage_v": Reason.NOT_DECODABLE,
        "status": Reason.NOT_DECODABLE,
        "device_name": Reason.NOT_DECODABLE,
        "load_voltage_v": Reason.NOT_DECODABLE,
        "output_voltage_v": Reason.NOT_FINITE,
    }
    assert decoded.mistakes == {
        "dc_voltage_v": "TypeError: 'high' is no float",
        "pv_voltage_v": "TypeError: float() argument must be a string or a real number, not 'NoneType'",
        "status": "TypeError: 1.0 is no int",
        "device_name": "TypeError: 5 is no string",
        "load_voltage_v": "RuntimeError: 1.0",
    }


class Looked(Driver, table="input"):
    """Divides, and looks up what the device says."""

    name = "test.looked"
    kind = "energy_meter"

    voltage = u16(0, "V")

    @derived("A")
    def current(self, voltage: float) -> float:
        """Divide."""
        return 100 / voltage

    @derived("W")
    def active_power(self, voltage: float) -> float:
        """Look up."""
        return {0.0: 1.0, 5.0: 2.0}[voltage]


def test_what_arithmetic_cannot_answer_is_no_mistake() -> None:
    """And a mistake is told with the poll in which it was made, and with no other."""
    decoder = Decoder(Looked.signals, [Looked.voltage.span])
    decoded = [decoder([struct.pack(">H", volts)]) for volts in (0, 7, 0, 5)]

    assert [one.mistakes for one in decoded] == [{}, {"active_power_w": "KeyError: 7.0"}, {}, {}]
    assert decoded[0].values == (0.0, None, 1.0)


class FourQuadrants(Driver, table="input"):
    """A power factor that goes on beyond one."""

    name = "test.four"
    kind = "energy_meter"

    power_factor = f32(0, four_quadrant=True)
    power_factor_l1 = i16(2, scale=multiplier(3, scale=0.001), four_quadrant=True, valid=(-1, 1))


@pytest.mark.parametrize(
    ("said", "value"), [(0.9, 0.9), (-0.9, -0.9), (1.0, 1.0), (1.25, 0.75), (-1.25, -0.75), (2.0, 0.0), (-2.0, 0.0)]
)
def test_a_power_factor_is_folded_back(said: float, value: float) -> None:
    """Beyond 1 the current leads; the sign is that of the power."""
    decoded = Decoder([FourQuadrants.power_factor], [FourQuadrants.power_factor.span])([struct.pack(">f", said)])

    assert decoded.values == (pytest.approx(value, abs=1e-6),)


def test_beyond_two_there_is_no_power_factor() -> None:
    """It is none, whatever the device means by it; a scaled one is folded after it is scaled."""
    point, scaled = FourQuadrants.power_factor, FourQuadrants.power_factor_l1

    assert Decoder([point], [point.span])([struct.pack(">f", 2.5)]).reasons == {"power_factor": Reason.OUT_OF_RANGE}
    assert Decoder([scaled], [*scaled.reads])([struct.pack(">h", 1250), b"\0\1"]).values == (0.75,)
    assert Decoder([scaled], [*scaled.reads])([struct.pack(">h", 1250), b"\0\2"]).values == (None,)
