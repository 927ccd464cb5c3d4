"""A driver that breaks a rule of the contract is told which, and where."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from rtu_agent.driver_api import (
    Discovery,
    Driver,
    Page,
    Points,
    Read,
    Script,
    Serial,
    Write,
    derived,
    discover,
    f32,
    i16,
    script,
    u16,
    u32,
)
from rtu_agent.testing import ContractBroken, DriverContract
from rtu_agent.testing.contract import breaches
from rtu_agent.testing.decoding import Bench
from rtu_agent.testing.rules import RULES, contents
from rtu_agent.testing.subject import Subject

GOOD = """
from rtu_agent.driver_api import Driver, u16

class Good(Driver, table="input"):
    '''A good driver.'''

    name = "acme.good"
    kind = "energy_meter"
    products = ["G1"]
    source = "a manual"
    confidence = "low"
    api = 1

    voltage = u16(0x0000, "V", scale=0.1)
"""
RECORDINGS = """
- {driver: acme.good, name: volts, source: a manual, image: {input: {0: "0901"}}, expected: {voltage: ["230.5", V]}}
"""
Make = Callable[[str], type[Driver]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make a driver of a module of its own: `make(GOOD)`."""

    def made(source: str) -> type[Driver]:
        path = tmp_path / "acme_good.py"
        path.write_text(source, encoding="utf-8")
        spec = spec_from_file_location("acme_good", path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules["acme_good"] = module
        spec.loader.exec_module(module)
        driver: type[Driver] = module.Good
        return driver

    yield made
    sys.modules.pop("acme_good", None)


def said(driver: type[Driver], *rules: str, **about: object) -> list[str]:
    """Return what some rules have against a driver."""
    subject = replace(Subject(driver), **about)
    return [breach.of(driver.name, rule) for rule in rules for breach in RULES[rule](subject)]


class Bare(Driver, table="input"):  # noqa: D101 - one of its mistakes
    name = "acme.bare"
    kind = "energy_meter"

    energy_import_active = u32(0x0000, "kWh")
    energy_export_active = u32(0x0002, "kWh")
    serial_number = u16(0x0004)
    voltage = u16(0x0005, "V")


def test_a_good_driver_passes(make: Make, tmp_path: Path) -> None:
    """With all that a test may know of it."""
    (tmp_path / "r.yaml").write_text(RECORDINGS, encoding="utf-8")

    DriverContract(tmp_path)(make(GOOD), plans={"normal": ["input 0x0000+1"]}, recordings="r.yaml")


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """A line each: driver, point, rule."""
    with pytest.raises(ContractBroken) as caught:
        DriverContract(tmp_path)(Bare, may_fall=["energy_import_active"])

    lines = str(caught.value).splitlines()
    assert "acme.bare: facts: does not say its products" in lines
    assert (
        'acme.bare.serial_number: identity: is of group normal; what identifies a device needs `group="once"`' in lines
    )
    grows = "only grows, so it needs `counter=True`; if not, name it in `may_fall`"
    assert f"acme.bare.energy_export_active: counters: {grows}" in lines
    assert not [line for line in lines if "energy_import" in line]


def test_a_driver_says_what_it_is_for() -> None:
    """And for which interface; what all drivers inherit does not count."""
    assert said(Bare, "facts") == [
        "acme.bare: facts: does not say its products",
        "acme.bare: facts: does not say its source",
        "acme.bare: facts: does not say its confidence",
        "acme.bare: facts: does not say for which version of the driver API it is written: `api = 1`",
        "acme.bare: facts: has no docstring or description",
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import asyncio", "asyncio"),
        ("import rtu_agent.bus.bus", "rtu_agent.bus.bus"),
        ("from rtu_agent.domain.registers import Table", "rtu_agent.domain.registers"),
        ("from rtu_agent.driver_api.point import Point", "rtu_agent.driver_api.point"),
        ("def late():\n    import socket", "socket"),
    ],
)
def test_a_driver_knows_the_driver_api_only(make: Make, line: str, found: str) -> None:
    """Nor anything that waits; where that is imported is told."""
    driver = make(f"{line}\n{GOOD}")

    number = line.count("\n") + 1
    what = f"acme_good.py:{number} imports '{found}'; a driver knows 'rtu_agent.driver_api' and nothing else of it"
    assert said(driver, "imports") == [f"acme.good: imports: {what}"]


def test_harmless_imports_pass(make: Make) -> None:
    """Of the standard library, and from its own package."""
    own = "def parts():\n    import acme_good.parts"

    assert said(make(f"import math\nfrom collections.abc import Mapping\n{own}\n{GOOD}"), "imports") == []


def test_the_rules_of_class_creation_still_hold(make: Make) -> None:
    """Whoever changes a class afterwards does not get round them."""
    driver = make(GOOD)
    driver.registers = (*driver.registers, replace(driver.registers[0], name="current", unit="A"))
    driver.signals = (*driver.signals, *driver.signals)

    assert said(driver, "schema", "columns") == [
        "acme.good.current: schema: input 0x0000+1 overlaps 'voltage' at input 0x0000+1, which has another meaning",
        "acme.good.voltage: columns: is not the only one that is stored as 'voltage_v'",
        "acme.good.voltage: columns: is not the only one that is stored as 'voltage_v'",
    ]


