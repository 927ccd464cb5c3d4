"""How long the adapters of the site hold received bytes back."""

from collections.abc import Iterator

from rtu_agent.bus.latency import latency_mend, read_latency_s
from rtu_agent.doctor.case import Case
from rtu_agent.doctor.finding import Finding, ok, warning
from rtu_agent.doctor.in_use import is_held_by_agent


def examine(case: Case) -> Iterator[Finding]:
    """Say of each adapter that has a latency timer what it is set to."""
    for bus, port in case.serial_ports.items():
        latency_s = read_latency_s(port, case.machine.roots.sys)
        if latency_s is not None:
            yield judge(bus, port, latency_s, is_running=is_held_by_agent(port, case))


def judge(bus: str, port: str, latency_s: float, *, is_running: bool) -> Finding:
    """Judge one adapter; before the agent has opened it, it need not be quick yet."""
    says = f"the adapter hands received bytes over after {1000 * latency_s:g} ms"
    mend = latency_mend(port, latency_s)
    if mend is None:
        return ok(bus, says)
    if not is_running:
        return ok(bus, f"{says}; the agent asks for 1 ms when it opens the port")
    return warning(bus, f"{says}, which is added to every reply, and the agent could not change it", mend)
