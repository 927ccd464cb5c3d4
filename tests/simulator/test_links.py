"""Links lead to the ports as long as the ports are there, and touch nothing else."""

from pathlib import Path

import pytest

from rtu_agent.simulator.links import linked


def test_links_lead_to_the_ports_and_go_with_them(tmp_path: Path) -> None:
    """The directory is made if it is missing."""
    with linked(tmp_path / "ports", {"floor1": "/dev/pts/7", "floor2": "/dev/pts/8"}):
        assert (tmp_path / "ports/floor1").readlink() == Path("/dev/pts/7")
        assert (tmp_path / "ports/floor2").readlink() == Path("/dev/pts/8")

    assert not [*(tmp_path / "ports").iterdir()]


def test_a_link_left_behind_is_replaced(tmp_path: Path) -> None:
    """It leads to a pty that may be somebody else's by now."""
    (tmp_path / "floor1").symlink_to("/dev/pts/3")

    with linked(tmp_path, {"floor1": "/dev/pts/7"}):
        assert (tmp_path / "floor1").readlink() == Path("/dev/pts/7")


def test_a_link_that_somebody_took_over_is_left_alone(tmp_path: Path) -> None:
    """A second simulator started meanwhile keeps its link."""
    with linked(tmp_path, {"floor1": "/dev/pts/7"}):
        (tmp_path / "floor1").unlink()
        (tmp_path / "floor1").symlink_to("/dev/pts/9")

    assert (tmp_path / "floor1").readlink() == Path("/dev/pts/9")


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    """And the links made before it are taken back."""
    (tmp_path / "floor2").write_text("precious")

    with pytest.raises(FileExistsError), linked(tmp_path, {"floor1": "/dev/pts/7", "floor2": "/dev/pts/8"}):
        pass

    assert [path.name for path in tmp_path.iterdir()] == ["floor2"]
    assert (tmp_path / "floor2").read_text() == "precious"


@pytest.mark.parametrize("name", ["../floor1", "a/b", "/etc/floor1", "", ".."])
def test_a_link_never_leaves_its_directory(tmp_path: Path, name: str) -> None:
    """A bus may have any name, a link may not."""
    with pytest.raises(ValueError, match="not a file name"), linked(tmp_path / "ports", {name: "/dev/pts/7"}):
        pass

    assert not [*tmp_path.iterdir()]
