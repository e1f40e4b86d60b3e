"""Filters on datasets of anyone's: `DuplicateFilter()(ds)`, or a chain of them with what it rejects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

from hf_synth.errors import SchemaError
from hf_synth.filters.base import Filter, Verdict
from hf_synth.filters.reading import find_label, has_slots, read_rows, read_texts
from hf_synth.schema import Row

if TYPE_CHECKING:
    from datasets import Dataset


class RowFilter(ABC):
    """A filter that takes rows as builders do, or a `Dataset`; it looks at texts, and at classes if there are any."""

    name: ClassVar[str]
    version: ClassVar[int]

    @overload
    def __call__(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]: ...
    @overload
    def __call__(
        self, rows: Dataset, reference: Dataset | None = None, column: str = "text", label: str | None = None
    ) -> Dataset: ...
    def __call__(self, rows: Any, reference: Any = None, column: str = "text", label: str | None = None) -> Any:
        """Judge rows, or keep the good rows of a dataset.

        Args:
            rows: Rows to judge in order, or a `Dataset` with a text column.
            reference: What they are judged against: human rows, or a `Dataset` with the same column.
            column: The column with the text; for a `Dataset` only.
            label: The column with the class; None takes `intent` or `label` if it is there. For a `Dataset` only.

        Returns:
            One verdict a row; or the rows of the `Dataset` that stay, in order, with all columns. `filter_dataset`
            also says which were dropped, and why.
        """
        if isinstance(rows, Sequence):
            return self.judge_rows(rows, reference or ())
        return filter_dataset(rows, [self], reference, column, label)[0]

    @abstractmethod
    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """One verdict a row, in order; earlier rows win over later ones."""


class TextFilter(RowFilter):
    """A filter that looks at texts alone, and so judges any dataset with a text column."""

    @abstractmethod
    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """One verdict a text, in order; earlier texts win over later ones."""

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge the texts of rows."""
        return self.judge_texts([row.utterance.text for row in rows], [row.utterance.text for row in reference])


class SlotFilter(RowFilter):
    """A filter that looks at slots: a dataset that it judges has the columns `tokens` and `slot_tags`."""


class LabelFilter(RowFilter):
    """A filter that looks at classes: a dataset that it judges has a column with the class."""


def filter_dataset(
    dataset: Dataset,
    filters: Sequence[Filter],
    reference: Dataset | None = None,
    column: str = "text",
    label: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Keep the rows of a dataset that all filters keep, and list the others with the reason.

    Before: rows `rain`, `snow`, `Rain`. After `filter_dataset(ds, [DuplicateFilter()])`: the first two, and one reject
    `{"row": 2, "text": "Rain", "reason": "duplicate", "detail": "the text was seen before", "score": None}`.

    Args:
        dataset: Rows with a text column; a row without text is rejected as `empty`, and one whose slots cannot be
            read as `malformed` once a filter needs them.
        filters: In the order they run; each sees what the ones before it kept.
        reference: Rows to judge against, such as the human ones or a test split; all filters see the same.
        column: The column with the text, in both.
        label: The column with the class, in both: class labels, strings or whole numbers; None takes `intent` or
            `label` if it is there.

    Returns:
        The rows that stay, in order and with all columns; and the rejects in the order of the rows: `row` (position in
        the dataset), `text`, `reason`, `detail`, `score`.

    Raises:
        ConfigError: It is no `Dataset`.
        SchemaError: A column is missing or holds something else, a filter needs classes or slots and there are none,
            or a row of the reference cannot be read.
    """
    from datasets import Dataset, Features, Value

    texts, known = read_texts(dataset, column), [] if reference is None else read_texts(reference, column)
    find_label(dataset, label, needed=False)
    rejects: dict[int, Verdict] = {
        index: Verdict("empty", "there is no text") for index, text in enumerate(texts) if not text.split()
    }
    known_kept = [index for index, text in enumerate(known) if text.split()]
    for filter_ in filters:
        kept = [index for index in range(len(texts)) if index not in rejects]
        if isinstance(filter_, TextFilter):
            verdicts = filter_.judge_texts([texts[index] for index in kept], [known[index] for index in known_kept])
        else:
            human = _read_reference(reference, known_kept, filter_, column, label)
            rows, problems = _read_rows(dataset, kept, filter_, column, label)
            rejects.update((index, Verdict("malformed", problem)) for index, problem in problems.items())
            kept, verdicts = list(rows), filter_(list(rows.values()), human)
        rejects.update((index, verdict) for index, verdict in zip(kept, verdicts, strict=True) if not verdict.keep)
    dropped = sorted(rejects.items())
    columns = {
        "row": [index for index, _ in dropped],
        "text": [verdict.text or texts[index] for index, verdict in dropped],
        **{name: [getattr(verdict, name) for _, verdict in dropped] for name in ("reason", "detail", "score")},
    }
    kinds = {"row": "int64", "text": "string", "reason": "string", "detail": "string", "score": "float64"}
    features = Features({name: Value(kind) for name, kind in kinds.items()})
    stay = [index for index in range(len(texts)) if index not in rejects]
    return dataset.select(stay), Dataset.from_dict(columns, features=features)


def _read_rows(
    dataset: Dataset, indices: Sequence[int], filter_: Filter, column: str, label: str | None
) -> tuple[dict[int, Row], dict[int, str]]:
    """The rows with what a filter looks at, and what is wrong with the others; one of someone else's sees it all."""
    label = find_label(dataset, label, needed=isinstance(filter_, LabelFilter))
    needs_slots = isinstance(filter_, SlotFilter)
    slots = (needs_slots or not isinstance(filter_, RowFilter)) and has_slots(dataset, needs_slots)
    return read_rows(dataset, indices, column, label, slots)


def _read_reference(
    dataset: Dataset | None, indices: Sequence[int], filter_: Filter, column: str, label: str | None
) -> list[Row]:
    if dataset is None:
        return []
    rows, problems = _read_rows(dataset, indices, filter_, column, label)
    for index, problem in problems.items():
        raise SchemaError(f"row {index} of the reference: {problem}", hint="Mend the row, or leave it out.")
    return list(rows.values())
