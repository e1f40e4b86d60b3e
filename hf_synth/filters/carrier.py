"""Rows whose words around a value say something else than the parse, such as a topping that is to be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import RowFilter
from hf_synth.parses.tree import Tree, read_parse
from hf_synth.parses.values import place_values
from hf_synth.schema import Row


@dataclass(frozen=True)
class CarrierFilter(RowFilter):
    """Drop a row of semantic parsing where a cue stands before a value of another label, or is missing before its own.

    A label is marked if people almost always put a word before its first value that they put before no value outside
    of it: `no`, `without` before what stands in `NOT`. These words are its cues. A small teacher that writes texts for
    parses drops them, or puts them where they do not belong.

    Before `two pizzas with ham`, the parse `(ORDER (PIZZA (NUMBER two ) (NOT (TOPPING ham ) ) ) )` is dropped as
    `cue_missing`; before `two pizzas without ham`, the same without `NOT` as `cue_misplaced`. Rows without a parse
    stay, and so do those whose values do not stand in the text in the order of the parse.

    Args:
        share: How much of a label must be cued for it to be marked, in (0, 1].
        least: Human examples of a label at least, for it to be marked.

    Examples:
        >>> from hf_synth.schema import Utterance
        >>> def make(text, top):
        ...     return Row.human(Utterance(tuple(text.split()), (), "A", parse=f"(A {top} )"))
        >>> ham, no_ham = "(TOPPING ham )", "(NOT (TOPPING ham ) )"
        >>> human = [make("with ham", ham), make("without ham", no_ham), make("but without ham", no_ham)]
        >>> made = [make("oh without ham", no_ham), make("ah with ham", no_ham), make("eh without ham", ham)]
        >>> [verdict.reason for verdict in CarrierFilter()(made, human)]
        ['', 'cue_missing', 'cue_misplaced']
    """

    name: ClassVar[str] = "carrier"
    version: ClassVar[int] = 1
    share: float = 0.9
    least: int = 2

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows by the cues of the human rows in the reference."""
        cues = self._find_cues([row for row in reference if row.provenance.origin == "human"])
        return [self._judge(row, cues) for row in rows]

    def _find_cues(self, human: Sequence[Row]) -> dict[str, set[str]]:
        """The cues of each label that is marked."""
        gaps = [gap for row in human for gap in _list_gaps(row)]
        inside: dict[str, list[set[str]]] = {}
        for gap in gaps:
            for label in gap.begins:
                inside.setdefault(label, []).append(set(gap.words))
        cues: dict[str, set[str]] = {}
        for label, found in inside.items():
            others = [gap for gap in gaps if label not in gap.above]
            if not others:  # what stands above all values, such as the outermost label, is told from nothing
                continue
            outside = {word for gap in others for word in gap.words}
            own = {word for words in found for word in words} - outside
            if len(found) >= self.least and sum(bool(words & own) for words in found) >= self.share * len(found):
                cues[label] = own
        return cues

    @staticmethod
    def _judge(row: Row, cues: Mapping[str, set[str]]) -> Verdict:
        for gap in _list_gaps(row):
            for label, words in cues.items():
                told = sorted(words.intersection(gap.words))
                if label in gap.begins and not told:
                    return Verdict("cue_missing", f"nothing before {gap.value!r} says {label}")
                if told and label not in gap.above:
                    return Verdict("cue_misplaced", f"{told[0]!r} before {gap.value!r} says {label}")
        return Verdict()


@dataclass(frozen=True)
class _Gap:
    """The words before a value: since the value before it, or the beginning.

    Args:
        words: In lower case.
        value: The value behind them.
        above: Labels of the nodes that the value stands in.
        begins: Those of them whose first value it is.
    """

    words: tuple[str, ...]
    value: str
    above: frozenset[str]
    begins: frozenset[str]


def _list_gaps(row: Row) -> Iterator[_Gap]:
    """The gaps of a row; none if its values cannot be told in its text."""
    if not row.utterance.parse:
        return
    tree, text = read_parse(row.utterance.parse), row.utterance.text
    leaves = list(_list_leaves(tree, frozenset(), frozenset()))
    places = place_values(text, [leaf.value for leaf, _, _ in leaves]) or []
    reached = 0
    for (leaf, above, begins), (start, end) in zip(leaves, places, strict=False):
        yield _Gap(tuple(text[reached:start].casefold().split()), leaf.value, above, begins)
        reached = end


def _list_leaves(
    node: Tree, above: frozenset[str], begins: frozenset[str]
) -> Iterator[tuple[Tree, frozenset[str], frozenset[str]]]:
    """The leaves of a parse, with all labels above each, and those that begin with it."""
    above, begins = above | {node.label}, begins | {node.label}
    if node.is_leaf:
        yield node, above, begins
    for place, child in enumerate(node.nodes):
        yield from _list_leaves(child, above, begins if place == 0 else frozenset())
