"""Threads for what may hang: a port that does not open, a disk that does not answer.

The pools of the standard library are waited for when the program ends. These are not: each piece of work has a daemon
thread of its own, which ends with the process at the latest.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any, ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


class DaemonThreads(ThreadPoolExecutor):
    """What an event loop takes for its default executor; how the pool would share threads is left alone."""

    def submit(
        self, work: Callable[_Given, _Result], /, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> Future[_Result]:
        """Begin the work at once, in a thread of its own."""
        future: Future[_Result] = Future()
        Thread(target=_run, args=(future, work, args, kwargs), name="work", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - the base's signature
        """Wait for nobody."""
        super().shutdown(wait=False)


def _run(future: "Future[Any]", work: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work(*args, **kwargs))
    except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
        future.set_exception(error)
