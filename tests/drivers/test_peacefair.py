"""What the meters of Peacefair demand of their drivers."""

from rtu_agent.plugins import load_drivers

PZEM = next(entry.driver for name, entry in load_drivers().entries.items() if name == "peacefair.pzem_016")


def test_one_read_tells_all_that_is_measured() -> None:
    """Ten registers without a gap, which is as many as the meter lets read at once."""
    measured = [
        item for point in PZEM.points if point.table == "input" for item in range(point.address, point.span.end)
    ]

    assert measured == [*range(PZEM.limits.max_block)]
    assert {point.group for point in PZEM.points if point.table == "input"} == {"normal"}


def test_the_low_word_comes_first() -> None:
    """0.108 A and not 7077.9 A; the bytes of a word stay as they are."""
    [current] = [point for point in PZEM.points if point.name == "current"]

    assert current.encode(0.108) == bytes.fromhex("006c0000")
