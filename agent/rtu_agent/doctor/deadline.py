"""Asks several at once and waits for none longer than told."""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

ANSWER_S: Final = 5.0
"""How long all servers together may take, seconds."""

_T = TypeVar("_T")


class NoAnswerError(Exception):
    """Nothing came in time."""


def within(seconds: float, questions: Mapping[str, Callable[[], _T]]) -> dict[str, _T | Exception]:
    """Return by name what each question brought: its answer, what it raised, or `NoAnswerError`.

    A question that hangs is left behind in its thread, which nobody waits for.
    """
    answers: dict[str, _T | Exception] = {}
    threads = [
        threading.Thread(target=partial(_ask, answers, name, question), name=f"ask {name}", daemon=True)
        for name, question in questions.items()
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = NoAnswerError(f"there was no answer within {seconds:g} s")
    return {name: answers.get(name, late) for name in questions}


def _ask(answers: dict[str, _T | Exception], name: str, question: Callable[[], _T]) -> None:
    try:
        answers[name] = question()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        answers[name] = error
