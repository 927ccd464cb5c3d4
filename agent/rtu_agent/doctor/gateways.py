"""Whether the gateways and servers that buses are reached through answer.

Many serial gateways serve one client, and turn out the older one for a younger: so none is called while the agent runs.
"""

import socket
from collections.abc import Iterator
from functools import partial

from rtu_agent.bus.address import NetworkAddress
from rtu_agent.bus.network import CONNECT_S, explain
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.deadline import ANSWER_S, NoAnswerError, within
from rtu_agent.doctor.finding import Finding, ok, problem
from rtu_agent.doctor.listening import is_running


def examine(case: Case) -> Iterator[Finding]:
    """Call every gateway, all at once, and say nothing to it."""
    if not case.addresses:
        return
    if is_running(case):
        for bus, address in case.addresses.items():
            yield ok(bus, f"{address.host}:{address.port} is left alone: the agent runs and may be connected to it")
        return
    answers = within(ANSWER_S, {bus: partial(_call, address) for bus, address in case.addresses.items()})
    for bus, answer in answers.items():
        yield judge(bus, case.addresses[bus], answer)


def _call(address: NetworkAddress) -> None:
    socket.create_connection((address.host, address.port), CONNECT_S).close()


def judge(bus: str, address: NetworkAddress, error: Exception | None) -> Finding:
    """Judge one gateway by what came of the call; None is an answer."""
    place = f"{address.host}:{address.port}"
    if error is None:
        return ok(bus, f"{place} answers")
    if isinstance(error, NoAnswerError):
        error = TimeoutError()
    mend = f"`ping {address.host}`; the address stands in buses: {{{bus}: {{port: …}}}}"
    return problem(bus, explain(place, address, error), mend)
