"""Parse events → one tree of nodes that know their place, built so that nothing in a file can blow it up.

The events come one by one and the tree grows by hand instead of by recursion: deep nesting and aliases that multiply
are refused while they are read, and when the text breaks off in a syntax error the tree holds what was read until
then. Such a tree is honest about its holes: a node that may lack something that the file does say is not `complete`,
and whoever looks for missing or dangling things has to ask first.
"""

from typing import Any, Final

import yaml

from rtu_agent.domain.problem import Problem, did_you_mean
from rtu_agent.domain.strict_yaml.node import Node, OpenList, OpenMapping
from rtu_agent.domain.strict_yaml.scalar import resolve, surprise
from rtu_agent.domain.strict_yaml.text import REPLACEMENT

DEPTH_LIMIT: Final = 32
ALIAS_LIMIT: Final = 100_000
"""Values that all aliases of a file together may stand for."""

_MERGE: Final = "<<"
_TAG: Final = "a tag (!…) means nothing here; write the value without it"


class TooMuchError(Exception):
    """The file asks for more than any configuration needs and reading on could be dangerous; it has been reported."""


class Tree:
    """What a file says, as far as it was read."""

    def __init__(self, file: str, *, damaged: bool = False) -> None:
        """`damaged`: characters of the text were replaced, which has been reported."""
        self.root: Node | None = None
        self.last_scalar: Node | None = None
        """The word or quoted text that the last event brought."""
        self.problems: list[Problem] = []
        self.surprises: dict[tuple[int, int], str] = {}
        """By line and column, how a word was read that YAML 1.1 would have read differently."""
        self._file = file
        self._damaged = damaged
        self._open: list[OpenList | OpenMapping] = []
        self._just_ended: list[Node] = []
        self._anchors: dict[str, Node] = {}
        self._aliased = 0
        self._broken = False

    def feed(self, event: yaml.Event) -> None:
        """Take the next event.

        Raises:
            TooMuchError: nested too deep, or aliases that stand for too many values.
        """
        self.last_scalar = None
        if not isinstance(event, yaml.CollectionEndEvent):
            self._just_ended.clear()
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.CollectionStartEvent():
                self._start(event)
            case yaml.CollectionEndEvent():
                self._end(event)
            case _:
                pass

    def break_off(self) -> None:
        """The text cannot be read further: what is open stays incomplete, what was read last cannot be trusted."""
        if self.last_scalar and self._open:
            self._open[-1].drop_last()
        # A line with the wrong indentation ends what it was meant to go on with.
        for node in (*self._just_ended, *(unfinished.node for unfinished in self._open)):
            node.complete = False
        if self.root:
            self.root.complete = False
        self._open.clear()
        self._broken = True

    @property
    def bracket(self) -> Node | None:
        """The innermost list or mapping, if it is open and stands in brackets."""
        return self._open[-1].node if self._open and self._open[-1].flow else None

    def report(self, node: Node, message: str) -> None:
        """Add a problem that stands at `node`."""
        self.problems.append(Problem(self._file, node.line, node.column, message, node.length))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        node, plain = _placed(event), event.style in (None, "")
        node.data = resolve(event.value) if plain else event.value
        node.merges = plain and event.value == _MERGE
        self.last_scalar = node
        if event.tag is not None:
            self._refuse(node, _TAG)
            return
        if not _storable(event.value):
            self._refuse(node, "this text holds NUL or half a character (an escape from \\ud800 to \\udfff)")
            return
        if self._damaged and REPLACEMENT in event.value:
            self._skip()
            return
        if plain and (found := surprise(event.value)):
            self.surprises[node.line, node.column] = found.reading
            self.report(node, f"{found.reading}; {found.mend}")
        self._remember(event.anchor, node)
        self._add(node)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place, name = _placed(event), str(event.anchor)
        node = self._anchors.get(name)
        if any(unfinished.anchor == name for unfinished in self._open):
            self._refuse(place, f"*{name} stands inside &{name} and would never end")
        elif node is None:
            self._refuse(place, f"no &{name} stands above that *{name} could repeat{did_you_mean(name, self._anchors)}")
        else:
            self._check_aliases(place, node)
            self._check_depth(place, node.height)
            self._add(node)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        mapping, node = isinstance(event, yaml.MappingStartEvent), _placed(event)
        self._check_depth(node, 1)
        if event.tag is not None:
            self.report(node, _TAG)
        if mapping and not self._open and self.root and isinstance(self.root.data, dict):
            node = self.root  # the text broke off before, and reading goes on with the next top-level key
        else:
            node.data = {} if mapping else []
            self._add(node)
        kind = OpenMapping if mapping else OpenList
        self._open.append(kind(node, flow=bool(event.flow_style), anchor=event.anchor))

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        done = self._open.pop()
        node = done.node
        if isinstance(done, OpenMapping):
            self._merge(done)
        node.measure()
        end: Any = event.end_mark
        if done.flow and end.line + 1 == node.line:
            node.length = end.column + 1 - node.column
        elif isinstance(done, OpenMapping) and node.children:
            node.length = next(iter(node.children.values()))[0].length
        self._remember(done.anchor, node)
        self._just_ended.append(node)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            node.complete = not self._broken
            return
        parent = self._open[-1]
        if isinstance(parent, OpenList):
            parent.add(node)
        elif parent.refused:
            parent.refused = False
        elif parent.key is None:
            self._add_key(parent, node)
        elif parent.key.merges:
            parent.merged.append(node)
            parent.key = None
        else:
            parent.put(parent.key, node)

    def _add_key(self, parent: OpenMapping, key: Node) -> None:
        if not isinstance(key.data, str | int) or isinstance(key.data, bool):
            self._refuse(key, "a key must be a word or a whole number; put anything else in quotes")
        elif first := parent.node.children.get(str(key.data)):
            self.report(key, f"the key '{key.data}' is given twice; the first one stands in line {first[0].line}")
            first[1].complete = False
            parent.refuse()
        else:
            parent.key = key

    def _refuse(self, place: Node, message: str) -> None:
        """Report something that has no value."""
        self.report(place, message)
        self._skip()

    def _skip(self) -> None:
        """Leave out what comes now."""
        if self._open:
            self._open[-1].node.complete = False
            self._open[-1].refuse()
        else:
            self._broken = True

    def _merge(self, mapping: OpenMapping) -> None:
        for value in mapping.merged:
            sources = [item for _, item in value.children.values()] if isinstance(value.data, list) else [value]
            for source in sources:
                if isinstance(source.data, dict):
                    mapping.merge(source)
                else:
                    self.report(source, "<< merges mappings, such as the alias of one, and nothing else")

    def _remember(self, anchor: str | None, node: Node) -> None:
        if anchor is not None:
            self._anchors[anchor] = node

    def _check_aliases(self, place: Node, node: Node) -> None:
        self._aliased += node.size
        if self._aliased > ALIAS_LIMIT:
            self.report(place, f"the aliases up to here stand for more than {ALIAS_LIMIT} values, which no site needs")
            raise TooMuchError

    def _check_depth(self, place: Node, height: int) -> None:
        if len(self._open) + height > DEPTH_LIMIT:
            self.report(place, f"lists and mappings are nested more than {DEPTH_LIMIT} deep here")
            raise TooMuchError


def _placed(event: yaml.NodeEvent) -> Node:
    start: Any = event.start_mark  # every event of a parser has marks, though the type does not say so
    end: Any = event.end_mark
    length = end.column - start.column if end.line == start.line else 1
    return Node(start.line + 1, start.column + 1, max(length, 1))


def _storable(text: str) -> bool:
    """False for what no file name, no UTF-8 text and no database takes."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
