"""Values that nobody knows, where all values are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import RowFilter
from hf_synth.parses.tree import read_parse
from hf_synth.schema import Row, normalise


@dataclass(frozen=True)
class KnownValueFilter(RowFilter):
    """Drop a row of semantic parsing with a value that its label does not have, such as a drink among the toppings.

    A teacher that finds values itself often puts them under the wrong label. Rows without a parse stay.

    Args:
        values: All values of some labels, case and white space folded; slots of other labels may hold anything. If
            left out, the values of the human rows are all there are, for their labels.

    Examples:
        >>> from hf_synth.schema import Utterance
        >>> def make(word):
        ...     return Row.human(Utterance((word,), (), "ORDER", parse=f"(ORDER (TOPPING {word} ) )"))
        >>> known = KnownValueFilter({"TOPPING": ["ham", "olives"]})
        >>> [verdict.reason for verdict in known([make("Ham"), make("coke")], [])]
        ['', 'unknown_value']
    """

    name: ClassVar[str] = "known_value"
    version: ClassVar[int] = 1
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def fit(self, human: Sequence[Row], held_out: Sequence[Row]) -> KnownValueFilter:
        """Learn the values of human rows, if there are no others."""
        if self.values:
            return self
        found: dict[str, set[str]] = {}
        for label, value in (pair for row in human for pair in _list_values(row)):
            found.setdefault(label, set()).add(normalise(value))
        return KnownValueFilter({label: sorted(values) for label, values in sorted(found.items())})

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows."""
        known = {label: set(map(normalise, values)) for label, values in self.values.items()}
        return [_judge(row, known) for row in rows]


def _list_values(row: Row) -> list[tuple[str, str]]:
    """Labels and values of the slots of a row's parse."""
    leaves = read_parse(row.utterance.parse).leaves() if row.utterance.parse else ()
    return [(leaf.label, leaf.value) for leaf in leaves]


def _judge(row: Row, known: Mapping[str, set[str]]) -> Verdict:
    for label, value in _list_values(row):
        if label in known and normalise(value) not in known[label]:
            return Verdict("unknown_value", f"{value!r} is no {label}")
    return Verdict()
