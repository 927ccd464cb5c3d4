"""Names for ports whose own names change from start to start."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def linked(directory: Path, ports: Mapping[str, str]) -> Iterator[None]:
    """Let `directory/<name>` lead to each port for as long as the context lasts.

    A link left behind by somebody else is replaced: the number of a dead pty is soon another program's. What is no link
    is left alone.

    Raises:
        OSError: a link cannot be made.
        ValueError: a name cannot be a file's name.
    """
    for name in ports:
        if "/" in name or name in ("", ".", ".."):
            raise ValueError(f"a bus named {name!r} cannot have a link, the name is not a file name")
    directory.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    try:
        for name, port in ports.items():
            link = directory / name
            if link.is_symlink():
                link.unlink()
            link.symlink_to(port)
            made.append(link)
        yield
    finally:
        for link in made:
            if link.is_symlink() and str(link.readlink()) == ports[link.name]:
                link.unlink()
