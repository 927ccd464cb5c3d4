"""From a class body to a driver: what the author writes and what the agent reads."""

# ruff: noqa: E501 - one mistake and what is said about it stand in one line

from abc import ABC, abstractmethod
from typing import Any

import pytest

from rtu_agent.domain.registers import Span, Table
from rtu_agent.driver_api import (
    DefinitionError,
    Driver,
    Limits,
    Serial,
    bcd,
    bit,
    bits,
    f32,
    i16,
    ref,
    string,
    u16,
    u32,
)
from rtu_agent.driver_api.codec import IntegerCodec


class SDM120(Driver, table="input", max_block=60):
    """Eastron SDM120-Modbus single-phase meter."""

    name = "eastron.sdm120"
    kind = "energy_meter"
    serial = Serial(baudrate=2400, parity="none", unit=1)

    voltage = f32(0x0000, "V")
    active_power = f32(0x000C, "W", group="fast")
    energy_import_active = f32(0x0048, "kWh", group="slow", counter=True)


def test_the_authoring_form_of_the_design() -> None:
    """The attribute is the quantity, the unit a literal; the rest are defaults."""
    assert (SDM120.name, SDM120.kind) == ("eastron.sdm120", "energy_meter")
    assert SDM120.serial == Serial(2400, "none", 1, 1)
    assert SDM120.limits == Limits(max_block=60)
    assert [point.name for point in SDM120.points] == ["voltage", "active_power", "energy_import_active"]
    assert [str(point.span) for point in SDM120.points] == ["input 0x0000+2", "input 0x000C+2", "input 0x0048+2"]
    assert [point.group for point in SDM120.points] == ["normal", "fast", "slow"]
    assert [point.counter for point in SDM120.points] == [False, False, True]


def test_a_point_can_be_named_from_outside() -> None:
    """Code and tests say `SDM120.voltage` and get the compiled point."""
    assert SDM120.voltage is SDM120.points[0]


def test_every_option_reaches_its_place() -> None:
    """Options of the class are defaults of its points, or limits of the device."""

    class Everything(
        Driver,
        table="holding",
        word_order="little",
        byte_order="little",
        max_block=10,
        gaps_readable=True,
        unreadable=[(0x0010, 0x0013)],
        pause_s=0.02,
        min_interval_s=2.0,
    ):
        name = "test.everything"
        kind = "test"

        voltage = u32(ref(40001), "mV", scale=10, offset=-5, invalid=[0xFFFFFFFF, 0], valid=(0, 500), word_order="big")
        current = i16(0x0002, "A", byte_order="big", table="input")
        device_name = string(0x0003, 4)
        volume = bcd(0x0007, "m3", words=2)
        alarm = bits(0x0009, {0: "low", 1: "high"}, words=1, invalid=[0xFFFF])
        digital_input_1 = bit(0x0000, table="discrete_input")
        fan_stage = u16(0x000A, vendor_specific=True)

    assert Everything.limits == Limits(10, True, (Span(Table.HOLDING, 0x10, 4),), 0.02, 2.0)
    assert Everything.voltage.codec == IntegerCodec("u32", 2, "big", "little")
    assert Everything.voltage.address == 0
    assert (Everything.voltage.unit, Everything.voltage.scale, Everything.voltage.offset) == ("mV", 10, -5)
    assert Everything.voltage.invalid == (0xFFFFFFFF, 0)
    assert Everything.voltage.valid == (0, 500)
    assert (Everything.current.table, Everything.current.codec.type) == (Table.INPUT, "i16")
    assert Everything.volume.codec.items == 2
    assert Everything.alarm.names == {0: "low", 1: "high"}
    assert Everything.digital_input_1.table is Table.DISCRETE_INPUT
    assert Everything.fan_stage.vendor_specific


def test_what_a_driver_says_cannot_be_changed_afterwards() -> None:
    """A driver is a constant, even if its author used lists."""
    names = {1: "run"}
    invalid = [0xFFFF]

    class Fixed(Driver, table="input"):
        name = "test.fixed"
        kind = "test"

        status = bits(0x0000, names, invalid=invalid)

    names[2] = "stop"
    invalid.append(0)

    assert Fixed.status.names == {1: "run"}
    assert Fixed.status.invalid == (0xFFFF,)


def test_intervals_are_those_of_the_groups_used() -> None:
    """A site can set what is there, and nothing else."""
    assert SDM120.intervals == {"fast": 1.0, "normal": 5.0, "slow": 60.0}


def test_a_driver_may_set_its_own_intervals() -> None:
    """None is shorter than what the device can make of it; `once` is at start only."""

    class Slow(Driver, table="input", min_interval_s=2, intervals={"slow": 300, "normal": 10}):
        name = "test.slow"
        kind = "test"

        temperature = i16(0, "°C", group="fast")
        dew_point = i16(1, "°C", group="slow")
        serial_number = u16(2, group="once")

    assert Slow.intervals == {"fast": 2.0, "slow": 300.0, "once": 0.0}


