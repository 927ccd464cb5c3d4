"""Pseudo terminals that stand for serial adapters, without anybody at the far end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def terminal() -> Iterator[str]:
    """Yield the path of a pseudo terminal that lives as long as the block."""
    far, near = os.openpty()
    try:
        yield os.ttyname(near)
    finally:
        os.close(near)
        os.close(far)
