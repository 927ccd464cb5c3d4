"""Simulator and parent understand each other, however the lines arrive."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtu_agent.simulator.announcement import announce, understand

PORTS = {"floor1": "/dev/pts/7", "halle \u00e4 \n2": "/dev/pts/8"}


def test_each_bus_has_a_line_of_json() -> None:
    """What a script reads."""
    assert [json.loads(line) for line in announce({"floor1": "/dev/pts/7"}).splitlines()] == [
        {"bus": "floor1", "port": "/dev/pts/7", "buses": 1}
    ]


@given(st.integers(min_value=0))
def test_a_part_of_it_is_not_enough(length: int) -> None:
    """All buses or none: a parent must not start with half of its ports."""
    text = announce(PORTS)
    length %= len(text)

    assert understand(text[:length]) is None
    assert understand(text) == PORTS


@pytest.mark.parametrize("text", ["hello\n", "[]\n", "{}\n", '{"bus": "floor1"}\n', "7\n", "\u2028\n", "\n"])
def test_what_else_is_printed_is_no_matter(text: str) -> None:
    """Before it, or between its lines."""
    first, *rest = announce(PORTS).splitlines(keepends=True)

    assert understand(text) is None
    assert understand(text + first + text) is None
    assert understand(text + first + text + "".join(rest)) == PORTS
