"""Scores of classifiers whose rows may have several labels, in plain NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hf_synth.errors import SchemaError

BINS = 15


def score_labels(chances: ArrayLike, golds: ArrayLike, threshold: float = 0.5, at: int = 3) -> dict[str, float]:
    """Score the confidence of each label in each row.

    Args:
        chances: In [0, 1], shape (rows, labels), at least one row.
        golds: True for the labels that a row has; each row has one at least.
        threshold: Labels above it are predicted, in [0, 1].
        at: How many of the most confident labels `recall_at_3` and `ndcg_at_3` look at.

    Returns:
        `micro_f1` over all labels of all rows; `macro_f1`, the mean over the labels that some row has;
        `precision_at_1`, the share of rows whose most confident label is right; `recall_at_3`, how many of a row's
        labels (of three at most) are among its three most confident ones; `ndcg_at_3`, the same with more weight for
        the first places; `calibration_error`, the mean distance of confidence and truth over all pairs of row and
        label, in bins of equal width. The 3 in the names is `at`. All in [0, 1].

    Raises:
        SchemaError: The shapes differ, there is no row, or a row has no label.

    Examples:
        >>> scores = score_labels([[0.9, 0.2, 0.6]], [[True, False, False]])
        >>> scores["micro_f1"], scores["recall_at_3"], scores["calibration_error"]
        (0.666667, 1.0, 0.3)
    """
    scores, right = np.asarray(chances, dtype=np.float64), np.asarray(golds, dtype=bool)
    if scores.shape != right.shape or scores.ndim != 2 or not len(scores):
        raise SchemaError(
            f"expected confidences and labels of one shape (rows, labels), got {scores.shape}, {right.shape}"
        )
    if not right.any(axis=1).all():
        raise SchemaError(f"row {int(np.argmin(right.any(axis=1)))} has no label", hint="Leave it out of the test.")
    found = scores > threshold
    hits, said, there = ((part).sum(axis=0) for part in (found & right, found, right))
    each = 2 * hits[there > 0] / (said + there)[there > 0]
    values = {
        "micro_f1": 2 * hits.sum() / (said.sum() + there.sum()),
        "macro_f1": each.mean(),
        "precision_at_1": np.take_along_axis(right, _best(scores, 1), axis=1).mean(),
        f"recall_at_{at}": _recall(scores, right, at),
        f"ndcg_at_{at}": _gain(scores, right, at),
        "calibration_error": _miscalibration(scores, right),
    }
    return {name: round(float(value), 6) for name, value in values.items()}


def _best(scores: NDArray[np.float64], at: int) -> NDArray[np.int64]:
    """The most confident labels of each row; of equal ones the lower number."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :at]


def _recall(scores: NDArray[np.float64], right: NDArray[np.bool_], at: int) -> float:
    hits = np.take_along_axis(right, _best(scores, at), axis=1).sum(axis=1)
    return float((hits / np.minimum(right.sum(axis=1), at)).mean())


def _gain(scores: NDArray[np.float64], right: NDArray[np.bool_], at: int) -> float:
    discounts = 1 / np.log2(np.arange(2, at + 2))
    hits = np.take_along_axis(right, _best(scores, at), axis=1)
    ideal = np.cumsum(discounts)[np.minimum(right.sum(axis=1), at) - 1]
    return float(((hits * discounts[: hits.shape[1]]).sum(axis=1) / ideal).mean())


def _miscalibration(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    bins = np.minimum((scores.ravel() * BINS).astype(np.int64), BINS - 1)
    confidence, truth = (np.bincount(bins, part.ravel().astype(np.float64), BINS) for part in (scores, right))
    return float(np.abs(confidence - truth).sum() / scores.size)
