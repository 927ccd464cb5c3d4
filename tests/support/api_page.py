"""The status of an agent as docs/http.md shows it; another test compares the page with what an agent answers."""

import json
import re
from pathlib import Path
from typing import Any

_PAGE = Path(__file__).parents[2] / "docs/http.md"


def status() -> dict[str, Any]:
    """Return a fresh copy."""
    [text] = re.findall(r"^```json status\n(.*?)^```", _PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    told: dict[str, Any] = json.loads(text)
    return told
