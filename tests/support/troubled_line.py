"""A serial line as it should not be: disturbed, with a device that refuses and one that has no sensor."""

import os
import select
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from rtu_agent.protocol.adu import frame

REPLIES = {2: b"\x84\x04", 3: b"\x04\x04\x7f\xff\x00\x7b"}
"""By unit: one device refuses every request (exception 4), one has two values of which one says that there is none."""
REPLY_AFTER_S = 0.005
"""A reply that comes sooner than a wire could have carried it is not believed."""


@contextmanager
def troubled_line() -> Iterator[str]:
    """A serial port with a disturbance and the devices that send `REPLIES`; gives its path."""
    far, near = os.openpty()
    tty.setraw(near)
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            ready, _, _ = select.select([far], [], [], 0.2)
            request = os.read(far, 256) if ready else b""
            if not request:
                os.write(far, b"\x00\xff\x55")
            elif request[0] in REPLIES:
                time.sleep(REPLY_AFTER_S)
                os.write(far, frame(request[0], REPLIES[request[0]]))

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        yield os.ttyname(near)
    finally:
        stop.set()
        thread.join()
        os.close(far)
        os.close(near)
