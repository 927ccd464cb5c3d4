"""Bytes as they lie on the disk → text that can be parsed and shown, and what is wrong with its characters."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from rtu_agent.domain.problem import Problem

SIZE_LIMIT: Final = 1 << 20
"""Bytes, and characters, that a file may have."""

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Not what YAML calls printable, or a line break that no editor shows as one (NEL, LS, PS), or REPLACEMENT.
_FORBIDDEN: Final = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffc\U00010000-\U0010ffff]")
# Look like a space or like nothing, and come with text that was copied from a web page or a word processor.
_INVISIBLE: Final = re.compile("[\xa0\xad\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
REPLACEMENT: Final = "\ufffd"
"""Stands in the cleaned text where a refused character stood; text that contains it has been reported."""


def clean(source: str | bytes, file: str) -> tuple[str, list[Problem]]:
    r"""Return the text with `\n` line ends and without a byte order mark, and the problems of its characters.

    Characters that are refused are replaced one by one, so that every position stays where it is in the file. A file
    that cannot be parsed at all (too big, UTF-16) comes back as empty text.
    """
    if len(source) > SIZE_LIMIT:
        return "", [Problem(file, 1, 1, "the file is larger than 1 MiB, which no configuration needs to be")]
    if isinstance(source, bytes):
        if source.startswith(_UTF16_MARKS) or b"\0" in source[:4]:
            return "", [Problem(file, 1, 1, "the file is saved as UTF-16 (Windows calls it Unicode); save it as UTF-8")]
        source = source.decode(errors="surrogateescape")
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    problems = list(_forbidden(text, file))
    text = _FORBIDDEN.sub(REPLACEMENT, text)
    problems += _invisible(text, file)
    return _INVISIBLE.sub(" ", text), problems


def _forbidden(text: str, file: str) -> Iterator[Problem]:
    bytes_told = False
    for line, found in _each(_FORBIDDEN, text.split("\n")):
        is_byte = "\udc80" <= found[0] <= "\udcff"  # how `surrogateescape` hands on what is not UTF-8
        if is_byte and bytes_told:
            continue  # one such byte says it for the whole file
        bytes_told |= is_byte
        message = f"the control character {_code(found[0])} cannot stand in a file"
        if is_byte:
            message = f"byte 0x{ord(found[0]) - 0xDC00:02X} is not UTF-8 text; save the file as UTF-8"
        yield Problem(file, line, found.start() + 1, message)


def _invisible(text: str, file: str) -> Iterator[Problem]:
    lines = [_COMMENT.sub("", line) for line in text.split("\n")]
    for line, found in _each(_INVISIBLE, lines):
        message = f"an invisible character ({_code(found[0])}) looks like a space here; delete it or type a plain space"
        yield Problem(file, line, found.start() + 1, message)


def _each(pattern: re.Pattern[str], lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """The first match of each line: a copied passage is full of them."""
    for number, line in enumerate(lines, start=1):
        if found := pattern.search(line):
            yield number, found


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
