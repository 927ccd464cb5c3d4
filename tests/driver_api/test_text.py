"""Text is written into registers."""

import pytest

from rtu_agent.driver_api.text import fit_text


def test_a_text_fills_its_registers() -> None:
    """It is filled up with NUL."""
    assert fit_text("V1", 4) == b"V1\0\0"


def test_a_text_that_is_too_long_is_refused() -> None:
    """Bytes count, not characters."""
    with pytest.raises(ValueError, match="needs 5 bytes, there are 4"):
        fit_text("25°C", 4)
