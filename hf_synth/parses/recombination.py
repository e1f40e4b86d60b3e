"""New parses from parts of known ones: a part dropped, or one added that another parse has in such a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hf_synth.parses.tree import Tree

START, END = "<", ">"  # no label looks like these


@dataclass(frozen=True)
class Parts:
    """What stands in the nodes of some parses.

    Args:
        donors: The nodes that stand in a node of each label.
        most: How often at most a label stands in one node of another label.
        beside: Labels that stand next to each other in a node of a label, such as `(PIZZAORDER, NUMBER, SIZE)`; the
            begin and the end of a node count as a neighbour.
    """

    donors: dict[str, list[Tree]]
    most: dict[tuple[str, str], int]
    beside: frozenset[tuple[str, str, str]]

    @classmethod
    def collect(cls, trees: Iterable[Tree]) -> Parts:
        """Collect the parts of some parses, without the words that stand beside nodes."""
        donors: dict[str, list[Tree]] = {}
        most: dict[tuple[str, str], int] = {}
        beside: set[tuple[str, str, str]] = set()
        for tree in trees:
            for node in tree.walk():
                labels = [child.label for child in node.nodes]
                donors.setdefault(node.label, []).extend(node.nodes)
                for label, count in Counter(labels).items():
                    most[node.label, label] = max(count, most.get((node.label, label), 0))
                ends = [START, *labels, END]
                beside.update((node.label, *pair) for pair in pairwise(ends))
        return cls(donors, most, frozenset(beside))


def recombine(tree: Tree, parts: Parts, generator: np.random.Generator, changes: int = 1) -> Tree:
    """Change the structure of a parse: drop a part, or add one, so that all of it is known from other parses.

    No node gets more parts of a label than some known node has, and every part stands between neighbours that some
    known parse has there. (Our addition to CLASP, whose `rs` changes values alone.)

    Args:
        tree: A parse without words beside nodes.
        parts: What is known.
        generator: Source of all draws.
        changes: Changes to try, at least 1.

    Returns:
        The parse with up to so many changes; the same parse if none is possible.

    Examples:
        >>> from hf_synth.parses.tree import read_parse, write_parse
        >>> seeds = [read_parse(f"(ORDER (PIZZA {inside} ) )") for inside in ("(SIZE big )", "(SIZE big ) (TOP ham )")]
        >>> write_parse(recombine(seeds[0], Parts.collect(seeds), np.random.default_rng(0)))
        '(ORDER (PIZZA (SIZE big ) (TOP ham ) ) )'
    """
    for _ in range(changes):
        options = list(_list_changes(tree, parts))
        if options:
            tree = options[int(generator.integers(len(options)))]
    return tree


def _list_changes(tree: Tree, parts: Parts) -> Iterable[Tree]:
    """All parses that are one change away, each kind of addition with every donor."""
    nodes = tree.nodes
    if nodes:
        for place in range(len(nodes)):
            yield from _fit(tree, [*nodes[:place], *nodes[place + 1 :]], parts)
        counts = Counter(node.label for node in nodes)
        for donor in dict.fromkeys(parts.donors.get(tree.label, ())):
            if counts[donor.label] < parts.most[tree.label, donor.label] and donor not in nodes:
                for place in range(len(nodes) + 1):
                    yield from _fit(tree, [*nodes[:place], donor, *nodes[place:]], parts)
    for place, node in enumerate(nodes):
        for changed in _list_changes(node, parts):
            yield Tree(tree.label, (*nodes[:place], changed, *nodes[place + 1 :]))


def _fit(tree: Tree, nodes: Sequence[Tree], parts: Parts) -> Iterable[Tree]:
    """A node with other parts, if they stand beside such neighbours somewhere."""
    ends = [START, *(node.label for node in nodes), END]
    if nodes and all((tree.label, *pair) in parts.beside for pair in pairwise(ends)):
        yield Tree(tree.label, tuple(nodes))
