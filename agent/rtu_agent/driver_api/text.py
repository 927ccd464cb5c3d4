"""Text from a device is hostile input: it must not move a cursor, break a line or hide in a log."""

import unicodedata
from typing import Final

LONGEST_TEXT: Final = 128
"""Characters of a text that are kept."""


def clean_text(data: bytes) -> str:
    """Return what a person can read of `data`: up to the first NUL, printable, trimmed, at most `LONGEST_TEXT` long.

    Bytes that are not UTF-8 become U+FFFD. Control, format, unassigned and separator characters other than a plain
    space are dropped.
    """
    text = data.partition(b"\0")[0].decode("utf-8", errors="replace")
    return "".join(character for character in text if _is_readable(character)).strip()[:LONGEST_TEXT].rstrip()


def _is_readable(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def fit_text(text: str, size: int) -> bytes:
    """Return `text` as `size` bytes, filled up with NUL.

    Raises:
        ValueError: it is longer.
    """
    data = text.encode()
    if len(data) > size:
        raise ValueError(f"{text!r} needs {len(data)} bytes, there are {size}")
    return data.ljust(size, b"\0")
