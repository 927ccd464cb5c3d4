"""The shipped alert rules on a clock on which a minute is a second, so that a test can wait for them.

Nothing else is changed: `for: 2m` becomes 2 s, a window `[10m]` 10 s, and a limit written as `5 * 60` seconds 5 s. A
test proves that every time in the rules is written in one of these ways.
"""

import re


def hastened(rules: str) -> str:
    """Return the text of a rule file with every minute made a second."""
    quick = re.sub(r"(?<=for: )(\d+)m\b|(?<=\[)(\d+)m(?=\])", lambda match: f"{match[1] or match[2]}s", rules)
    return quick.replace(" * 60", " * 1")
