"""What an author has written in a class body, before anything is made of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from rtu_agent.driver_api.factor import FactorName
from rtu_agent.driver_api.words import TypeName

if TYPE_CHECKING:
    from rtu_agent.driver_api.derived import DerivedName
    from rtu_agent.driver_api.driver import Driver
    from rtu_agent.driver_api.factor import Factor
    from rtu_agent.driver_api.point import Point


class Declared:
    """A type and its arguments. Read from the class, it is what was made of them."""

    def __init__(self, type_name: "TypeName | FactorName | DerivedName", arguments: Mapping[str, Any]) -> None:
        self.type_name = type_name
        self.arguments = arguments
        self.name = ""
        """Of the attribute; nothing for what was written right where it is used."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def moved(self, by: int) -> Self:
        """Return the same at addresses that are higher by `by`."""
        moved = {key: _moved(key, value, by) for key, value in self.arguments.items()}
        twin = type(self)(self.type_name, moved)
        twin.name = self.name
        return twin

    def within(self, options: Mapping[str, Any]) -> Self:
        """Return the same with what its class says about all points, where it says nothing itself."""
        twin = type(self)(self.type_name, {**options, **self.arguments})
        twin.name = self.name
        return twin

    def made(self, owner: "type[Driver]") -> Any:
        """Return what the driver has made of this.

        Raises:
            AttributeError: the class is not complete yet.
        """
        try:
            return owner.made[self.name]
        except KeyError:
            raise AttributeError(f"{owner.__name__} has no point '{self.name}' yet") from None


def _moved(key: str, value: Any, by: int) -> Any:
    if key == "at":
        return value + by if isinstance(value, int) else tuple(address + by for address in value)
    if isinstance(value, Declared):
        return value.moved(by)
    if key == "scale" and isinstance(value, tuple | list):
        return tuple(_moved("", part, by) for part in value)
    return value


class Declaration(Declared):
    """A point in registers or bits."""

    def __get__(self, instance: object, owner: "type[Driver]") -> "Point":
        return cast("Point", self.made(owner))


class FactorDeclaration(Declared):
    """A register that scales others."""

    def __get__(self, instance: object, owner: "type[Driver]") -> "Factor":
        return cast("Factor", self.made(owner))


class DerivedDeclaration(Declared):
    """A point that is computed from others."""

    # Read from the class it is a `Derived`. To type checkers it may be anything: one model computes what another of its
    # family has in a register, so either must be able to take the place of the other in a derived class.
    def __get__(self, instance: object, owner: "type[Driver]") -> Any:
        return self.made(owner)
