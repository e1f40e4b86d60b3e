"""Whole datasets augmented: every row followed by its copies, or rare classes filled up."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from hf_synth.errors import ConfigError, SchemaError, suggest
from hf_synth.generation import Reject
from hf_synth.mixing import take_turns
from hf_synth.schema import ORIGINS
from hf_synth.seeding import rng
from hf_synth.transforms.base import REJECT, TAGS, TOKENS, Transform, read_columns

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict, Features, IterableDataset

    Data = TypeVar("Data", Dataset, DatasetDict, IterableDataset)

logger = logging.getLogger(__name__)
SEEDS_PER_CLASS = 10


@dataclass(frozen=True)
class Augmentation:
    """What `augment` maps: each row, then its copies; the column `reject` says why a row has none.

    Args:
        transform: What makes the copies.
        keep_original: Write the rows themselves, too.
        make_copies: Make copies at all; without, rows only get their provenance.
        features: Features of what comes out, `reject` included; None if those of the rows are not known.
    """

    transform: Transform
    keep_original: bool = True
    make_copies: bool = True
    features: Features | None = None

    @classmethod
    def plan(
        cls, transform: Transform, features: Features | None, copies: int = 1, keep_original: bool = True
    ) -> Augmentation:
        """Prepare for rows with given features.

        Args:
            transform: What makes the copies.
            features: Features of the rows; None if they are not known.
            copies: Copies wanted of each row, at least 1.
            keep_original: Write the rows themselves, too.

        Returns:
            A function of a batch, to be mapped over the rows.

        Raises:
            SchemaError: The text column is not there.
        """
        transform = replace(transform, copies=copies)
        if features is None:
            return cls(transform, keep_original)
        names = getattr(getattr(features.get(TAGS), "feature", None), "names", None)
        if names and not transform.tag_names:
            transform = replace(transform, tag_names=tuple(names))
        return cls(transform, keep_original, True, add_provenance(features, transform))

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Follow each row of a batch by its copies."""
        columns = read_columns(batch)
        count = len(next(iter(columns.values())))
        made = self.transform.make(columns) if self.make_copies else [[] for _ in range(count)]
        rows: list[list[Any]] = []
        reasons: list[str] = []
        for items in made:
            refused = [item for item in items if isinstance(item, Reject)]
            new = [item for item in items if not isinstance(item, Reject)]
            rows.append([None, *new] if self.keep_original else (new or refused))
            reasons += [refused[0].reason if refused else "", *[""] * (len(rows[-1]) - 1)]
        out = self.transform.write(columns, rows)
        out["origin"] = [ORIGINS.index(name) if isinstance(name, str) else name for name in out["origin"]]
        return {**out, REJECT: reasons}

    def apply(self, dataset: Any, num_proc: int | None = None, rejects: Counter[str] | None = None) -> Any:
        """Map over a `Dataset` or an `IterableDataset`; see `augment`."""
        from datasets import Dataset

        arguments = {"batched": True, "remove_columns": dataset.column_names, "features": self.features}
        if isinstance(dataset, Dataset):
            mapped = dataset.map(self, num_proc=num_proc, desc=self.transform.name, **arguments)
            return self.finish(mapped, len(dataset), rejects)
        stream = dataset.map(self, **arguments)
        return stream.filter(_IsWanted(self.keep_original), input_columns=[REJECT]).remove_columns([REJECT])

    def finish(self, mapped: Dataset, rows: int, rejects: Counter[str] | None = None) -> Dataset:
        """Count and leave out what was refused.

        Args:
            mapped: Rows with the column `reject`.
            rows: How many rows went in.
            rejects: If given, the reasons are counted into it.

        Returns:
            The rows without that column.
        """
        counts = Counter(reason for reason in mapped[REJECT] if reason)
        if counts:
            told = ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
            logger.warning("%s: %d of %d rows have no copy (%s)", self.transform.name, counts.total(), rows, told)
        if rejects is not None:
            rejects.update(counts)
        if counts and not self.keep_original:
            mapped = mapped.select([index for index, reason in enumerate(mapped[REJECT]) if not reason])
        return mapped.remove_columns([REJECT])


@dataclass(frozen=True)
class _IsWanted:
    """Whether a row of a stream stays: a refused row does if it is itself wanted."""

    keep_original: bool

    def __call__(self, reason: str) -> bool:
        return self.keep_original or not reason


