"""What a test needs from Debian's packages: said and skipped without it, or failed where it is required."""

import os

import pytest


def require(missing: str) -> None:
    """Skip when something is missing; fail instead with RTU_AGENT_REQUIRE_SERVERS=1."""
    if not missing:
        return
    if os.environ.get("RTU_AGENT_REQUIRE_SERVERS") == "1":
        pytest.fail(f"missing: {missing}", pytrace=False)
    pytest.skip(f"missing: {missing}")
