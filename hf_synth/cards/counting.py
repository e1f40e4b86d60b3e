"""What a manifest says of the rows: counted, never stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hf_synth.cards.manifest import DatasetManifest
from hf_synth.cards.shapes import find_shape
from hf_synth.schema import ORIGINS

T = TypeVar("T")
EXAMPLES = 3


def count_rows(manifest: DatasetManifest, splits: Mapping[str, Sequence[Mapping[str, Any]]]) -> DatasetManifest:
    """Fill in what can be counted.

    Args:
        manifest: What is stated.
        splits: Columns of each row (with label names) by split, none of them empty.

    Returns:
        The manifest with `locales`, `rows`, `methods`, `classes`, `labels` and `examples`.
    """
    shape = find_shape(manifest.task)
    rows = [(name, row) for name, found in splits.items() for row in found]
    classes: dict[str, dict[str, dict[str, int]]] = {}
    for (label, name, origin), count in sorted(
        Counter((shape.find_class(row), name, row["origin"]) for name, row in rows).items()
    ):
        classes.setdefault(label, {}).setdefault(name, {})[origin] = count
    return replace(
        manifest,
        locales=tuple(sorted({row["locale"] for _, row in rows if "locale" in row})),
        rows={name: dict(sorted(Counter(row["origin"] for row in found).items())) for name, found in splits.items()},
        methods=dict(sorted(Counter(row["method"] for _, row in rows if row["origin"] != "human").items())),
        classes=classes,
        labels=shape.collect_labels(row for _, row in rows),
        examples={
            origin: tuple(map(shape.show_row, chosen))
            for origin in ORIGINS
            if (chosen := _evenly([row for row in splits.get("train", ()) if row["origin"] == origin]))
        },
    )


def _evenly(rows: Sequence[T]) -> Sequence[T]:
    """A few rows, evenly from the first to the last."""
    return [rows[index * len(rows) // EXAMPLES] for index in range(EXAMPLES)] if len(rows) > EXAMPLES else rows