def test_a_model_may_be_derived_from_another() -> None:
    """It starts with the points and options of that one, and may add, or say anew."""

    class CT(SDM120, max_block=50):
        name = "eastron.sdm120ct"

        voltage = f32(0x0000, "kV")
        phase_angle = f32(0x0024, "deg")

    assert [point.name for point in CT.points] == ["voltage", "active_power", "energy_import_active", "phase_angle"]
    assert CT.voltage.unit == "kV"
    assert CT.phase_angle.table is Table.INPUT
    assert CT.limits.max_block == 50
    assert (CT.kind, CT.serial) == (SDM120.kind, SDM120.serial)
    assert SDM120.voltage.unit == "V"


def test_all_mistakes_are_told_at_once() -> None:
    """Each line names the driver, the point and the rule."""
    with pytest.raises(DefinitionError) as caught:

        class SDM121(Driver, table="input"):
            name = "eastron.sdm121"
            kind = "energy_meter"

            voltage = f32(0x0000, "A")
            activ_power = f32(0x000C, "W")

    assert str(caught.value) == (
        "SDM121.voltage: 'A' cannot be converted to 'V', the unit of 'voltage'\n"
        "SDM121.activ_power: 'activ_power' is not in the common schema; did you mean 'active_power'?"
    )
    assert [(flaw.point, flaw.path) for flaw in caught.value.flaws] == [("voltage", ("unit",)), ("activ_power", ())]


def test_a_mistake_of_shape_does_not_hide_the_others() -> None:
    """What is misshapen is set aside; the rest is still asked for the rules."""
    with pytest.raises(DefinitionError) as caught:

        class SDM121(Driver, table="inptu", pause_s="fast"):  # type: ignore[arg-type]
            name = "eastron.sdm121"
            kind = 7  # type: ignore[assignment]

            voltage = f32(0x0000, "V", sclae=10)  # type: ignore[call-arg]
            activ_power = f32(0x000C, "W")

    assert str(caught.value).splitlines() == [
        "SDM121: kind must be a text, not 7",
        "SDM121: table must be 'coil', 'discrete_input', 'holding' or 'input', not 'inptu', did you mean 'input'?",
        "SDM121: pause_s must be a number, not 'fast'",
        "SDM121.voltage: 'sclae' is not an option of f32, did you mean 'scale'?",
        "SDM121.activ_power: 'activ_power' is not in the common schema; did you mean 'active_power'?",
    ]


def header(**body: Any) -> dict[str, Any]:
    """Return a class body of one point, and what is said about it."""
    return {"name": "test.one", "kind": "test", "voltage": u16(0, "V")} | body


