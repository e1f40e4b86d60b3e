"""Points with labels, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hf_synth.errors import SchemaError


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one space, each with a class.

    Args:
        vectors: Array of float32 of shape (points, d).
        labels: The class number of each.
        names: Names of the classes, in class order.
    """

    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def size(self) -> int:
        """Numbers of a point."""
        return int(self.vectors.shape[1])

    @property
    def key(self) -> str:
        """A hash of everything."""
        parts = (self.vectors.tobytes(), self.labels.tobytes(), repr((self.vectors.shape, self.names)).encode())
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def take(self, places: ArrayLike) -> Points:
        """Some of the points, in the order of their places."""
        chosen = np.asarray(places, dtype=np.int64)
        return Points(self.vectors[chosen], self.labels[chosen], self.names)

    def join(self, other: Points) -> Points:
        """These points, then others of the same classes."""
        vectors = np.concatenate([self.vectors, other.vectors])
        return Points(vectors, np.concatenate([self.labels, other.labels]), self.names)


def make_points(vectors: Sequence[ArrayLike] | ArrayLike, labels: Sequence[str], names: Sequence[str] = ()) -> Points:
    """Check vectors and their labels.

    Args:
        vectors: One a label, all of one length, without NaN.
        labels: Names of classes.
        names: Names of all classes, in class order; those of the labels, sorted, if left out.

    Returns:
        The points.

    Raises:
        SchemaError: There are none, vectors differ in length or are no numbers, there is no label for each, a label
            is unknown, or there is a single class.

    Examples:
        >>> make_points([[0.0, 1.0], [1.0, 0.0]], ["good", "bad"]).labels.tolist()
        [1, 0]
    """
    rows = [np.asarray(vector, dtype=np.float32) for vector in vectors]  # type: ignore[union-attr]
    if not rows or len(rows) != len(labels):
        raise SchemaError(f"expected a label for each vector and one at least, got {len(rows)} and {len(labels)}")
    for place, row in enumerate(rows):
        if row.ndim != 1 or row.shape != rows[0].shape:
            raise SchemaError(
                f"row {place} has an embedding of shape {row.shape}, row 0 one of shape {rows[0].shape}",
                hint="Embed all rows with one encoder.",
            )
        if not np.isfinite(row).all():
            raise SchemaError(f"row {place} has an embedding with NaN or infinity", hint="Embed the row again.")
    known = tuple(names) or tuple(sorted(set(labels)))
    if len(known) < 2:
        raise SchemaError(
            f"all rows have the class {known[0]!r}: there is nothing to tell apart", hint="Add rows of another class."
        )
    numbers = {name: number for number, name in enumerate(known)}
    for place, label in enumerate(labels):
        if label not in numbers:
            raise SchemaError(f"row {place} has the class {label!r}, expected one of {', '.join(known)}")
    return Points(np.stack(rows), np.array([numbers[label] for label in labels], dtype=np.int64), known)


def check_classes(points: Points, least: int = 2) -> None:
    """Check that each class has rows to learn from and to check with.

    Args:
        points: Real points.
        least: Rows that each class must have.

    Raises:
        SchemaError: A class has fewer.
    """
    counts = np.bincount(points.labels, minlength=len(points.names))
    for name, count in zip(points.names, counts.tolist(), strict=True):
        if count < least:
            raise SchemaError(
                f"the class {name!r} has {count} row{'s' if count != 1 else ''}, expected at least {least}",
                hint="Add rows of this class, or leave it out.",
            )
