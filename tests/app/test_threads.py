"""Work in threads that nobody waits for."""

import asyncio
import subprocess
import sys
import threading

import pytest

from rtu_agent.app.threads import DaemonThreads

HANG = """
import asyncio, threading, time
from rtu_agent.app.threads import DaemonThreads
async def main():
    asyncio.get_running_loop().set_default_executor(DaemonThreads())
    hanging = asyncio.ensure_future(asyncio.to_thread(threading.Event().wait))
    await asyncio.sleep(0.1)
    hanging.cancel()
asyncio.run(main())
"""


async def test_work_is_done_and_mistakes_come_back() -> None:
    """As with any executor."""
    asyncio.get_running_loop().set_default_executor(DaemonThreads())

    assert await asyncio.to_thread(lambda: threading.current_thread().daemon)
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(lambda: 1 / 0)


def test_a_program_ends_though_its_work_hangs() -> None:
    """A port that does not open must not keep an agent from ending."""
    subprocess.run([sys.executable, "-c", HANG], check=True, timeout=20)