@pytest.mark.parametrize(
    ("options", "body", "said"),
    [
        ({}, header(name="sdm120"), "name must be vendor.model in lower case, such as 'acme.th1', not 'sdm120'"),
        ({}, header(name="Acme.TH1"), "name must be vendor.model in lower case, such as 'acme.th1', not 'Acme.TH1'"),
        ({}, header(name="a.b.c"), "name must be vendor.model in lower case, such as 'acme.th1', not 'a.b.c'"),
        ({}, header(name="a.b\n"), "name must be vendor.model in lower case, such as 'acme.th1', not 'a.b\\n'"),
        ({}, header(name=5), "name must be a text, not 5"),
        ({}, header(kind="Energy Meter"), "kind must be lower-case words joined by '_', such as 'energy_meter', not 'Energy Meter'"),
        ({}, header(serial={"baudrate": 9600}), "serial must be Serial(...), not {'baudrate': 9600}"),
        ({}, header(serial=Serial(baudrate=0)), "0 is not a baud rate in use; the nearest are 300 and 600"),
        ({}, header(serial=Serial(baudrate=9601)), "9601 is not a baud rate in use; the nearest are 9600 and 14400"),
        ({}, header(serial=Serial(unit=256)), "unit must be 1 to 255, not 256"),
        ({}, header(serial=Serial(unit=0)), "unit must be 1 to 255, not 0"),
        ({}, header(serial=Serial(parity="no")), "serial: parity must be 'none', 'even' or 'odd', not 'no', did you mean 'none'?"),  # type: ignore[arg-type]
        ({}, header(serial=Serial(stop_bits=3)), "serial: stop_bits must be 1 or 2, not 3"),  # type: ignore[arg-type]
        ({"intervals": {"normal": 0.0}}, header(), "the interval of group normal cannot be 0 s"),
        ({"intervals": {"normal": float("inf")}}, header(), "the interval of group normal cannot be inf s"),
        ({"intervals": {"nromal": 1.0}}, header(), "intervals.nromal must be 'fast', 'normal', 'slow' or 'once', not 'nromal', did you mean 'normal'?"),
        ({"intervals": 60}, header(), "intervals must be a mapping, not 60"),
        ({}, header(kinds="x"), "'kinds' is neither a point nor a word of a driver, did you mean 'kind'?"),
        ({}, header(current=5), "'current' is neither a point nor a word of a driver"),
        ({}, header(intervals={"slow": 5.0}), "'intervals' is neither a point nor a word of a driver"),
        ({}, header(points=()), "'points' is neither a point nor a word of a driver"),
        ({"max_blok": 5}, header(), "'max_blok' is not an option of a driver class, did you mean 'max_block'?"),
        ({"max_block": 0}, header(), "max_block must be 1 to 125, not 0"),
        ({"max_block": 126}, header(), "max_block must be 1 to 125, not 126"),
        ({"max_block": True}, header(), "max_block must be a whole number, not True"),
        ({"pause_s": -1}, header(), "pause_s cannot be -1"),
        ({"min_interval_s": float("nan")}, header(), "min_interval_s cannot be nan"),
        ({"gaps_readable": "yes"}, header(), "gaps_readable must be true or false, not 'yes'"),
        ({"unreadable": [(9, 8)]}, header(), "0x0009 to 0x0008 is not a range of addresses: first, last"),
        ({"unreadable": [(9, 0x10000)]}, header(), "0x0009 to 0x10000 is not a range of addresses: first, last"),
        ({"unreadable": [9]}, header(), "unreadable.0 must be a list, not 9"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_driver(options: dict[str, Any], body: dict[str, Any], said: str) -> None:
    """One sentence names the word at fault and what it must be."""
    with pytest.raises(DefinitionError) as caught:
        type("Wrong", (Driver,), body, **{"table": "input"} | options)

    assert str(caught.value) == f"Wrong: {said}"


@pytest.mark.parametrize(
    ("missing", "said"), [("name", "'name' is missing"), ("kind", "'kind' is missing"), ("voltage", "has no points")]
)
def test_what_a_driver_cannot_do_without(missing: str, said: str) -> None:
    """A name, a kind, a point; a derived driver needs a name of its own."""
    with pytest.raises(DefinitionError) as caught:
        type("Wrong", (Driver,), {key: value for key, value in header().items() if key != missing}, table="input")

    assert str(caught.value) == f"Wrong: {said}"


def test_a_derived_driver_needs_a_name_of_its_own() -> None:
    """Two drivers of one name could not be told apart."""
    with pytest.raises(DefinitionError, match=r"^Copy: 'name' is missing$"):
        type("Copy", (SDM120,), {})


def test_a_point_cannot_take_the_place_of_the_drivers_own_words() -> None:
    """A vendor's point may be called anything else."""
    with pytest.raises(DefinitionError) as caught:
        type("Wrong", (Driver,), header(limits=u16(5, vendor_specific=True)), table="input")

    assert str(caught.value) == "Wrong.limits: 'limits' is a word of every driver and cannot name a point"


def test_methods_and_private_names_are_the_authors_own() -> None:
    """Helpers in the class body are no points and no mistakes."""

    class WithHelper(Driver, table="input"):
        name = "test.helper"
        kind = "test"
        _BASE = 0x100

        voltage = u16(_BASE + 1, "V")

        def helper(self) -> int:
            return self._BASE

    assert WithHelper.voltage.address == 0x101


def test_a_point_that_is_declared_twice_is_told() -> None:
    """Python would keep the second one, and nobody would miss the first."""
    with pytest.raises(DefinitionError) as caught:

        class Twice(Driver, table="input"):
            """The second phase has the name of the first."""

            name = "acme.twice"
            kind = "energy_meter"

            voltage_l1_n = u16(0x0000, "V")
            voltage_l1_n = u16(0x0001, "V")  # noqa: PIE794 - the mistake
            current_l1 = u16(0x0002, "A")
            _twice = u16(0x0003)  # a name as any other

    assert str(caught.value) == "Twice.voltage_l1_n: is declared twice in this class"


def test_a_derived_class_may_say_a_point_anew() -> None:
    """That is no mistake of one body."""

    class Anew(SDM120):
        """Its voltage is elsewhere."""

        name = "acme.anew"

        voltage = f32(0x0002, "V")

    assert Anew.voltage.address == 0x0002


def test_drivers_may_share_what_is_abstract() -> None:
    """A class has one type, and that of drivers gets on with the one of abstract classes."""

    class Family(ABC):
        """What its drivers have to say themselves."""

        @abstractmethod
        def scale(self) -> float:
            """Return how many volts one is."""

    class Member(Family, Driver, table="input"):
        """One of them."""

        name = "acme.member"
        kind = "energy_meter"

        voltage = u16(0x0000, "V")

        def scale(self) -> float:
            """Return volts."""
            return 1.0

    assert Member.voltage.address == 0x0000
