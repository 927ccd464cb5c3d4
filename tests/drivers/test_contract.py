"""Every bundled driver keeps the contract that those of others keep as well.

What each poll asks for is written down in plans.yaml: RTU_AGENT_UPDATE_PLANS=1 writes it anew.
"""

import ast
import os
from pathlib import Path

import pytest
import yaml

from rtu_agent.plugins import load_drivers
from rtu_agent.testing import DriverContract, read_recordings
from rtu_agent.testing.rules.planning import plans_of
from rtu_agent.testing.subject import Subject

HERE = Path(__file__).parent
ENTRIES = load_drivers().entries
PLANS_FILE = HERE / "plans.yaml"
if os.environ.get("RTU_AGENT_UPDATE_PLANS") == "1":
    MADE = {name: plans_of(Subject(entry.driver).device_plans()) for name, entry in ENTRIES.items()}
    HEAD = (
        "# What reads the groups of each driver, at the serial settings of the factory; test_contract.py writes it.\n"
    )
    PLANS_FILE.write_text(HEAD + yaml.safe_dump(MADE, sort_keys=False, default_flow_style=None, width=120))
PLANS = yaml.safe_load(PLANS_FILE.read_text(encoding="utf-8"))
RECORDINGS = {
    recording.driver: str(file.relative_to(HERE))
    for file in sorted((HERE / "frames").glob("*.yaml"))
    for recording in read_recordings(file)
}
MAY_FALL = dict.fromkeys(("eastron.sdm120", "eastron.sdm120ct"), ("energy_total_active",))
"""The setting "total = import - export" makes a balance of it."""


@pytest.mark.parametrize("name", ENTRIES)
def test_a_driver_keeps_the_contract(name: str, driver_contract: DriverContract) -> None:
    """All of its rules, and what is known of the device."""
    driver_contract(
        ENTRIES[name].driver,
        plans=PLANS.get(name, {}),
        recordings=RECORDINGS.get(name),
        may_fall=MAY_FALL.get(name, ()),
    )


def test_nothing_is_known_of_what_is_no_driver() -> None:
    """A driver that is renamed takes its plans and its recordings along."""
    assert list(PLANS) == list(ENTRIES)
    assert {*RECORDINGS, *MAY_FALL} <= {*ENTRIES}


def test_a_bundled_driver_imports_the_driver_api_only() -> None:
    """Not even what is harmless."""
    for file in {entry.file for entry in ENTRIES.values() if entry.file.endswith(".py")}:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

        assert imported == {"rtu_agent.driver_api"}, file
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)], file
