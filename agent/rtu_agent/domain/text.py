r"""Text from elsewhere is hostile: it must not move a cursor, break a line, turn its direction or hide in a log.

What is not printable is dropped where text becomes a value (`readable`, `clean_text`), so that no output meets it, and
shown as an escape where a person must see what came (`printable`). Printable is what `str.isprintable` says: no
character of the Unicode categories C (controls, formats such as bidirectional overrides, surrogates, private use,
unassigned) and Z (separators) but the space.
"""

from typing import Final

LONGEST_TEXT: Final = 128
"""Characters of a device's text that are kept."""
LONGEST_MESSAGE: Final = 1000
"""Characters of a message that are shown: of an exception, of a server."""


def readable(text: str) -> str:
    """Return `text` without what is not printable."""
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def clean_text(data: bytes) -> str:
    """Return what a person can read of `data`: up to the first NUL, printable, trimmed, at most `LONGEST_TEXT` long.

    Bytes that are not UTF-8 become U+FFFD.
    """
    text = readable(data.partition(b"\0")[0].decode("utf-8", errors="replace"))
    return text.strip()[:LONGEST_TEXT].rstrip()


def shortened(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """Return `text`, or its first `longest` characters and how many more there were."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} more)"


def printable(text: str, longest: int = LONGEST_MESSAGE) -> str:
    r"""Return `text` with everything that does not print written as an escape, for example `\x1b` or `\n`.

    It is shortened to `longest` characters before.
    """
    text = shortened(text, longest)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def in_words(error: BaseException) -> str:
    """Return the kind of `error` and what it says, printable. Never raises, whatever the error does then."""
    kind = type(error).__name__
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - an error of somebody's own class may do anything
        said = "it cannot say what is wrong"
    return printable(f"{kind}: {said}" if said else kind)
