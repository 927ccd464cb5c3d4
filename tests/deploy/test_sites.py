"""The sites that deployment files and their documentation show are sites the agent takes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
SITES = {
    "compose": (ROOT / "deploy" / "docker" / "devices.yaml").read_text(encoding="utf-8"),
    "service": next(block for block in BLOCKS if block.startswith("version:")),
}


@pytest.mark.parametrize("name", SITES)
def test_agent_takes_the_site(name: str, tmp_path: Path) -> None:
    """What somebody copies must work, but for the name of the adapter."""
    (tmp_path / "devices.yaml").write_text(SITES[name])

    check = subprocess.run(
        [sys.executable, "-m", "rtu_agent", "check", "--config", tmp_path / "devices.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize("name", SITES)
def test_site_writes_where_the_agent_may(name: str) -> None:
    """Both the unit and the container have one writable folder; a relative path would lie outside of it."""
    site = yaml.safe_load(SITES[name])
    paths = [site["state"], *(output["directory"] for output in site["outputs"].values() if "directory" in output)]

    assert all(Path(path).is_relative_to("/var/lib/rtu-agent") for path in paths)


def test_every_file_the_document_names_exists() -> None:
    """A path in the text is one in the tree."""
    named = set(re.findall(r"`((?:deploy|grafana|tests)/[\w./-]+)`", DOCUMENT))

    assert named
    assert not [path for path in named if not (ROOT / path).exists()]
