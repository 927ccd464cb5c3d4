"""What the steps of a script are on the wire."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from rtu_agent.domain.registers import Table
from rtu_agent.driver_api.steps import Read, Step
from rtu_agent.protocol.adu import OVERHEAD
from rtu_agent.protocol.errors import LocalProtocolError
from rtu_agent.protocol.pdu import ReadRequest, Request
from rtu_agent.protocol.writes import WriteRegisters, WriteSingle

COIL_ON: Final = 0xFF00


def request_of(step: Step) -> Request:
    """Return the request that does a step.

    Raises:
        LocalProtocolError: none can.
    """
    if isinstance(step, Read):
        return ReadRequest(Table(step.table), step.address, step.count)
    if isinstance(step.value, tuple):
        return WriteRegisters(step.address, step.value)
    table = Table(step.table)
    return WriteSingle(table, step.address, COIL_ON * step.value if table is Table.COIL else step.value)


def sizes_of(steps: Iterable[Step]) -> list[int]:
    """Return how many characters the request and the reply of each step have together, but for what none can do."""
    sizes = []
    for step in steps:
        with suppress(LocalProtocolError):
            request = request_of(step)
            sizes.append(2 * OVERHEAD + len(request.encode()) + request.longest_reply)
    return sizes
