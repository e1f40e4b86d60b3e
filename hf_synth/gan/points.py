"""Points with labels, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hf_synth.errors import SchemaError

LEAST = 0.01  # chance from which on a class counts


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one space, each with a class.

    Args:
        vectors: Array of float32 of shape (points, d).
        labels: The class number of each.
        names: Names of the classes, in class order.
        chances: How likely each class is, shape (points, classes); None where labels are sure.
    """

    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    chances: NDArray[np.float32] | None = None

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
        chances = b"" if self.chances is None else self.chances.tobytes()
        return hashlib.sha256(b"".join((*parts, chances))).hexdigest()

    @property
    def shares(self) -> NDArray[np.float32]:
        """How much each point belongs to each class, shape (points, classes): 0 and 1 where labels are sure."""
        return np.eye(len(self.names), dtype=np.float32)[self.labels] if self.chances is None else self.chances

    def take(self, places: ArrayLike) -> Points:
        """Some of the points, in the order of their places."""
        chosen = np.asarray(places, dtype=np.int64)
        chances = None if self.chances is None else self.chances[chosen]
        return Points(self.vectors[chosen], self.labels[chosen], self.names, chances)

    def join(self, other: Points) -> Points:
        """These points, then others of the same classes."""
        vectors = np.concatenate([self.vectors, other.vectors])
        sure = self.chances is None and other.chances is None
        chances = None if sure else np.concatenate([self.shares, other.shares])
        return Points(vectors, np.concatenate([self.labels, other.labels]), self.names, chances)

    def weigh(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64] | None]:
        """Each point once for each class that it may well be of, for a student that learns from weighted rows.

        Returns:
            Places of points, their classes, and weights; None for those where labels are sure.

        Examples:
            >>> points = make_points([[0.0], [1.0]], ["bad", "good"])
            >>> points.weigh()[:2]
            (array([0, 1]), array([0, 1]))
            >>> doubtful = Points(points.vectors, points.labels, points.names, np.array([[0.75, 0.25], [0, 1]]))
            >>> [part.tolist() for part in doubtful.weigh()]
            [[0, 0, 1], [0, 1, 1], [0.75, 0.25, 1.0]]
        """
        if self.chances is None:
            return np.arange(len(self)), self.labels, None
        places, classes = np.nonzero(self.chances >= LEAST)
        return places, classes, self.chances[places, classes].astype(np.float64)


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
