"""A thread whose event loop can wait for less than a millisecond."""

import asyncio
import selectors
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Entered(Generic[Value]):
    value: Value
    leave: Callable[[], object]


@contextmanager
def in_exact_thread(context: AbstractAsyncContextManager[Value]) -> Iterator[Value]:
    """Enter `context` in a thread of its own, give what it gives, and leave it there at the end of the block.

    The thread's loop waits with `select`, which is exact to some 0.1 ms; the usual one rounds every wait up to a whole
    millisecond.

    Raises:
        Exception: whatever entering the context raised.
    """
    entered: Future[_Entered[Value]] = Future()
    thread = threading.Thread(target=_run, args=(context, entered), name="simulator")
    thread.start()
    try:
        held = entered.result()
        try:
            yield held.value
        finally:
            held.leave()
    finally:
        thread.join()


def _run(context: AbstractAsyncContextManager[Value], entered: Future[_Entered[Value]]) -> None:
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(_hold(context, entered))


async def _hold(context: AbstractAsyncContextManager[Value], entered: Future[_Entered[Value]]) -> None:
    end = asyncio.Event()
    try:
        async with context as value:
            entered.set_result(_Entered(value, partial(asyncio.get_running_loop().call_soon_threadsafe, end.set)))
            await end.wait()
    except Exception as error:
        if entered.done():
            raise
        entered.set_exception(error)
