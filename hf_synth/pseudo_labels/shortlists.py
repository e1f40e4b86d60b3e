"""The few labels of a row that a second stage looks at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.pseudo_labels.rows import LabelRow


def shortlist(logits: ArrayLike, top: int) -> list[tuple[int, ...]]:
    """The labels that a classifier likes best.

    Args:
        logits: Shape (rows, labels).
        top: How many, at least 1.

    Returns:
        For each row their numbers, the best first; of equal ones the lower number.

    Raises:
        ConfigError: `top` is below 1.

    Examples:
        >>> shortlist([[0.1, 2.0, 0.5]], top=2)
        [(1, 2)]
    """
    if top < 1:
        raise ConfigError(f"top must be at least 1, got {top}")
    best = np.argsort(-np.asarray(logits, dtype=np.float64), axis=1, kind="stable")[:, :top]
    return [tuple(row) for row in best.tolist()]


def measure_coverage(shortlists: Sequence[Sequence[int]], rows: Sequence[LabelRow]) -> float:
    """How many rows have a right label on their shortlist: only those can teach a second stage.

    Args:
        shortlists: Labels of each row.
        rows: What is right: labels that were given or found.

    Returns:
        Their share, in [0, 1].

    Raises:
        SchemaError: There is no row, or not a shortlist for each.

    Examples:
        >>> measure_coverage([(1, 2), (1, 2)], [LabelRow((1,)), LabelRow((0,), found=(3,))])
        0.5
    """
    if not rows or len(rows) != len(shortlists):
        raise SchemaError(f"expected a shortlist of each row, got {len(shortlists)} of {len(rows)} rows")
    return sum(map(is_covered, shortlists, rows)) / len(rows)


def is_covered(labels: Sequence[int], row: LabelRow) -> bool:
    """Whether a right label is among some.

    Args:
        labels: Some labels.
        row: What is right.

    Returns:
        Whether one of them was given or found.

    Examples:
        >>> is_covered((1, 2), LabelRow((0,), found=(2,)))
        True
    """
    return bool({*row.given, *row.found} & set(labels))
