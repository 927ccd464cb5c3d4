"""docs/simulator.md is true: it knows every fault, its faults can be written so, and its programs run."""

import re
from inspect import cleandoc
from pathlib import Path

import pytest

from rtu_agent.simulator.faults.fault import Fault
from rtu_agent.simulator.faults.parameters import parameters
from rtu_agent.simulator.faults.spec import KINDS, parse
from rtu_drivers.eastron.sdm120 import SDM120

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_fault_is_explained(kind: type[Fault]) -> None:
    """In the words of its class, with every parameter that is its own."""
    common = {name for name, _, _ in parameters(Fault)}
    own = [parameter for name, parameter, _ in parameters(kind) if name not in common]

    [row] = re.findall(rf"^\| `{kind.name}` \|.*$", PAGE, flags=re.MULTILINE)

    assert cleandoc(kind.__doc__ or "").partition("\n")[0] in row
    assert all(f"`{parameter.key}" in row and parameter.meaning in row for parameter in own)


def test_the_faults_of_the_page_can_be_written_so() -> None:
    """Each is understood."""
    specs = re.findall(r"--fault ([a-z][^\s`]*)", PAGE)

    assert len(specs) >= 4
    for spec in specs:
        parse(spec)


def test_the_programs_of_the_page_run() -> None:
    """One after the other, as a reader would try them."""
    namespace = {"SDM120": SDM120}
    programs = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)

    assert len(programs) == 2
    for program in programs:
        exec(program, namespace)
