"""Text from elsewhere, made safe to print: it stays on its line and cannot steer a terminal."""


def printable(text: str) -> str:
    r"""Return `text` with everything that does not print written as an escape, for example `\x1b` or `\n`.

    That covers control characters, line and paragraph separators, bidirectional overrides and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
