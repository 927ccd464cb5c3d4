"""What a class body is written into. Python keeps the last of two values of one name and says nothing of the first."""

from abc import ABCMeta
from typing import Any, Final

from rtu_agent.driver_api.body import METHODS
from rtu_agent.driver_api.declaration import Declared

TWICE: Final = "declared twice"
"""The attribute that names what a class body declares more than once; no author can name anything so."""


class Namespace(dict[str, Any]):
    """The names of a class body, which notes each point and script that is declared anew in the same body."""

    def __setitem__(self, name: str, value: Any) -> None:
        """Keep the value; and its name, if it takes the place of a point or a script."""
        if isinstance(self.get(name), (Declared, *METHODS)):
            super().__setitem__(TWICE, (*self.get(TWICE, ()), name))
        super().__setitem__(name, value)


class DriverType(ABCMeta):
    """The type of driver classes: their bodies are written into a `Namespace`.

    Only the type of a class knows what its body is written into. It is an `ABCMeta`, because a class has one type, and
    authors may share what is abstract among their drivers.
    """

    @classmethod
    def __prepare__(cls, _name: str, _bases: tuple[type, ...], /, **_options: Any) -> Namespace:
        """Return what the body is written into."""
        return Namespace()
