"""A port that is pulled out hangs up whoever has it open, and comes back under the same name."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from rtu_agent.simulator.plug import Plug


def test_the_name_stays_the_same(tmp_path: Path) -> None:
    """Bytes pass while it is in, in both directions, also the second time."""
    with closing(Plug(tmp_path / "port")) as plug:
        for _ in range(2):
            program = os.open(plug.path, os.O_RDWR | os.O_NOCTTY)
            os.write(program, b"ask")
            assert plug.read() == b"ask"
            plug.write(b"answer")
            assert os.read(program, 99) == b"answer"

            plug.pull()

            assert not Path(plug.path).exists()
            with pytest.raises(OSError, match="Input/output error"):
                os.write(program, b"ask")
            os.close(program)
            plug.push()
    assert not Path(plug.path).is_symlink()


def test_what_is_said_into_nothing_is_lost(tmp_path: Path) -> None:
    """Pulled twice is pulled."""
    with closing(Plug(tmp_path / "port")) as plug:
        plug.pull()
        plug.pull()
        plug.write(b"answer")

        assert plug.read() == b""
        assert plug.fileno() == -1
