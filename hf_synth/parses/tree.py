"""Labelled trees, and the two kinds of brackets that they are written in.

PIZZA writes `(ORDER (PIZZAORDER (NUMBER two ) (TOPPING ham ) ) )`, mTOP `[IN:GET_WEATHER [SL:LOCATION new york ] ]`:
a bracket and its label are one token, and so is each closing bracket. Reading is forgiving about white space around
brackets, and about nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from hf_synth.errors import SchemaError

Key: TypeAlias = tuple[str, tuple["Key | str", ...]]


class ParseError(SchemaError):
    """A text is not a parse.

    Args:
        position: Where, in characters from 1.
        expected: What should stand there.
        found: What stands there.
    """

    def __init__(self, position: int, expected: str, found: str) -> None:
        super().__init__(f"character {position} of the parse: expected {expected}, got {found}")
        self.position = position


@dataclass(frozen=True)
class Brackets:
    """A kind of brackets: `ROUND` or `SQUARE`."""

    open: str
    close: str


INTENT = "IN:"  # mTOP's intents may hold nothing: `[IN:GET_TIME ]`
ROUND, SQUARE = Brackets("(", ")"), Brackets("[", "]")
KINDS = (ROUND, SQUARE)
DEPTH = 100  # brackets open at once; human parses have some eight, and each takes a call of whatever walks the tree


@dataclass(frozen=True)
class Tree:
    """A node with its label and what stands in it, in order.

    Args:
        label: Such as `ORDER` or `SL:LOCATION`.
        children: Words, and nodes below this one.

    Examples:
        >>> order = read_parse("(ORDER i want (NUMBER two ) (DRINKTYPE diet coke ) )")
        >>> order.words, [(node.label, node.value) for node in order.nodes]
        (('i', 'want'), [('NUMBER', 'two'), ('DRINKTYPE', 'diet coke')])
        >>> write_parse(order)
        '(ORDER i want (NUMBER two ) (DRINKTYPE diet coke ) )'
    """

    label: str
    children: tuple[Tree | str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that stand directly in this node."""
        return tuple(child for child in self.children if isinstance(child, str))

    @property
    def nodes(self) -> tuple[Tree, ...]:
        """The nodes directly below this one."""
        return tuple(child for child in self.children if isinstance(child, Tree))

    @property
    def value(self) -> str:
        """The words that stand directly in this node, joined by single spaces."""
        return " ".join(self.words)

    @property
    def is_leaf(self) -> bool:
        """Whether there are words in this node and nothing else: a slot with its value."""
        return bool(self.children) and not self.nodes

    def walk(self) -> Iterator[Tree]:
        """This node and all below it, a node before those in it, in order."""
        yield self
        for node in self.nodes:
            yield from node.walk()

    def leaves(self) -> list[Tree]:
        """The slots with their values, in order."""
        return [node for node in self.walk() if node.is_leaf]

    def key(self) -> Key:
        """What two trees have in common exactly if they differ in the order of children alone.

        As in the comparison that PIZZA comes with, words are children like any other.
        """
        children = [child if isinstance(child, str) else child.key() for child in self.children]
        return self.label, tuple(sorted(children, key=repr))


def read_parse(text: str, brackets: Brackets | None = None) -> Tree:
    """Read a parse.

    Args:
        text: One tree.
        brackets: The kind it is written in; that of its first character if left out.

    Returns:
        The tree.

    Raises:
        ParseError: The text is no single tree: a bracket too many or too few, no label, a node with nothing in it, or
            one too deep.

    Examples:
        >>> read_parse("[IN:GET_TIME [SL:LOCATION here ]")
        Traceback (most recent call last):
        hf_synth.parses.tree.ParseError: character 33 of the parse: expected ] for IN:GET_TIME, got the end
    """
    kind = brackets or find_brackets(text)
    tokens = re.compile(rf"[{re.escape(kind.open + kind.close)}]|[^\s{re.escape(kind.open + kind.close)}]+")
    stack: list[tuple[str, list[Tree | str]]] = []
    root: Tree | None = None
    opened = 0  # where the bracket stands whose label is to come
    for match in tokens.finditer(text):
        token, position = match.group(), match.start() + 1
        if opened:
            if token in (kind.open, kind.close):
                raise ParseError(position, f"a label after {kind.open}", repr(token))
            stack.append((token, []))
            opened = 0
        elif root is not None:
            raise ParseError(position, "the end", repr(token))
        elif token == kind.open:
            if len(stack) == DEPTH:
                raise ParseError(position, f"at most {DEPTH} open brackets", "another one")
            opened = position
        elif not stack:
            raise ParseError(position, kind.open, repr(token))
        elif token == kind.close:
            label, children = stack.pop()
            if not children and not label.startswith(INTENT):
                raise ParseError(position, f"something in {label}", repr(token))
            tree = Tree(label, tuple(children))
            if stack:
                stack[-1][1].append(tree)
            else:
                root = tree
        else:
            stack[-1][1].append(token)
    if root is None:
        wanted = f"a label after {kind.open}" if opened else f"{kind.close} for {stack[-1][0]}" if stack else "a parse"
        raise ParseError(len(text) + 1, wanted, "the end")
    return root


def find_brackets(text: str) -> Brackets:
    """Say which kind of brackets a parse is written in.

    Args:
        text: A parse.

    Returns:
        The kind of its first character.

    Raises:
        ParseError: The first character is no bracket.
    """
    start = text.lstrip()
    for kind in KINDS:
        if start.startswith(kind.open):
            return kind
    found = repr(start.split()[0]) if start else "the end"
    raise ParseError(len(text) - len(start) + 1, " or ".join(kind.open for kind in KINDS), found)


def write_parse(tree: Tree, brackets: Brackets = ROUND) -> str:
    """Write a tree as a parse, each token after a single space.

    Args:
        tree: The tree.
        brackets: The kind to write it in.

    Returns:
        The parse; `read_parse` reads the same tree from it.
    """
    children = [child if isinstance(child, str) else write_parse(child, brackets) for child in tree.children]
    return " ".join([f"{brackets.open}{tree.label}", *children, brackets.close])
