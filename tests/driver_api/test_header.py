"""A driver says for which version of the driver API it is written, and that is asked before everything else."""

from pathlib import Path

import pytest

from rtu_agent.driver_api import DefinitionError, Driver, MapError, load_register_map, u16
from rtu_agent.driver_api.header import API, OLDEST_API, version_flaw


@pytest.mark.parametrize(
    ("api", "oldest", "said"),
    [
        (3, 2, None),
        (2, 2, None),
        (1, 2, "is written for driver API 1; this rtu-agent takes 2 to 3: update the driver"),
        (4, 2, "is written for driver API 4; this rtu-agent takes 2 to 3: update this rtu-agent"),
        (2, 3, "is written for driver API 2; this rtu-agent has 3: update the driver"),
        (0, 2, None),
        ("4", 2, None),
        (None, 2, None),
    ],
)
def test_both_sides_know_who_is_older(api: object, oldest: int, said: str | None) -> None:
    """What is no version at all is a mistake in the header, and told as one."""
    flaw = version_flaw(api, oldest, 3)

    assert (flaw and flaw.message) == said


def test_drivers_of_today_are_taken() -> None:
    """And of all versions since the oldest."""
    assert 1 <= OLDEST_API <= API
    assert version_flaw(API) is None


def test_nothing_else_is_told_of_a_driver_of_the_future() -> None:
    """Its other words may be right there."""
    with pytest.raises(DefinitionError) as caught:

        class Future(Driver, table="tape", colour="red"):
            """Uses what we do not know."""

            name = "acme.future"
            api = API + 1
            voltage = u16(0, "V", future=True)

    assert str(caught.value).startswith(f"Future: is written for driver API {API + 1}; ")
    assert len(caught.value.flaws) == 1


def test_nothing_else_is_told_of_a_map_of_the_future(tmp_path: Path) -> None:
    """But where it says so."""
    path = tmp_path / "future.yaml"
    path.write_text(f"driver: acme.future\nclouds: [1]\napi: {API + 1}\npoints: {{}}\n", encoding="utf-8")

    with pytest.raises(MapError) as caught:
        load_register_map(path)

    [problem] = caught.value.problems
    assert (problem.line, problem.column) == (3, 6)
    assert problem.message.startswith(f"is written for driver API {API + 1}; ")
