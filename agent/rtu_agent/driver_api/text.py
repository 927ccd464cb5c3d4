"""Text as it lies in registers; how it is read is said by `domain.text`."""


def fit_text(text: str, size: int) -> bytes:
    """Return `text` as `size` bytes, filled up with NUL.

    Raises:
        ValueError: it is longer.
    """
    data = text.encode()
    if len(data) > size:
        raise ValueError(f"{text!r} needs {len(data)} bytes, there are {size}")
    return data.ljust(size, b"\0")
