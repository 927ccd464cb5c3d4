"""Carries bytes between two ptys over a wire, at the times that the wire says."""

import asyncio

from rtu_agent.simulator.ear import Ear
from rtu_agent.simulator.plug import Plug
from rtu_agent.simulator.ptys import Pty
from rtu_agent.simulator.turns import Turns
from rtu_agent.simulator.wire import Wire


class Cable:
    """Joins the master's port and the slaves' port.

    The loop must be able to wait for less than a millisecond (see `site`); its clock is the wire's clock.
    """

    def __init__(self, wire: Wire, ear: Ear, master: Pty | Plug, slaves: Pty) -> None:
        self._wire = wire
        self._master = master
        self._slaves = slaves
        self._loop = asyncio.get_running_loop()
        self._turns = Turns(ear, slaves.write, self._answer)
        self._timer: asyncio.TimerHandle | None = None

    def connect(self) -> None:
        """Begin to carry."""
        self._loop.add_reader(self._master, self._read_master)
        self._loop.add_reader(self._slaves, self._read_slaves)

    def disconnect(self) -> None:
        """Carry nothing any more."""
        if self._master.fileno() >= 0:
            self._loop.remove_reader(self._master)
        self._loop.remove_reader(self._slaves)
        if self._timer is not None:
            self._timer.cancel()

    def pull(self, master: Plug) -> None:
        """Let the master's port be gone."""
        self._loop.remove_reader(master)
        master.pull()

    def push(self, master: Plug) -> None:
        """Let the master's port be there again."""
        master.push()
        self._loop.add_reader(master, self._read_master)

    def _read_master(self) -> None:
        if data := self._master.read():
            self._wire.write_master(data, self._loop.time())
        self._carry()

    def _read_slaves(self) -> None:
        if data := self._slaves.read():
            self._turns.answered(data)
        self._carry()

    def _carry(self) -> None:
        """Hand over what is due on both sides and wait for the next."""
        now = self._loop.time()
        for frame in self._wire.read_slaves(now):
            self._turns.heard(frame)
        if arrived := self._wire.read_master(now):
            self._master.write(arrived)
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._wire.next_deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._carry)

    def _answer(self, reply: bytes) -> None:
        self._wire.write_slaves(reply, self._loop.time())