def test_what_grows_is_a_counter() -> None:
    """Or is named as one that may fall."""
    what = "only grows, so it needs `counter=True`; if not, name it in `may_fall`"
    wrong = f"acme.bare.energy_import_active: counters: {what}"

    assert wrong in said(Bare, "counters")
    assert wrong not in said(Bare, "counters", may_fall=("energy_import_active",))


class Marked(Driver, table="input", word_order="little"):
    """Has ways to say that it has no value."""

    name = "acme.marked"
    kind = "energy_meter"

    voltage = i16(0x0000, "V", invalid=[0x7FFF, 0x8000])
    current = f32(0x0002, "A", page=(0x0100, 1), table="holding")
    energy_import_active = u32((0x0010, 0x0014), "kWh", invalid=[0xFFFFFFFE], counter=True)


class DeafBench(Bench):
    """Takes every pattern for zero."""

    def decode_with(self, *_: object) -> object:
        """Decode zeros."""
        return self.decode(bytes)


def test_sentinels_are_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """NaN included, on pages and in words far apart; a decoder that does not see them is found out."""
    assert said(Marked, "sentinels") == []

    monkeypatch.setattr(contents, "Bench", DeafBench)
    energy = "energy_import_active"

    assert said(Marked, "sentinels") == [
        "acme.marked.voltage: sentinels: 0x7fff of 'voltage' is no value, but is read as 0.0",
        "acme.marked.voltage: sentinels: 0x8000 of 'voltage' is no value, but is read as 0.0",
        "acme.marked.current: sentinels: NaN of 'current' is no value, but is read as 0.0",
        f"acme.marked.{energy}: sentinels: 0xfffffffe of '{energy}' is no value, but is read as 0.0",
    ]


class Computing(Driver, table="input"):
    """Computes, rightly and wrongly."""

    name = "acme.computing"
    kind = "energy_meter"

    voltage = u16(0x0000, "V")
    _state = u16(0x0001)

    @derived("A")
    def current(self, voltage: float) -> float:
        """Return what has no answer at 0 V; then there is no value, and that is right."""
        return 100 / voltage

    @derived("W")
    def active_power(self, _state: int) -> float:
        """Fail for a state that the author has not thought of."""
        return {0: 1.0, 1: 2.0}[_state]

    @derived("var")
    def reactive_power(self, voltage: float) -> float:
        """Return no number."""
        return "much" if voltage > 5 else 0.0  # type: ignore[return-value]


def test_a_derived_point_survives_anything() -> None:
    """What arithmetic cannot answer is no value; any other exception, and what is no number, is a mistake."""
    lines = said(Computing, "random_contents")

    assert len(lines) == 2
    assert lines[0].startswith("acme.computing.active_power: random_contents: KeyError: ")
    assert lines[1].startswith(
        "acme.computing.reactive_power: random_contents: TypeError: 'much' is no float while registers hold "
    )


def scripted(read_all: Callable[..., Script], *, writes: bool = True) -> type[Driver]:
    """Return a driver that is read by a script, with a point on a page."""

    class Scripted(Driver, table="holding"):
        """Read by a script."""

        name = "acme.scripted"
        kind = "energy_meter"

        voltage = u16(0x0000, "V", page=Page(0x0100, 1))
        current = u16(0x0001, "A")
        active_power = u16(0x0002, "W", group="slow")
        reads = script(group="slow", writes=writes)(read_all)

    return Scripted


def turns(self: object, points: Points) -> Script:
    """Turn the page by hand, and forget it when something fails."""
    (found,) = yield Read("holding", 0x0100)
    yield Write(0x0100, 2)
    yield from points
    yield Write(0x0100, found)


def turns_back(self: object, points: Points) -> Script:
    """Turn the page by hand, and always back."""
    (found,) = yield Read("holding", 0x0100)
    try:
        yield Write(0x0100, 2)
        yield from points
    finally:
        yield Write(0x0100, found)


def never_ends(self: object, points: Points) -> Script:
    """Wait for a flag without end."""
    while (yield Read("holding", 0x0005))[0] != 1:
        pass
    yield from points


def forgets(self: object, points: Points) -> Script:
    """Read something else."""
    yield Read("holding", 0x0001)


def stumbles(self: object, points: Points) -> Script:
    """Expect what a device need not say."""
    (word,) = yield Read("holding", 0x0005)
    yield Write(0x0006, {0: 1, 0xFFFF: 2}[word])
    yield from points


@pytest.mark.parametrize(
    ("method", "found"),
    [
        (turns_back, []),
        (turns, ["leaves the page register 0x0100 turned after "]),
        (never_ends, ["has not ended; the last step was Read("]),
        (forgets, ["never reads all of its points: it must say `yield from points`"]),
        (stumbles, ["KeyError: "]),
    ],
)
def test_a_script_ends_and_leaves_no_page_turned(method: Callable[..., Script], found: list[str]) -> None:
    """Whatever it is answered, and whichever step fails."""
    lines = said(scripted(method), "scripts")

    assert bool(lines) == bool(found)
    for part in found:
        assert any(line.startswith(f"acme.scripted.reads: scripts: {part}") for line in lines)


