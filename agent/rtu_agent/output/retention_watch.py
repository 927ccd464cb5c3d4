"""Asks each server once how long it keeps records: shorter than the spool may hold them is a loss in waiting."""

from collections.abc import Mapping
from contextlib import suppress
from threading import Thread

from rtu_agent.events import RetentionTooShort, Watcher
from rtu_agent.output.contract import NetworkOutput
from rtu_agent.output.marks import Limits


def watch_retention(outputs: Mapping[str, object], limits: Limits, watch: Watcher) -> list[Thread]:
    """Ask in threads of their own, which nobody has to wait for; return them."""
    network = {name: output for name, output in outputs.items() if isinstance(output, NetworkOutput)}
    threads = [
        Thread(target=_ask, args=(name, output, limits, watch), name=f"ask {name}", daemon=True)
        for name, output in network.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _ask(name: str, output: NetworkOutput, limits: Limits, watch: Watcher) -> None:
    with suppress(Exception):  # a server that cannot be asked says so when it is written to
        keeps_s, spool_keeps_s = output.keeps_s(), limits.keep_ms / 1000
        if keeps_s is not None and keeps_s < spool_keeps_s:
            watch(RetentionTooShort(name, keeps_s, spool_keeps_s))
