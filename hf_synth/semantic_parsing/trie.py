"""The tokens of words, as a tree: what may come next in a word that has begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Node:
    """A place in a word.

    Args:
        tokens: The tokens of the word up to here.
        children: Where each next token leads.
        whole: A word may end here.
        rest: How many tokens it takes at least from here to the end of a word.
    """

    tokens: tuple[int, ...] = ()
    children: dict[int, Node] = field(default_factory=dict)
    whole: bool = False
    rest: float = float("inf")


def make_trie(words: Iterable[Sequence[int]]) -> Node:
    """Build a trie.

    Args:
        words: The tokens of each word; none is empty.

    Returns:
        The place before any word.

    Examples:
        >>> root = make_trie([(5,), (5, 7), (6, 8, 9)])
        >>> root.rest, root.children[5].whole, root.children[6].rest
        (1, True, 2)
    """
    root = Node()
    for word in words:
        node = root
        for reached, token in enumerate(word):
            node.rest = min(node.rest, len(word) - reached)
            if token not in node.children:
                node.children[token] = Node(tuple(word[: reached + 1]))
            node = node.children[token]
        node.whole, node.rest = True, 0
    return root
