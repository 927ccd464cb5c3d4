"""Installs small made-up distributions the way a package installer does: modules and metadata on the path."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

Install = Callable[..., None]

DRIVER = """
    from rtu_agent.driver_api import Driver, hookimpl, u16

    class TH1(Driver, table="input"):
        name = "acme.th1"
        kind = "environment"

        temperature = u16(0, "°C")

    @hookimpl
    def rtu_provide_drivers():
        return [TH1]
"""


@contextmanager
def installing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Give what installs a distribution of one module: `install("acme", DRIVER)`."""
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)

    def write(
        name: str, source: str, *, group: str = "rtu_agent.drivers", entry: str = "", version: str = "1.0"
    ) -> None:
        module = f"{name}_plugin"
        (folder / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        info = folder / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry or name} = {module}\n")

    yield write
    for module in set(sys.modules) - before:
        if module.endswith("_plugin"):
            del sys.modules[module]
