"""A slave whose registers convict every wrong value, on a pseudo terminal, in a thread.

Register `address` of unit `unit` holds `unit * 1000 + address`; a value that was crossed with another unit's or another
address's shows whose it is. How late each reply comes is decided by the test.
"""

import os
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from rtu_agent.domain.registers import Table
from rtu_agent.protocol.crc import crc_is_good
from rtu_agent.protocol.pdu import ReadRequest
from support.line import words_reply

Lateness = Callable[[int, int], float | None]
"""Takes unit and the number of the request; returns seconds, or None for no reply."""


def truth(unit: int, address: int) -> int:
    """Return what a register holds."""
    return unit * 1000 + address


class TruthSlave:
    """All units of a line; `plug` and `unplug` as often as wanted. `word` says what a register holds."""

    def __init__(self, path: Path, lateness: Lateness, word: Callable[[int, int], int] = truth) -> None:
        self.path = path
        self._word = word
        self.requests: list[tuple[float, bytes]] = []
        self._lateness = lateness
        self._thread: threading.Thread | None = None
        self._unplugged = threading.Event()

    def plug(self) -> None:
        """Make the port appear at `path` and serve it."""
        far, near = os.openpty()
        tty.setraw(far)
        tty.setraw(near)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(near))
        self._unplugged.clear()
        self._thread = threading.Thread(target=self._serve, args=(far, near), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Make the port vanish."""
        self._unplugged.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _serve(self, far: int, near: int) -> None:
        heard = b""
        replies: list[tuple[float, bytes]] = []
        while not self._unplugged.is_set():
            due = min((at for at, _ in replies), default=time.monotonic() + 0.05)
            ready, _, _ = select.select([far], [], [], max(0.0, min(due - time.monotonic(), 0.05)))
            if ready:
                heard = self._take(heard + os.read(far, 4096), replies)
            now = time.monotonic()
            for reply in sorted(reply for reply in replies if reply[0] <= now):
                replies.remove(reply)
                os.write(far, reply[1])
        self.path.unlink(missing_ok=True)
        os.close(far)
        os.close(near)

    def _take(self, heard: bytes, replies: list[tuple[float, bytes]]) -> bytes:
        while len(heard) >= 8:
            request, heard = heard[:8], heard[8:]
            if not crc_is_good(request):
                return b""
            number = len(self.requests)
            now = time.monotonic()
            self.requests.append((now, request))
            late_s = self._lateness(request[0], number)
            if late_s is not None:
                replies.append((now + late_s, self._reply(request)))
        return heard

    def _reply(self, request: bytes) -> bytes:
        address, count = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        table = Table.HOLDING if request[1] == 3 else Table.INPUT
        words = [self._word(request[0], address + place) & 0xFFFF for place in range(count)]
        return words_reply(request[0], ReadRequest(table, address, count), words)
