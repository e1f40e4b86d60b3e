"""What a filter is, and how a chain of them runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from hf_synth.generation import Reject
from hf_synth.schema import Row

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True)
class Verdict:
    """Keep a row (no reason), or drop it for a reason.

    Args:
        reason: A short, countable name; empty for a row that stays.
        detail: What was expected and what came.
        score: The figure that decided, if there was one.
        text: What the reject shows in the place of a text that must not be repeated; empty for the text itself.
    """

    reason: str = ""
    detail: str = ""
    score: float | None = None
    text: str = ""

    @property
    def keep(self) -> bool:
        """Whether the row stays."""
        return not self.reason


class Filter(Protocol):
    """Judge rows by themselves or against the human rows they were made from.

    `name` is the registered name, `version` moves when verdicts change.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    def __call__(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows.

        Args:
            rows: Rows to judge, in order; earlier rows win over later ones.
            reference: Human rows, and rows that were kept before.

        Returns:
            One verdict a row.
        """
        ...


@runtime_checkable
class FittedFilter(Filter, Protocol):
    """A filter that must know the human rows before it judges, such as one with a classifier, or the test rows."""

    def fit(self, human: Sequence[Row], held_out: Sequence[Row]) -> Self:
        """Learn from human rows.

        Args:
            human: The human training rows.
            held_out: The rows of validation and test.

        Returns:
            A fitted copy; the filter itself does not change.
        """
        ...


def fit_filters(filters: Sequence[Filter], human: Sequence[Row], held_out: Sequence[Row]) -> list[Filter]:
    """Fit the filters that must know the human rows before they judge; the others stay as they are.

    Args:
        filters: In the order they run.
        human: The human training rows.
        held_out: The rows of validation and test.

    Returns:
        As many filters, in the same order.
    """
    return [filter_.fit(human, held_out) if isinstance(filter_, FittedFilter) else filter_ for filter_ in filters]


def apply_filters(
    filters: Sequence[Filter], rows: Sequence[Row], reference: Sequence[Row]
) -> tuple[list[Row], list[Reject]]:
    """Run filters one after the other; each sees what the ones before it kept.

    Args:
        filters: In the order they run.
        rows: Rows to judge; earlier rows win over later ones.
        reference: Human rows, and rows that were kept before; all filters see the same.

    Returns:
        The rows that all filters kept, and a `Reject` for each that was dropped.
    """
    kept = list(rows)
    rejects: list[Reject] = []
    for filter_ in filters:
        verdicts = filter_(kept, reference)
        for row, verdict in zip(kept, verdicts, strict=True):
            if not verdict.keep:
                rejects.append(
                    Reject(verdict.reason, verdict.text or row.utterance.text, verdict.detail, verdict.score)
                )
        kept = [row for row, verdict in zip(kept, verdicts, strict=True) if verdict.keep]
    return kept, rejects
