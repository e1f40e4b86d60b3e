"""What parses may look like: the labels of human parses, and which stands in which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import ConfigError, suggest
from hf_synth.parses.tree import KINDS, ROUND, Brackets, Tree

WORDS = "words"


@dataclass(frozen=True)
class ParseSchema:
    """The labels of some parses, and what stands in each.

    Args:
        roots: Labels that a parse begins with.
        below: The labels that stand directly in a node of each label.
        worded: Labels of nodes in which words stand.
        brackets: How parses are written.

    Examples:
        >>> from hf_synth.parses.tree import read_parse
        >>> schema = ParseSchema.from_trees([read_parse("(ORDER (NUMBER two ) (NOT (TOPPING ham ) ) )")])
        >>> schema.find_problem(read_parse("(ORDER (TOPPING ham ) )"))
        'TOPPING stands in ORDER, in which there are NOT, NUMBER'
        >>> schema.find_problem(read_parse("(ORDER (NOT (TOPPING tuna ) ) )"))
        ''
    """

    roots: tuple[str, ...]
    below: Mapping[str, tuple[str, ...]]
    worded: tuple[str, ...]
    brackets: Brackets = ROUND

    @classmethod
    def from_trees(cls, trees: Iterable[Tree], brackets: Brackets = ROUND) -> ParseSchema:
        """Collect what there is in some parses."""
        roots: set[str] = set()
        below: dict[str, set[str]] = {}
        worded: set[str] = set()
        for tree in trees:
            roots.add(tree.label)
            for node in tree.walk():
                below.setdefault(node.label, set()).update(child.label for child in node.nodes)
                if node.words:
                    worded.add(node.label)
        sorted_below = {label: tuple(sorted(labels)) for label, labels in sorted(below.items())}
        return cls(tuple(sorted(roots)), sorted_below, tuple(sorted(worded)), brackets)

    @classmethod
    def declare(cls, below: Mapping[str, Sequence[str]], brackets: Brackets = ROUND) -> ParseSchema:
        """Make a schema from what its author says stands in each label.

        Args:
            below: Each label with the labels that stand in it; `words` says that words do.
            brackets: How parses are written.

        Returns:
            The schema; its roots are the labels that stand in no other.

        Raises:
            ConfigError: A label stands in another and is not declared, or there is no root.

        Examples:
            >>> ParseSchema.declare({"ORDER": ["NUMBER"], "NUMBER": ["words"]}).roots
            ('ORDER',)
        """
        inside = {label: [name for name in names if name != WORDS] for label, names in below.items()}
        for label, names in inside.items():
            if unknown := [name for name in names if name not in below]:
                raise ConfigError(f"schema.{label}: {unknown[0]!r} is not declared", hint=suggest(unknown[0], below))
        roots = sorted(set(below) - {name for label, names in inside.items() for name in names if name != label})
        if not roots:
            raise ConfigError("schema: every label stands in another", hint="Declare the one that parses begin with.")
        worded = sorted(label for label, names in below.items() if WORDS in names)
        sorted_below = {label: tuple(sorted(set(names))) for label, names in sorted(inside.items())}
        return cls(tuple(roots), sorted_below, tuple(worded), brackets)

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, sorted."""
        return tuple(sorted(self.below))

    def find_problem(self, tree: Tree) -> str:
        """Say what a parse holds that no parse of the schema does; empty if nothing."""
        if tree.label not in self.below:
            return _unknown(tree.label, self.below)
        if tree.label not in self.roots:
            return f"the parse begins with {tree.label}, parses begin with {', '.join(self.roots)}"
        for node in tree.walk():
            if node.words and node.label not in self.worded:
                return f"words stand in {node.label}: {node.value!r}"
            for child in node.nodes:
                if child.label not in self.below:
                    return _unknown(child.label, self.below)
                if child.label not in self.below[node.label]:
                    there = ", ".join(self.below[node.label]) or "words only"
                    return f"{child.label} stands in {node.label}, in which there are {there}"
        return ""

    def to_dict(self) -> dict[str, Any]:
        """The schema as JSON-like values."""
        return {
            "roots": list(self.roots),
            "below": {label: list(labels) for label, labels in self.below.items()},
            "worded": list(self.worded),
            "brackets": self.brackets.open,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ParseSchema:
        """Read back what `to_dict` gave."""
        (brackets,) = (kind for kind in KINDS if kind.open == values["brackets"])
        below = {label: tuple(labels) for label, labels in values["below"].items()}
        return cls(tuple(values["roots"]), below, tuple(values["worded"]), brackets)


def _unknown(label: str, known: Iterable[str]) -> str:
    hint = suggest(label, known)
    return f"unknown label {label!r}" + (f" ({hint})" if hint else "")
