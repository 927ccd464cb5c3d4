"""Writes the files of a package for a driver. They are templates beside this module; what varies are names."""

from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata, resources
from pathlib import Path
from string import Template
from typing import Final

from rtu_agent.driver_api.header import API
from rtu_agent.scaffold.names import Names, ScaffoldError

_COMMON: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "tests/test_$model.py": "test.py",
    "tests/recordings.yaml": "recordings.yaml",
    "src/$package/py.typed": "py.typed",
}
_CLASS: Final = {"src/$package/__init__.py": "class_init.py", "src/$package/driver.py": "driver.py"}
_MAP: Final = {"src/$package/__init__.py": "map_init.py", "src/$package/driver.yaml": "driver.yaml"}


def write_package(folder: Path, names: Names, *, as_map: bool) -> list[Path]:
    """Write a package for a driver to a folder that is new, or empty; return its files.

    Args:
        folder: where to.
        names: what its parts are called.
        as_map: describe the device by a register map instead of a class.

    Raises:
        ScaffoldError: there is something in the folder already.
        OSError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScaffoldError(f"{folder} exists already and is not overwritten; name another with --directory")
    words = {**asdict(names), "api": str(API), "agent": metadata.version("rtu-agent").partition("+")[0]}
    words |= {"module": names.model.replace("-", "_"), "file": "driver.yaml" if as_map else "driver.py"}
    written = []
    for path, template in {**_COMMON, **(_MAP if as_map else _CLASS)}.items():
        file = folder / Template(path).substitute(words, model=words["module"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_filled(template, words), encoding="utf-8")
        written.append(file)
    return sorted(written)


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Return a template with the words in their places. It is named `.txt`, so that no tool takes it for code."""
    text = resources.files("rtu_agent.scaffold").joinpath("templates", f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(words)
