"""Filters on datasets of anyone's: `DuplicateFilter()(ds)`, or a chain of them with what it rejects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, overload

from hf_synth.errors import ConfigError, SchemaError, suggest
from hf_synth.filters.base import Filter, Verdict
from hf_synth.schema import Provenance, Row, Utterance, tags_to_spans

if TYPE_CHECKING:
    from datasets import Dataset

_SLOT_COLUMNS = ("tokens", "slot_tags")


class _OnDatasets(ABC):
    """A filter that takes rows as builders do, or a `Dataset`."""

    name: ClassVar[str]
    version: ClassVar[int]

    @overload
    def __call__(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]: ...
    @overload
    def __call__(self, rows: Dataset, reference: Dataset | None = None, column: str = "text") -> Dataset: ...
    def __call__(self, rows: Any, reference: Any = None, column: str = "text") -> Any:
        """Judge rows, or keep the good rows of a dataset.

        Args:
            rows: Rows to judge in order, or a `Dataset` with a text column.
            reference: What they are judged against: human rows, or a `Dataset` with the same column.
            column: The column with the text; for a `Dataset` only.

        Returns:
            One verdict a row; or the rows of the `Dataset` that stay, in order, with all columns. `filter_dataset`
            also says which were dropped, and why.
        """
        if isinstance(rows, Sequence):
            return self.judge_rows(rows, reference or ())
        return filter_dataset(rows, [self], reference, column)[0]

    @abstractmethod
    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """One verdict a row, in order; earlier rows win over later ones."""


class TextFilter(_OnDatasets):
    """A filter that looks at texts alone, and so judges any dataset with a text column."""

    @abstractmethod
    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """One verdict a text, in order; earlier texts win over later ones."""

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge the texts of rows."""
        return self.judge_texts([row.utterance.text for row in rows], [row.utterance.text for row in reference])


class SlotFilter(_OnDatasets):
    """A filter that looks at slots: a dataset that it judges has the columns `tokens` and `slot_tags`."""


def filter_dataset(
    dataset: Dataset, filters: Sequence[Filter], reference: Dataset | None = None, column: str = "text"
) -> tuple[Dataset, Dataset]:
    """Keep the rows of a dataset that all filters keep, and list the others with the reason.

    Before: rows `rain`, `snow`, `Rain`. After `filter_dataset(ds, [DuplicateFilter()])`: the first two, and one reject
    `{"row": 2, "text": "Rain", "reason": "duplicate", "detail": "the text was seen before", "score": None}`.

    Args:
        dataset: Rows with a text column; a row without text is rejected as `empty`.
        filters: In the order they run; each sees what the ones before it kept.
        reference: Rows to judge against, such as the human ones or a test split; all filters see the same.
        column: The column with the text, in both.

    Returns:
        The rows that stay, in order and with all columns; and the rejects in the order of the rows: `row` (position in
        the dataset), `text`, `reason`, `detail`, `score`.

    Raises:
        ConfigError: It is no `Dataset`.
        SchemaError: The column is missing or holds something else than texts, or a filter needs slots and there are
            none.
    """
    from datasets import Dataset, Features, Value

    texts, known = _read_texts(dataset, column), [] if reference is None else _read_texts(reference, column)
    rejects: dict[int, Verdict] = {
        index: Verdict("empty", "there is no text") for index, text in enumerate(texts) if not text.split()
    }
    known_kept = [index for index, text in enumerate(known) if text.split()]
    for filter_ in filters:
        kept = [index for index in range(len(texts)) if index not in rejects]
        if isinstance(filter_, TextFilter):
            verdicts = filter_.judge_texts([texts[index] for index in kept], [known[index] for index in known_kept])
        else:
            needs_slots = isinstance(filter_, SlotFilter)
            rows = _read_rows(dataset.select(kept), column, needs_slots)
            human = [] if reference is None else _read_rows(reference.select(known_kept), column, needs_slots)
            verdicts = filter_(rows, human)
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


def _read_texts(dataset: Any, column: str) -> list[str]:
    """The texts of a dataset; empty for a row without."""
    from datasets import Dataset

    if not isinstance(dataset, Dataset):
        raise ConfigError(
            f"a filter judges rows or a datasets.Dataset, got {type(dataset).__name__}",
            hint='Take one split, ds["train"]; read a stream first: rows are compared with each other.',
        )
    if column not in dataset.column_names:
        raise SchemaError(f"no column {column!r} in the dataset", hint=suggest(column, dataset.column_names))
    texts = ["" if text is None else text for text in dataset[column]]
    strange = next((text for text in texts if not isinstance(text, str)), None)
    if strange is not None:
        raise SchemaError(
            f"column {column!r} holds {type(strange).__name__}, expected texts",
            hint="Name the text column: column=...",
        )
    return texts


def _read_rows(dataset: Dataset, column: str, needs_slots: bool) -> list[Row]:
    """The rows of a dataset, with their slots if it has any; the intent does not matter to filters."""
    tagged = set(_SLOT_COLUMNS) <= set(dataset.column_names)
    if needs_slots and not tagged:
        raise SchemaError(
            f"this filter judges slots: expected the columns {' and '.join(_SLOT_COLUMNS)}, "
            f"got {', '.join(dataset.column_names)}"
        )
    names = getattr(getattr(dataset.features.get("slot_tags"), "feature", None), "names", None)
    origins = getattr(dataset.features.get("origin"), "names", None)
    rows: list[Row] = []
    for record in dataset:
        tokens = record["tokens"] if tagged else record[column].split()
        tags = record["slot_tags"] if tagged else ["O"] * len(tokens)
        tags = [names[tag] for tag in tags] if tagged and names else tags
        origin = record.get("origin", "human")
        provenance = Provenance(origins[origin] if origins else origin)
        rows.append(Row(Utterance(tuple(tokens), tags_to_spans(tags), ""), provenance))
    return rows
