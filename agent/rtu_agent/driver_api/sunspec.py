"""Finding the models of a SunSpec device.

Source: SunSpec Device Information Model Specification: the marker `SunS`, then models, each with its id and its length;
id 0xFFFF ends them.
"""

from collections.abc import Generator, Sequence
from typing import Final

from rtu_agent.domain.registers import HIGHEST_ADDRESS
from rtu_agent.driver_api.steps import Read, Reply, Step, StepFailed

BASES: Final = (40000, 50000, 0)
"""Where the marker may stand."""
_MARKER: Final = (0x5375, 0x6E53)
_END: Final = 0xFFFF
_MOST_MODELS: Final = 100


def sunspec_models(bases: Sequence[int] = BASES) -> Generator[Step, Reply, dict[int, int]]:
    """Walk the chain of models of a device; a part of a script, which says `yield from`.

    Args:
        bases: addresses where the marker may stand.

    Returns:
        By model id, the address of its first register, which holds the id; of several, the first. Nothing if the device
        has no marker.

    Raises:
        StepFailed: the device did not answer.
    """
    for base in bases:
        try:
            marker = yield Read("holding", base, 2)
        except StepFailed as failure:
            if not failure.refused:
                raise
        else:
            if marker == _MARKER:
                return (yield from _chain(base + 2))
    return {}


def _chain(address: int) -> Generator[Step, Reply, dict[int, int]]:
    models: dict[int, int] = {}
    for _ in range(_MOST_MODELS):
        if address >= HIGHEST_ADDRESS:
            break
        try:
            model, length = yield Read("holding", address, 2)
        except StepFailed as failure:
            if not failure.refused:
                raise
            break
        if model == _END:
            break
        models.setdefault(model, address)
        address += 2 + length
    return models