def augment(
    dataset: Data,
    transform: Transform,
    copies: int = 1,
    keep_original: bool = True,
    num_proc: int | None = None,
    rejects: Counter[str] | None = None,
) -> Data:
    """Follow every row by its copies, in the order of the dataset.

    Before: `play [artist : queen]` of origin `human`. After: the same row, then `play [artist : abba]` of origin
    `augmented`, with the row's identity in `seed_ids`.

    Args:
        dataset: Rows with a text column, or with `tokens` and `slot_tags`. Of a `DatasetDict` only `train` gets
            copies: held-out rows stay human.
        transform: What makes the copies.
        copies: Copies wanted of each row, at least 1; fewer come where they would be equal.
        keep_original: Keep the rows themselves.
        num_proc: Processes, for a `Dataset`.
        rejects: If given, the reasons of rows without a copy are counted into it; not for a stream.

    Returns:
        A dataset of the same kind, with the columns `origin`, `method`, `teacher` and `seed_ids`.

    Raises:
        SchemaError: The text column is missing, or holds something else than texts.
    """
    from datasets import DatasetDict, IterableDatasetDict

    if not isinstance(dataset, DatasetDict | IterableDatasetDict):
        return Augmentation.plan(transform, dataset.features, copies, keep_original).apply(dataset, num_proc, rejects)
    parts = {}
    for name, part in dataset.items():
        work = Augmentation.plan(transform, part.features, copies, keep_original)
        if name != "train":
            work = replace(work, keep_original=True, make_copies=False)
        parts[name] = work.apply(part, num_proc, rejects)
    return type(dataset)(parts)


def add_provenance(features: Features, transform: Transform) -> Features:
    """The features of a dataset with the provenance columns, and `reject` for the time of the work.

    Args:
        features: Features of the rows.
        transform: What will be applied.

    Returns:
        A copy of the features with what lacks.

    Raises:
        SchemaError: The transform's text column is not there.
    """
    from datasets import ClassLabel, Features, List, Value

    if transform.column not in features and not {TOKENS, TAGS} <= set(features):
        raise SchemaError(f"no column {transform.column!r} in the dataset", hint=suggest(transform.column, features))
    added = {
        "origin": ClassLabel(names=list(ORIGINS)),
        "method": Value("string"),
        "teacher": Value("string"),
        "seed_ids": List(Value("string")),
        REJECT: Value("string"),
    }
    return Features({**features, **{name: kind for name, kind in added.items() if name not in features}})


def balance(dataset: Dataset, column: str, target: int, transform: Transform) -> Dataset:
    """Fill rare classes up with changed copies of their rows.

    Before: 500 rows of `refund`, 40 of `complaint`. After `balance(ds, "label", 200, t)`: the same rows, then 160
    copies of ten rows of `complaint`, drawn at random.

    Args:
        dataset: Rows with a class column.
        column: The class of each row.
        target: Rows wanted of each class, at least 1; a class that has as many stays as it is.
        transform: What makes the copies; its seed also draws the rows to copy.

    Returns:
        The rows, then `target - current` copies for each rare class, in class order; fewer, with a warning, if the
        transform makes no more different copies.

    Raises:
        SchemaError: There is no such column.
        ConfigError: The target is below 1.

    Reference: the minority rule of the augmentation guide (at most ten seeds of the class are copied).
    """
    from datasets import concatenate_datasets

    if column not in dataset.column_names:
        raise SchemaError(f"no column {column!r} in the dataset", hint=suggest(column, dataset.column_names))
    if target < 1:
        raise ConfigError(f"target must be at least 1, got {target}")
    classes: dict[Any, list[int]] = defaultdict(list)
    for index, label in enumerate(dataset[column]):
        classes[label].append(index)
    plan = Augmentation.plan(transform, dataset.features)
    parts = [replace(plan, make_copies=False).apply(dataset)]
    for label, rows in sorted(classes.items(), key=lambda item: str(item[0])):
        needed = target - len(rows)
        if needed <= 0:
            continue
        order = rng(transform.seed, "balance", str(label)).permutation(len(rows))[:SEEDS_PER_CLASS]
        seeds = dataset.select([rows[index] for index in order])
        # Some copies will be equal: ask for twice as many.
        grown = Augmentation.plan(transform, dataset.features, 2 * -(-needed // len(seeds)), keep_original=False)
        made = grown.apply(seeds)
        chosen = _choose_copies(made["seed_ids"], needed)
        if len(chosen) < needed:
            logger.warning("%s: %d of %d copies of class %s could be made", transform.name, len(chosen), needed, label)
        parts.append(made.select(chosen))
    return concatenate_datasets(parts)


def _choose_copies(seed_ids: Any, count: int) -> list[int]:
    """Positions of `count` copies, one of each seed in turn."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, ids in enumerate(seed_ids):
        groups[ids[0]].append(index)
    return take_turns([*groups.values()], count)
