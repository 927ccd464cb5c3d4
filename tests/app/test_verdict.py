"""What came of a reload passes from one process to another."""

import pytest

from rtu_agent.app.verdict import Verdict, in_sentence
from rtu_agent.events import ConfigReloaded


def test_a_verdict_is_read_as_it_was_written() -> None:
    """With its lines."""
    verdict = Verdict("refused", 1.5, 2.5, "devices.yaml:1:1: no\n  version: 2\n  ^")

    assert Verdict.from_text(verdict.to_text()) == verdict


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outcome": "done"}', '{"no": 1}'])
def test_anything_else_is_no_verdict(text: str) -> None:
    """An empty file, half of one, another program's."""
    with pytest.raises(ValueError, match="no verdict"):
        Verdict.from_text(text)


def test_it_is_a_sentence() -> None:
    """Only what has changed is in it."""
    assert in_sentence(ConfigReloaded("f")) == "nothing has changed"
    assert in_sentence(ConfigReloaded("f", added=("bus a", "device b"), adjusted=("device c",))) == (
        "added bus a, device b; adjusted device c"
    )
