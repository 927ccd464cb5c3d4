"""What an output is. Bundled ones and those of other distributions keep the same contract.

A local output is told to write records to a file of its own. A network output is given bodies of line protocol from the
spool and says what its server made of them. Each is called by one thread of its own, never by the event loop, so it may
take its time; the others do not wait for it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel

from rtu_agent.domain.record import Record


class Action(StrEnum):
    """What is to be done with a body after a server has seen it, or should have."""

    ACCEPTED = "accepted"
    """The server has all of it."""
    AGAIN = "again"
    """Nothing is wrong with it: send it again after a growing pause."""
    HOLD = "hold"
    """Nothing is wrong with it, but somebody has to mend the configuration: send it again now and then."""
    SMALLER = "smaller"
    """It is too large: send it in halves."""
    REJECTED = "rejected"
    """At least one line is bad; whether the others were stored is not known. Send it in halves to find out."""


class SettingsError(Exception):
    """What the settings of an output point to cannot be used; the message names it and the mend."""


class EndedError(Exception):
    """Nobody will ever take records from this output again; there is no point in trying."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A line that a server refused, and its reason."""

    line: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a server made of one body."""

    action: Action
    reason: str = ""
    """In the server's words where it had any; empty when the body was accepted."""
    retry_after_s: float | None = None
    """How long the server asked to be left alone, seconds."""


class LocalOutput(ABC):
    """Writes records to files on this machine."""

    Settings: ClassVar[type[BaseModel]]
    """The model of its entry in the configuration; frozen, strict, without unknown keys."""
    uses_stdout: ClassVar[bool] = False
    """Whether it writes to standard output, which then carries nothing else."""

    @abstractmethod
    def __init__(self, name: str, settings: Any) -> None:
        """Take the entry's name and its settings, an instance of `Settings`; open nothing yet.

        Raises:
            SecretError: a secret is not where the settings say.
            SettingsError: what else they point to cannot be used.
        """

    @abstractmethod
    def write(self, records: Sequence[Record]) -> None:
        """Store the records durably; storing a record a second time must change nothing.

        Raises:
            EndedError: neither these records nor later ones can ever be stored.
            Exception: nothing can be said of the records; the same ones are given again later.
        """

    @abstractmethod
    def close(self) -> None:
        """Close every file; nothing is written afterwards."""


class NetworkOutput(ABC):
    """Hands bodies of line protocol to a server."""

    Settings: ClassVar[type[BaseModel]]
    """The model of its entry in the configuration; frozen, strict, without unknown keys."""
    in_order: ClassVar[bool] = False
    """It wants the oldest records first always; others get the newest together with the oldest after an outage."""

    @abstractmethod
    def __init__(self, name: str, settings: Any) -> None:
        """Take the entry's name and its settings, an instance of `Settings`; connect to nothing yet.

        Raises:
            SecretError: a secret is not where the settings say.
            SettingsError: what else they point to cannot be used.
        """

    @abstractmethod
    def send(self, body: bytes) -> Verdict:
        """Send lines joined by line feeds, timestamps in milliseconds, and wait for the server's answer.

        It must give up by itself after a time; storing a line a second time must change nothing at the server. An
        exception counts as no answer.
        """

    def send_again(self, body: bytes) -> Verdict:
        """Send lines again that were refused; somebody has mended what was wrong, and asks for it."""
        return self.send(body)

    def refused(self) -> Sequence[DeadLetter]:
        """Return the lines that the output has made of those it accepted, and that its server refused, as dead letters.

        They are asked for when all of a batch is accepted, and are those since `committed` was called last.
        """
        return ()

    def committed(self) -> None:  # noqa: B027 - most have nothing to do then
        """Hear that a batch is noted as accepted, and what `refused` has returned with it: it is never given again."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection; nothing is sent afterwards."""

    def keeps_s(self) -> float | None:
        """Return how long the server keeps records, seconds; None if for ever, or if it does not say.

        It is asked once, by a thread of its own, and any exception counts as no answer.
        """
        return None

    def probe(self) -> Verdict | None:
        """Ask the server whether it would take records, and store nothing; None if it cannot be asked so.

        It must give up by itself after a time. An exception counts as no answer.
        """
        return None

    def rollups(self) -> Mapping[str, "RollupTarget"]:
        """Return where the rollups go that the settings ask for, by names unlike those of all other outputs."""
        return {}


@dataclass(frozen=True, slots=True)
class RollupTarget:
    """Where the rollups of an output go."""

    length_s: float
    """Of a window; a day is a whole multiple of it."""
    output: NetworkOutput
    """Sends them."""
