"""The values of a YAML file with their places, and the lists and mappings that are still being read."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Node:
    """A value and its place; lines and columns count from 1."""

    line: int
    column: int
    length: int = 1
    data: Any = None
    children: dict[str | int, tuple["Node", "Node"]] = field(default_factory=dict)
    """By key as text, or by index: the node of the key (in a list that of the value again) and that of the value."""
    complete: bool = True
    """False when the file says, or may say, more about it than could be read."""
    merges: bool = False
    """True for a bare `<<`, which as a key merges its value."""
    size: int = 1
    """Values in it, itself included."""
    height: int = 1

    def child(self, step: str | int) -> tuple["Node", "Node"] | None:
        """Return the nodes of the key and the value at a key or an index."""
        return self.children.get(step if isinstance(self.data, list) else str(step))

    def measure(self) -> None:
        """Take size and height from the children."""
        values = [value for _, value in self.children.values()]
        self.size = 1 + sum(value.size for value in values)
        self.height = 1 + max((value.height for value in values), default=0)


@dataclass(slots=True, eq=False)
class OpenList:
    """A list whose end has not come yet."""

    node: Node
    flow: bool
    anchor: str | None

    def add(self, value: Node) -> None:
        """Take the next item."""
        self.node.children[len(self.node.data)] = (value, value)
        self.node.data.append(value.data)

    def drop_last(self) -> None:
        """Forget the item that came last."""
        if self.node.data:
            self.node.data.pop()
            self.node.children.popitem()

    def refuse(self) -> None:
        """Skip the item that comes now."""


@dataclass(slots=True, eq=False)
class OpenMapping:
    """A mapping whose end has not come yet: keys and values come in turn."""

    node: Node
    flow: bool
    anchor: str | None
    key: Node | None = None
    """The key whose value comes next."""
    refused: bool = False
    """The value that comes next belongs to a key that was refused."""
    merged: list[Node] = field(default_factory=list)
    """The values of `<<`."""

    @property
    def wants_key(self) -> bool:
        """True when a key comes next, false when its value does."""
        return self.key is None and not self.refused

    def put(self, key: Node, value: Node) -> None:
        """Take the value that came after `key`."""
        self.node.children[str(key.data)] = (key, value)
        self.node.data[key.data] = value.data
        self.key = None

    def drop_last(self) -> None:
        """Forget the key that came last, and its value if that came too."""
        if self.wants_key and self.node.data:
            self.node.data.popitem()
            self.node.children.popitem()
        self.key = None

    def refuse(self) -> None:
        """Skip what comes now: a key with the value after it, or the value of the last key."""
        self.refused, self.key = self.wants_key, None

    def merge(self, source: Node) -> None:
        """Add what was merged with `<<`, unless the mapping says it itself."""
        self.node.complete &= source.complete
        for key, data in source.data.items():
            if str(key) not in self.node.children:
                self.node.children[str(key)] = source.children[str(key)]
                self.node.data[key] = data