def test_a_script_that_writes_says_so() -> None:
    """A site must be asked."""

    class Quiet(Driver, table="holding"):
        """Writes, and does not say so."""

        name = "acme.quiet"
        kind = "energy_meter"

        current = u16(0x0001, "A")

        @script()
        def latched(self, points: Points) -> Script:
            """Latch, then read."""
            yield Write(0x2000, 1)
            yield from points

    line = "acme.quiet.latched: scripts: Write(address=8192, value=1, table='holding') needs `writes=True`"
    assert line in said(Quiet, "scripts")


def test_a_discovery_finds_a_driver() -> None:
    """Whatever the device says."""

    class Lost(Driver, table="holding"):
        """Returns nothing, or stumbles."""

        name = "acme.lost"
        kind = "energy_meter"

        @discover
        def finds(self) -> Discovery:
            """Look up what need not be there."""
            (word,) = yield Read("holding", 0x0005)
            return {0: None, 0xFFFF: Computing}[word]  # type: ignore[return-value]

    lines = said(Lost, "scripts")

    assert "acme.lost.discovery: scripts: finds None, which is no driver" in lines
    assert any("KeyError" in line for line in lines)
    assert any("the driver failed" in line for line in said(Lost, "simulated"))


@pytest.mark.parametrize(
    ("plans", "found"),
    [
        ({"normal": ["input 0x0000+1"]}, None),
        ({"normal": ["input 0x0000+2"]}, "is read by ['input 0x0000+1'], not by ['input 0x0000+2']"),
        ({}, "is read by ['input 0x0000+1'], not by nothing"),
    ],
)
def test_a_poll_asks_for_what_its_author_thinks(make: Make, plans: Mapping[str, list[str]], found: str | None) -> None:
    """How many transactions, and how wide."""
    lines = said(make(GOOD), "plans", plans=plans)

    assert lines == ([f"acme.good: plans: group normal {found}"] if found else [])


def test_writes_are_a_part_of_a_plan() -> None:
    """Each transaction counts."""
    plans = {"normal": ["holding 0x0001+1", "holding 0x0100+1", "holding 0x0100 = 1", "holding 0x0000+1"]}
    slow = ["holding 0x0100+1", "holding 0x0100 = 2", "holding 0x0002+1", "holding 0x0100 = 0"]

    assert (
        said(scripted(turns), "plans", plans={"normal": [*plans["normal"], "holding 0x0100 = 0"], "slow": slow}) == []
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("230.5", "230.6", ".voltage: recordings: 'volts' expects ['230.6', 'V'], but says ['230.5', 'V']"),
        (", V]", ", mV]", ".voltage: recordings: 'volts' expects ['230.5', 'mV'], but says ['230.5', 'V']"),
        ('["230.5", V]', "{missing: sentinel}", "expects {'missing': 'sentinel'}, but says 230.5"),
        ("{voltage:", "{current:", ".current: recordings: 'volts' does not hold it, but expects ['230.5', 'V']"),
        ("{voltage:", "{current:", ".voltage: recordings: 'volts' holds it, but expects nothing of it"),
        ("acme.good", "acme.other", ": recordings: the recordings have nothing that it has said"),
    ],
)
def test_recordings_mean_what_is_expected(make: Make, tmp_path: Path, old: str, new: str, found: str) -> None:
    """To the last digit, in the unit of the schema, and all of it."""
    (tmp_path / "r.yaml").write_text(RECORDINGS.replace(old, new), encoding="utf-8")

    with pytest.raises(ContractBroken) as caught:
        DriverContract(tmp_path)(make(GOOD), recordings="r.yaml")

    assert found in str(caught.value)


def test_a_register_map_keeps_the_same_contract(tmp_path: Path) -> None:
    """Named by its path from the folder of the test."""
    (tmp_path / "th1.yaml").write_text(
        "{driver: acme.th1, kind: k, table: input, points: {temperature: {at: 0, type: i16, unit: °C}}}",
        encoding="utf-8",
    )

    with pytest.raises(ContractBroken) as caught:
        DriverContract(tmp_path)("th1.yaml", plans={"normal": ["input 0x0001+1"]})

    assert "acme.th1: facts: does not say its products" in str(caught.value)
    assert "acme.th1: plans: group normal is read by ['input 0x0000+1']" in str(caught.value)
    assert "imports" not in str(caught.value)


def test_what_no_request_can_carry_is_told() -> None:
    """A page and a boundary aside: a device whose registers lie in what it must not be asked for."""

    class Slow(Driver, table="input"):
        """At a speed that is none for its width."""

        name = "acme.slow"
        kind = "energy_meter"
        serial = Serial(baudrate=9600)

        voltage = u16(0x0000, "V")

    Slow.limits = replace(Slow.limits, max_block=0)

    assert "acme.slow: simulated: cannot be polled: " in "\n".join(breaches(Subject(Slow)))
