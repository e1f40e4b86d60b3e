"""The experiments of a recipe with several labels a row: which rows train, which test, and what training is told."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import SchemaError
from hf_synth.multi_label.recipe import LabelDataSettings, LabelRecipe, NoiseSettings
from hf_synth.pseudo_labels.rows import LABELS, NEGATIVES, LabelRow, read_labels
from hf_synth.schema import normalise
from hf_synth.seeding import rng
from hf_synth.sources import Source, read_records

logger = logging.getLogger(__name__)
KEYS = ("id", "text", LABELS, NEGATIVES, "fold")


@dataclass(frozen=True)
class LabelledText:
    """A text that a person wrote, with all its labels.

    Args:
        text: The text.
        labels: Numbers of its labels; of a training row, they are what is held back.
        negatives: Numbers of labels that are known to be wrong.
        fold: The fold that it belongs to.
    """

    text: str
    labels: tuple[int, ...]
    negatives: tuple[int, ...] = ()
    fold: int = 0


@dataclass(frozen=True)
class LabelCell:
    """One experiment.

    Args:
        name: Folder name.
        seed: Seed of what is hidden and of the training.
        names: Names of the labels.
        train: Rows to train on, with all their labels.
        given: What training is told of them.
        validation: Rows that thresholds are chosen on.
        test: Rows that scores are computed on.
    """

    name: str
    seed: int
    names: tuple[str, ...]
    train: tuple[LabelledText, ...]
    given: tuple[LabelRow, ...]
    validation: tuple[LabelledText, ...]
    test: tuple[LabelledText, ...]


def make_label_cells(recipe: LabelRecipe) -> list[LabelCell]:
    """Split the rows of a recipe into its experiments, and hide what training is not to know.

    Args:
        recipe: The recipe.

    Returns:
        One for each seed, or for each fold and seed. Training rows whose text stands in validation or test are left
        out.

    Raises:
        SchemaError: A row has no text, no label, an unknown label, or one that is negative, too; or a part is empty.
        ContaminationError: A row is not human.
    """
    data = recipe.data
    records = list(_read(data.train, recipe))
    names = data.labels or tuple(sorted({label for _, row in records for label in row[LABELS]}))
    train = _number(records, names, data)
    test = _number(_read(data.test, recipe), names, data) if data.test else []
    cells = []
    for seed in range(recipe.seeds):
        if data.test is not None:
            order = rng(seed, "validation").permutation(len(train)).tolist()
            cut = max(1, round(len(train) * data.validation))
            parts = [train[place] for place in sorted(order[cut:])], [train[place] for place in sorted(order[:cut])]
            cells.append(_make_cell(f"seed-{seed}", seed, names, recipe, *parts, test))
            continue
        for fold in range(data.folds):
            groups = [[row for row in train if row.fold % data.folds == number] for number in range(data.folds)]
            test, validation = groups.pop(fold), groups.pop(fold % (data.folds - 1))
            rest = [row for group in groups for row in group]
            cells.append(_make_cell(f"fold-{fold}-seed-{seed}", seed, names, recipe, rest, validation, test))
    return cells


def _make_cell(
    name: str,
    seed: int,
    names: tuple[str, ...],
    recipe: LabelRecipe,
    train: Sequence[LabelledText],
    validation: Sequence[LabelledText],
    test: Sequence[LabelledText],
) -> LabelCell:
    tested = {normalise(row.text) for row in test}
    validation = [row for row in validation if normalise(row.text) not in tested]
    held_out = tested | {normalise(row.text) for row in validation}
    train = [row for row in train if normalise(row.text) not in held_out]
    if 0 < recipe.data.rows < len(train):
        chosen = rng(seed, "rows").permutation(len(train))[: recipe.data.rows]
        train = [train[place] for place in sorted(chosen.tolist())]
    for what, rows in (("training", train), ("validation", validation), ("test", test)):
        if not rows:
            raise SchemaError(f"{name} has no {what} row", hint="Check data.folds, data.validation and the sources.")
    given = tuple(hide_labels(row, recipe.noise, len(names), seed) for row in train)
    return LabelCell(name, seed, names, tuple(train), given, tuple(validation), tuple(test))


def hide_labels(row: LabelledText, noise: NoiseSettings, count: int, seed: int) -> LabelRow:
    """What training is told of a row.

    Before: `where is my card` with the labels 3, 8 and 9. After, with one kept: the label 8 alone; flipped: label 5.

    Args:
        row: The row.
        noise: What is hidden.
        count: How many labels there are.
        seed: Seed of the draw.

    Returns:
        Its labels; those known to be wrong are left out of what may be drawn in their place.

    Examples:
        >>> len(hide_labels(LabelledText("where is my card", (3, 8, 9)), NoiseSettings(kept=1), 48, seed=0).given)
        1
    """
    draw = rng(seed, "hide", row.text)
    if draw.random() < noise.flipped:
        wrong = sorted(set(range(count)) - {*row.labels, *row.negatives})
        return LabelRow((wrong[int(draw.integers(len(wrong)))],) if wrong else row.labels, (), row.negatives)
    kept = draw.permutation(len(row.labels))[: noise.kept or None]
    return LabelRow(tuple(sorted(row.labels[place] for place in kept.tolist())), (), row.negatives)


def _read(source: Source, recipe: LabelRecipe) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows with their place, and their labels as lists of names."""
    empty = 0
    for where, row in read_records(source, recipe.guard, KEYS):
        for key in ("text", LABELS):
            if key not in row:
                raise SchemaError(f"{where}: no {key!r}", hint=f"Name the column under columns: {{{key}: ...}}.")
        text = row["text"]
        if not isinstance(text, str) or not text.strip():
            raise SchemaError(f"{where}: expected a text, got {text!r}")
        lists = {key: _as_list(row.get(key), where, key) for key in (LABELS, NEGATIVES)}
        if not lists[LABELS]:
            if not recipe.data.only_labelled:
                raise SchemaError(
                    f"{where}: an empty list of labels", hint="data.only_labelled=true leaves such rows out."
                )
            empty += 1
            continue
        yield where, {**row, **lists}
    if empty:
        logger.warning("%s: %d rows have no label and were left out", source.path, empty)


def _as_list(value: Any, where: str, key: str) -> list[str]:
    values = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(label, str) for label in values):
        raise SchemaError(f"{where}: expected a list of names in {key!r}, got {value!r}")
    return values


def _number(
    records: Iterable[tuple[str, dict[str, Any]]], names: Sequence[str], data: LabelDataSettings
) -> list[LabelledText]:
    """Rows with their labels as numbers."""
    rows = []
    for where, row in records:
        try:
            (labels,) = read_labels({LABELS: [row[LABELS]], NEGATIVES: [row[NEGATIVES]]}, names)
        except SchemaError as error:
            raise SchemaError(
                f"{where}: {error.message.removeprefix('row 0').lstrip(': ')}", hint=error.hint
            ) from None
        rows.append(LabelledText(row["text"], labels.given, labels.negatives, _read_fold(row, where, data)))
    return rows


def _read_fold(row: dict[str, Any], where: str, data: LabelDataSettings) -> int:
    if not data.folds:
        return 0
    try:
        return int(row["fold"])
    except (KeyError, TypeError, ValueError):
        raise SchemaError(
            f"{where}: expected the number of a fold, got {row.get('fold')!r}",
            hint="Name the column under columns: {fold: ...}.",
        ) from None
