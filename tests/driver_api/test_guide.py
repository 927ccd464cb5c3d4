"""The author's guide is true: its examples run, its errors are those that are raised, its tables are the vocabulary."""

import inspect
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from click.testing import CliRunner

from rtu_agent import driver_api
from rtu_agent.cli import main
from rtu_agent.domain.units import UNITS, UnitSymbol, unit
from rtu_agent.domain.vocabulary import ANY_UNIT, QUALIFIERS, VOCABULARY
from rtu_agent.driver_api import DefinitionError, MapError, load_register_map
from rtu_agent.driver_api.codec import TypeName
from rtu_agent.driver_api.derived import DerivedName
from rtu_agent.driver_api.factor import FactorName
from rtu_agent.driver_api.header import API, FACTS, OLDEST_API, version_flaw
from rtu_agent.driver_api.options import (
    BcdOptions,
    CodeOptions,
    DecimalOptions,
    DerivedOptions,
    DriverOptions,
    FactorOptions,
    MultiplierOptions,
    SignedOptions,
    TextOptions,
)
from rtu_agent.driver_api.wire import DEFAULT_INTERVALS
from rtu_agent.testing import DriverContract, SimulatedDevice
from rtu_agent.testing.contract import breaches
from rtu_agent.testing.rules import RULES
from rtu_agent.testing.subject import Subject

