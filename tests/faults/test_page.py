"""docs/reliability.md has every fault, and says of this agent what the suite proves."""

import re
from pathlib import Path

from support.contenders import CONTENDERS
from support.fault_table import TABLE

PAGE = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")


def rows() -> dict[str, list[str]]:
    """Return the cells of the fault table, by fault."""
    lines = re.findall(r"^\| `(.+?)` \| (.+) \|$", PAGE, flags=re.MULTILINE)
    return {spec: cells.split(" | ") for spec, cells in lines}


def test_every_fault_is_measured() -> None:
    """With what the agent makes of it and a cell for every master; `make faults` writes them."""
    assert list(rows()) == [row.spec for row in TABLE]
    for row in TABLE:
        says, *cells = rows()[row.spec]
        assert says == row.says
        assert len(cells) == len(CONTENDERS)


def test_this_agent_returned_no_wrong_value() -> None:
    """And right ones wherever the fault lets any pass."""
    cells = [cells[1] for cells in rows().values()]

    assert {cell.split(" / ")[0] for cell in cells} == {"0"}
    assert min(int(cell.split(" / ")[1]) for cell in cells) > 0


def test_the_others_did() -> None:
    """A table in which nobody fails measures nothing."""
    totals = re.findall(r"\*\*(\d+)\*\*", next(line for line in PAGE.splitlines() if "wrong values in all" in line))

    assert totals[0] == "0"
    assert all(int(total) > 0 for total in totals[1:])
