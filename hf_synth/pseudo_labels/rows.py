"""Rows with several labels: those they were given, those that were found, and those that are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import SchemaError, suggest
from hf_synth.pseudo_labels.tracker import FoundLabel

LABELS, PSEUDO, CONFIDENCES, EPOCHS, NEGATIVES = (
    "labels",
    "pseudo_labels",
    "pseudo_confidences",
    "pseudo_epochs",
    "negative_labels",
)


@dataclass(frozen=True)
class LabelRow:
    """The labels of a row, as numbers.

    Args:
        given: Its own; none for a row that is only known to be something else.
        found: Pseudo-labels.
        negatives: Labels that are known to be wrong.
    """

    given: tuple[int, ...]
    found: tuple[int, ...] = ()
    negatives: tuple[int, ...] = ()


def read_labels(columns: Mapping[str, Sequence[Any]], names: Sequence[str]) -> list[LabelRow]:
    """Read the label columns of a dataset, and check them.

    Before: `{"labels": [["card", "lost"]], "negative_labels": [["transfer"]]}`. After: `LabelRow((0, 2), (), (3,))`,
    for the names `card`, `loan`, `lost` and `transfer`.

    Args:
        columns: `labels`, and if there are any `pseudo_labels` and `negative_labels`: lists of names, or of numbers.
        names: Names of the labels, in class order.

    Returns:
        One for each row, each label once.

    Raises:
        SchemaError: A label is unknown, a row has neither a label nor a negative one, or one that is both.

    Examples:
        >>> read_labels({"labels": [["b"], [0, 1]]}, ["a", "b"])
        [LabelRow(given=(1,), found=(), negatives=()), LabelRow(given=(0, 1), found=(), negatives=())]
    """
    if LABELS not in columns:
        raise SchemaError(f"no column {LABELS!r} among {', '.join(columns)}", hint="Rename the column of the labels.")
    count = len(columns[LABELS])
    numbers = {name: number for number, name in enumerate(names)}
    parts = [
        [_number(row, labels or (), numbers, column) for row, labels in enumerate(columns.get(column) or [()] * count)]
        for column in (LABELS, PSEUDO, NEGATIVES)
    ]
    rows = [LabelRow(*labels) for labels in zip(*parts, strict=True)]
    for place, row in enumerate(rows):
        if not row.given and not row.negatives:
            raise SchemaError(
                f"row {place} has an empty list of labels and no negative one: it teaches nothing",
                hint=f"Give it a label in {LABELS!r} or a wrong one in {NEGATIVES!r}, or leave it out.",
            )
        if both := sorted({*row.given, *row.found} & set(row.negatives)):
            raise SchemaError(f"row {place} has the label {names[both[0]]!r} and has it as a negative one, too")
    return rows


def add_pseudo_labels(dataset: Any, found: Sequence[Iterable[FoundLabel]]) -> Any:
    """Add what was found to a dataset.

    Before: a row with `labels: [3]`. After: the same with `pseudo_labels: [7]`, `pseudo_confidences: [0.91]` and
    `pseudo_epochs: [4]`; three empty lists where nothing was found.

    Args:
        dataset: A `datasets.Dataset` with the column `labels`, a list of class numbers or of names.
        found: Pseudo-labels of each row, in the order of the rows (see `PseudoLabelTracker.find`); their numbers are
            those of the classes.

    Returns:
        The dataset with three more columns; older ones of these names are replaced.

    Raises:
        SchemaError: There are not as many rows as in the dataset, or `labels` holds names instead of classes.
    """
    from datasets import Features, List, Value

    if len(found) != len(dataset):
        raise SchemaError(f"pseudo-labels of {len(found)} rows, but the dataset has {len(dataset)}")
    kind = dataset.features[LABELS].feature
    if kind.dtype == "string":
        raise SchemaError(
            f"the column {LABELS!r} holds names", hint="Cast it to List(ClassLabel(names=[...])), in class order."
        )
    items = [tuple(row) for row in found]
    columns: dict[str, Sequence[Any]] = {
        PSEUDO: [[item.label for item in row] for row in items],
        CONFIDENCES: [[item.confidence for item in row] for row in items],
        EPOCHS: [[item.epoch for item in row] for row in items],
    }
    dataset = dataset.remove_columns([name for name in columns if name in dataset.column_names])
    new = {PSEUDO: List(kind), CONFIDENCES: List(Value("float32")), EPOCHS: List(Value("int32"))}
    return dataset.map(
        _AddColumns(columns), with_indices=True, batched=True, features=Features({**dataset.features, **new})
    )


@dataclass(frozen=True)
class _AddColumns:
    """For `Dataset.map`: new columns of rows by their place."""

    columns: Mapping[str, Sequence[Any]]

    def __call__(self, batch: Mapping[str, Sequence[Any]], places: Sequence[int]) -> dict[str, list[Any]]:
        return {name: [values[place] for place in places] for name, values in self.columns.items()}


def _number(row: int, labels: Iterable[Any], numbers: Mapping[str, int], column: str) -> tuple[int, ...]:
    """Labels as sorted numbers, each once."""
    if isinstance(labels, str):
        raise SchemaError(f"row {row}: {column!r} holds the text {labels!r}, expected a list", hint="Write [label].")
    found = set()
    for label in labels:
        number = numbers.get(label) if isinstance(label, str) else label
        if number is None or not 0 <= number < len(numbers):
            raise SchemaError(
                f"row {row}: unknown label {label!r} in {column!r}",
                hint=suggest(str(label), numbers) if isinstance(label, str) else f"Numbers are below {len(numbers)}.",
            )
        found.add(int(number))
    return tuple(sorted(found))