GUIDE = (Path(__file__).parents[2] / "docs" / "drivers.md").read_text(encoding="utf-8")
PLANS = {"normal": ["input 0x0000+4"], "once": ["input 0x0100+2"]}
BROKEN = """
class Broken(EM1):
    '''Has forgotten that a counter counts.'''

    name = "acme.em1"
    api = 1

    energy_import_active = u32(0x0010, "kWh", scale=0.01, group="slow")
"""
BLOCKS = re.findall(r"^```([\w ]+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def table(heading: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of the table under a heading."""
    section = re.split(r"^#+ ", GUIDE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    assert rows, heading
    for row in rows[1:]:
        yield [cell.strip() for cell in row.strip("|").split("|")]


def words(cell: str) -> list[str]:
    """Return what a cell writes as code."""
    return re.findall(r"`([^`]+)`", cell)


def of_kind(kind: str) -> list[str]:
    """Return the examples of one kind."""
    return [code for written, code in BLOCKS if written == kind]


def the_module() -> dict[str, Any]:
    """Return what is defined by all examples that are right."""
    module: dict[str, Any] = {"__name__": "guide"}
    for code in of_kind("python"):
        exec(code, module)
    return module


def test_the_examples_run() -> None:
    """In their order, as one module; what they assert holds, what they say is raised is raised."""
    module: dict[str, Any] = {"__name__": "guide"}
    refused = 0
    for (kind, code), (_, said) in pairwise([*BLOCKS, ("", "")]):
        if kind == "python":
            exec(code, module)
        elif kind == "python raises":
            refused += 1
            with pytest.raises(DefinitionError) as caught:
                exec(code, module)
            assert str(caught.value) == said.rstrip("\n")

    assert refused == 1
    assert {driver.name for driver in module["rtu_provide_drivers"]()} == {"acme.em1", "acme.em1t"}


def test_the_tests_of_the_guide_pass(tmp_path: Path) -> None:
    """With the fixtures of the plugin, and with the recordings that the guide shows."""
    module = the_module()
    [recordings], tests = of_kind("yaml recordings"), of_kind("python test")
    (tmp_path / "em1.yaml").write_text(recordings, encoding="utf-8")
    fixtures = {"driver_contract": DriverContract(tmp_path), "simulated_device": SimulatedDevice}
    for code in tests:
        exec(code, module)
    written = [value for name, value in module.items() if name.startswith("test_")]

    assert len(written) == 4
    for test in written:
        test(**{name: fixtures[name] for name in inspect.signature(test).parameters})


def test_the_contract_is_what_the_guide_says() -> None:
    """Its rules, and how a driver that breaks them is told."""
    module = the_module()
    exec(BROKEN, module)
    subject = Subject(module["Broken"], {**PLANS, "slow": ["input 0x0010+1"]})

    assert [words(cells[0])[0] for cells in table("The contract")] == [*RULES]
    assert "\n".join(breaches(subject)) + "\n" in of_kind("text")


def test_the_package_is_what_the_guide_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File by file; and so is what becomes of a driver of the future."""
    monkeypatch.chdir(tmp_path)
    command = ["drivers", "new", "acme.em1"]
    flaw = version_flaw(2)

    assert f"$ rtu-agent {' '.join(command)}\n{CliRunner().invoke(main, command).stdout}" in of_kind("text")
    assert flaw is not None
    assert any(text.endswith(f" cannot be used: DefinitionError: EM1: {flaw.message}\n") for text in of_kind("text"))
    assert f"now {OLDEST_API} to {API}" in GUIDE


def test_the_register_maps_load(tmp_path: Path) -> None:
    """The good one is a driver, the bad one has the problems that the guide prints."""
    path = tmp_path / "map.yaml"
    maps = [
        (kind, code, said)
        for (kind, code), (_, said) in pairwise([*BLOCKS, ("", "")])
        if kind in ("yaml", "yaml refused")
    ]

    assert [kind for kind, _, _ in maps] == ["yaml", "yaml", "yaml refused"]
    (tmp_path / "th3.yaml").write_text(maps[0][1], encoding="utf-8")
    for kind, code, said in maps:
        path.write_text(code, encoding="utf-8")
        if kind == "yaml":
            assert load_register_map(path).name in code
        else:
            with pytest.raises(MapError) as caught:
                load_register_map(path)
            assert "\n".join(f"{p.line}:{p.column}: {p.message}" for p in caught.value.problems) == said.rstrip("\n")


def test_the_guide_names_everything_an_author_may_write() -> None:
    """Types, options, groups and public names; a new one cannot stay a secret."""
    options = {option for cells in table("Options") for option in words(cells[0])}
    of_points = (BcdOptions, CodeOptions, DecimalOptions, FactorOptions, MultiplierOptions, SignedOptions, TextOptions)
    of_class = [
        option for heading in ("Tables and orders", "Limits") for cells in table(heading) for option in words(cells[0])
    ]

    assert {name for cells in table("Types") for name in words(cells[0])} == set(get_args(TypeName))
    assert {name for cells in table("Scales in registers") for name in words(cells[0])} == set(get_args(FactorName))
    assert {name for cells in table("Derived points") for name in words(cells[0])} == set(get_args(DerivedName))
    assert options | {"words", "number"} == {key for said in of_points for key in get_type_hints(said)}
    for option in get_type_hints(DerivedOptions):
        assert f"`{option}`" in GUIDE.partition("### Derived points")[2].partition("## The device")[0]
    assert all(f"`{fact}`" in GUIDE for fact in FACTS)
    assert set(of_class) | {"intervals", "without"} == set(get_type_hints(DriverOptions))
    assert {cells[0].strip("`"): cells[1] for cells in table("Groups")} == {
        group: f"{seconds:g} s" if seconds else "at start" for group, seconds in DEFAULT_INTERVALS.items()
    }
    made = {"Boundary", "Derived", "Factor", "Limits", "Page", "Point", "Proof", "Signal"}
    made |= {"DefinitionError", "MapError", "ScriptError"}
    for name in {*driver_api.__all__} - made:
        assert re.search(rf"\b{name}\b", GUIDE), name


def test_the_table_of_quantities_is_the_vocabulary() -> None:
    """Whoever writes a map finds every name, its unit and what it may carry."""
    written = {
        name: (_unit(cells[1]), set(cells[2].split()), cells[3])
        for cells in table("The common schema")
        for name in words(cells[0])
    }

    assert written == {
        quantity.name: (_unit(quantity.unit), set(quantity.qualifiers), quantity.nature)
        for quantity in VOCABULARY.values()
    }
    assert {cells[0]: words(cells[1]) for cells in table("Names and units")} == {
        **{key: [*words_of] for key, words_of in QUALIFIERS.items() if key not in ("phase", "channel")},
        "phase": _sorted_like(QUALIFIERS["phase"], table("Names and units")),
        "channel": ["1", "64"],
    }


def _unit(symbol: str) -> str:
    return symbol if symbol == ANY_UNIT else unit(symbol or "1").symbol


def _sorted_like(expected: Sequence[str], rows: Iterator[list[str]]) -> list[str]:
    """Return `expected` in the order in which the guide lists phases, which is for people."""
    listed = next(words(cells[1]) for cells in rows if cells[0] == "phase")
    return sorted(expected, key=listed.index)


def test_the_table_of_units_is_complete() -> None:
    """Every spelling, and the suffix that a field name gets."""
    written = {words(cells[0])[0]: ("".join(words(cells[1])), set(words(cells[2]))) for cells in table("Units")}
    spellings = {
        entry.symbol: {s for s in get_args(UnitSymbol) if unit(s) is entry} - {entry.symbol} for entry in UNITS
    }

    assert written == {entry.symbol: (entry.suffix, spellings[entry.symbol]) for entry in UNITS}
