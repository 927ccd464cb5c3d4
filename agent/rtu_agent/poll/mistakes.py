"""What derived points of a driver raise for one device: told when it begins or becomes another mistake."""

from collections.abc import Mapping, Sequence

from rtu_agent.domain.record import Field
from rtu_agent.normalize.decode import Decoded


class Mistakes:
    """One device. A point that has a value again is healed: what it raises after that is news."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._untold: dict[str, str] = {}

    def note(self, fields: Sequence[Field], decoded: Decoded) -> None:
        """Take what one poll has brought. Of an error the kind counts: what it says may hold the value at fault."""
        if self._kinds:
            for field in fields:
                if field.name not in decoded.reasons:
                    self._kinds.pop(field.name, None)
        for name, error in decoded.mistakes.items():
            kind = error.partition(":")[0]
            if self._kinds.get(name) != kind:
                self._kinds[name] = kind
                self._untold[name] = error

    def untold(self) -> Mapping[str, str]:
        """Return what was not returned before, by the name of the field."""
        untold, self._untold = self._untold, {}
        return untold
