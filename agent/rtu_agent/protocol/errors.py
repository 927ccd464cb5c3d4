"""What can be wrong with the caller. What goes wrong on the wire is never raised: it is an `Outcome`.

LocalProtocolError        the caller asked for what cannot be asked
    MasterBusy            a transaction is under way
    UnitQuarantined       the unit may still answer an earlier request
    WriteForbidden        a function that does not only read, and the unit's device entry does not allow writes
    EchoUnknown           a write before a read has shown whether the adapter echoes
"""


class LocalProtocolError(Exception):
    """The caller is wrong; nothing was sent."""


class MasterBusy(LocalProtocolError):
    """A transaction is under way; one bus has one transaction at a time."""


class UnitQuarantined(LocalProtocolError):
    """The unit may still answer an earlier request, so a new one could not be told from it."""


class WriteForbidden(LocalProtocolError):
    """A function that does not only read was asked for, and writes to this unit are not allowed."""


class EchoUnknown(LocalProtocolError):
    """A write needs a clean read before it, which tells whether the adapter echoes."""
