"""How far a classifier is to be believed: a temperature, and thresholds, from human rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hf_synth.errors import ConfigError, SchemaError

LOWEST, HIGHEST, STEPS = 0.05, 20.0, 60
_GOLDEN = (5**0.5 - 1) / 2


def confide(logits: ArrayLike, multi_label: bool, temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn logits into confidences.

    Args:
        logits: Shape (rows, labels).
        multi_label: Each label by itself (sigmoid), or one of them (softmax).
        temperature: What logits are divided by, above 0.

    Returns:
        Of the same shape, in [0, 1].

    Examples:
        >>> confide([[0.0, 0.0]], multi_label=False, temperature=2).tolist()
        [[0.5, 0.5]]
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    if multi_label:
        return 0.5 * (1 + np.tanh(0.5 * scaled))
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def fit_temperature(logits: ArrayLike, golds: ArrayLike, multi_label: bool) -> float:
    """Find the temperature at which confidences fit human rows best: the likelihood of their labels is highest.

    Args:
        logits: Of human rows that the classifier was not trained on, shape (rows, labels), at least one row.
        golds: True for the labels that a row has, of the same shape.
        multi_label: See `confide`.

    Returns:
        Between 0.05 and 20; above 1 for a classifier that is too sure.

    Raises:
        SchemaError: The shapes differ, or there is no row.

    Examples:
        >>> sure = [[4.0, -4.0]] * 4
        >>> round(fit_temperature(sure, [[True, False]] * 3 + [[False, True]], multi_label=False), 1)
        7.3

    Reference: Guo et al. 2017, "On calibration of modern neural networks" (temperature scaling).
    """
    scores, right = np.asarray(logits, dtype=np.float64), np.asarray(golds, dtype=bool)
    if scores.shape != right.shape or scores.ndim != 2 or not len(scores):
        raise SchemaError(f"expected logits and labels of one shape (rows, labels), got {scores.shape}, {right.shape}")

    def lose(power: float) -> float:
        scaled = scores / np.exp(power)
        if multi_label:
            return float((np.logaddexp(0, scaled) - right * scaled).sum())
        totals = np.logaddexp.reduce(scaled, axis=1)
        return float((totals - (right * scaled).sum(axis=1) / right.sum(axis=1).clip(1)).sum())

    low, high = np.log(LOWEST), np.log(HIGHEST)
    for _ in range(STEPS):
        inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, outer) if lose(inner) < lose(outer) else (inner, high)
    return float(np.exp((low + high) / 2))


def fit_threshold(chances: ArrayLike, golds: ArrayLike) -> float:
    """Find the threshold for all labels at which micro-F1 is highest.

    Args:
        chances: Confidences of human rows with all their labels, shape (rows, labels).
        golds: True for the labels that a row has, of the same shape.

    Returns:
        In [0, 1]: half-way between the last confidence that is taken and the first that is not.

    Raises:
        SchemaError: The shapes differ, or no row has a label.

    Examples:
        >>> fit_threshold([[0.9, 0.3], [0.2, 0.1]], [[True, True], [False, False]])
        0.25
    """
    scores, right = np.asarray(chances, dtype=np.float64), np.asarray(golds, dtype=bool)
    if scores.shape != right.shape or not right.any():
        raise SchemaError(f"expected confidences and labels of one shape, got {scores.shape}, {right.shape}")
    order = np.argsort(-scores, axis=None, kind="stable")
    sorted_scores, hits = scores.ravel()[order], np.cumsum(right.ravel()[order])
    below = np.append(sorted_scores[1:], 0.0)
    quality = np.where(below < sorted_scores, hits / (np.arange(1, len(order) + 1) + right.sum()), -1)
    place = int(np.argmax(quality))
    return float((sorted_scores[place] + below[place]) / 2)


def fit_thresholds(chances: ArrayLike, golds: ArrayLike, precision: float) -> list[float]:
    """Find the lowest threshold of each label at which enough of its predictions are right.

    Args:
        chances: Confidences of human rows, shape (rows, labels).
        golds: True for the labels that a row has, of the same shape.
        precision: Share of predictions that must be right, in (0, 1].

    Returns:
        One threshold a label, in [0, 1]; above 1 where no threshold is good enough, so that the label is never given.

    Raises:
        ConfigError: `precision` is out of its range.

    Examples:
        >>> fit_thresholds([[0.9], [0.8], [0.7], [0.2]], [[True], [True], [False], [True]], precision=0.75)
        [0.2]
        >>> fit_thresholds([[0.9], [0.8], [0.7], [0.2]], [[True], [True], [False], [True]], precision=0.9)
        [0.8]
    """
    if not 0 < precision <= 1:
        raise ConfigError(f"precision must be in (0, 1], got {precision}")
    scores, right = np.asarray(chances, dtype=np.float64), np.asarray(golds, dtype=bool)
    thresholds = []
    for column, truth in zip(scores.T, right.T, strict=True):
        order = np.argsort(-column, kind="stable")
        shares = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
        ends = np.append(column[order][1:] < column[order][:-1], True)  # rows of equal confidence go together
        good = np.flatnonzero((shares >= precision) & ends)
        thresholds.append(float(column[order][good[-1]]) if len(good) else 2.0)
    return thresholds
