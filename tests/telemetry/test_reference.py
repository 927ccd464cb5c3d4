"""The page about the metrics says what the code does."""

from pathlib import Path

from rtu_agent.telemetry import families
from rtu_agent.telemetry.reference import render

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_is_up_to_date() -> None:
    """A page that was not made again would be believed."""
    assert render() == PAGE.read_text(encoding="utf-8"), "make the page again, as its head says"


def test_every_family_and_label_value_is_on_the_page() -> None:
    """A reader finds each name with its labels."""
    page = render()

    for family in families.FAMILIES:
        assert f"| `{family.name}` | {family.kind} |" in page
    for word in (*families.OUTCOMES, *families.REASONS, *families.DROPS, *families.WRITES):
        assert f"`{word}`" in page
