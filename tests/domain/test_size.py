"""A size has a binary unit, and one that has none says how to write it."""

import pytest
from pydantic import BaseModel, ValidationError

from rtu_agent.domain.size import Bytes, parse_size, size_text


class Settings(BaseModel, strict=True):
    """Settings with a size."""

    most: Bytes


@pytest.mark.parametrize(("text", "size"), [("1KiB", 1024), ("64MiB", 64 << 20), ("2GiB", 2 << 30), ("1TiB", 1 << 40)])
def test_a_size_is_a_whole_number_with_a_unit(text: str, size: int) -> None:
    """In text and in settings alike."""
    assert parse_size(text) == size
    assert Settings.model_validate_json(f'{{"most": "{text}"}}').most == size


@pytest.mark.parametrize("text", ["", "5", "5 MiB", "5MB", "5M", "1.5GiB", "-1MiB", "5mib", "\u0665MiB"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    """MB and MiB are not the same, so only one of them is known."""
    with pytest.raises(ValueError, match="is not a size; write a whole number with its unit"):
        parse_size(text)


@pytest.mark.parametrize("value", [5, 0.5, True, None, "0MiB"])
def test_settings_take_only_sizes_above_zero(value: object) -> None:
    """Nothing fits into no bytes."""
    with pytest.raises(ValidationError):
        Settings.model_validate({"most": value})


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0KiB"), (1023, "0KiB"), (64 << 20, "64MiB"), (2 << 30, "2048MiB"), (72 << 30, "72GiB"), (9 << 40, "9216GiB")],
)
def test_a_size_is_written_as_it_is_read(size: int, text: str) -> None:
    """With two digits at least, rounded down; what is written can be read again."""
    assert size_text(size) == text
    assert parse_size(text) <= size
