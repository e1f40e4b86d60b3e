"""Scores of a student, and of what it was told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hf_synth.metrics.label_counts import score_labels
from hf_synth.multi_label.cells import LabelCell, LabelledText
from hf_synth.pseudo_labels.calibration import confide, fit_threshold
from hf_synth.pseudo_labels.classifier import TextClassifier
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.shortlists import measure_coverage


def judge_student(classifier: TextClassifier, cell: LabelCell) -> tuple[dict[str, float], NDArray[np.float32]]:
    """Score a student on the test rows.

    Args:
        classifier: The student.
        cell: The experiment; the threshold of `micro_f1` and `macro_f1` is the best one on its validation rows.

    Returns:
        What `score_labels` returns, with `threshold` and with `half_micro_f1`, at the threshold 0.5; and the logits of
        the test rows.
    """
    known = confide(classifier.logits([row.text for row in cell.validation]), multi_label=True)
    threshold = fit_threshold(known, mark_labels(cell.validation, len(cell.names)))
    logits = classifier.logits([row.text for row in cell.test])
    chances, golds = confide(logits, multi_label=True), mark_labels(cell.test, len(cell.names))
    half = score_labels(chances, golds)["micro_f1"]
    return score_labels(chances, golds, threshold) | {"half_micro_f1": half, "threshold": threshold}, logits


def mark_labels(rows: Sequence[LabelledText], count: int) -> NDArray[np.bool_]:
    """True for the labels that rows have, of shape (rows, `count`)."""
    marks = np.zeros((len(rows), count), dtype=bool)
    for place, row in enumerate(rows):
        marks[place, list(row.labels)] = True
    return marks


def judge_labels(
    cell: LabelCell, rows: Sequence[LabelRow], shortlists: Sequence[Sequence[int]] = ()
) -> dict[str, float]:
    """Compare what a student was told with what people said.

    Args:
        cell: The experiment.
        rows: What it was told of each training row.
        shortlists: The best labels of each, by a student that did not see it.

    Returns:
        Shares: `pseudo_rows` of the rows have a pseudo-label, `pseudo_right` of the pseudo-labels are right,
        `missing_found` of the labels that were held back are among them, `negative_rows` of the rows have a wrong
        label, `coverage` of the shortlists hold a label that was given or found. Those with nothing below the line
        are left out.
    """
    truth = [set(row.labels) for row in cell.train]
    found = sum(len(row.found) for row in rows)
    right = sum(len(labels & set(row.found)) for labels, row in zip(truth, rows, strict=True))
    missing = sum(len(labels - set(row.given)) for labels, row in zip(truth, rows, strict=True))
    shares = {
        "pseudo_rows": (sum(bool(row.found) for row in rows), len(rows) if found else 0),
        "pseudo_right": (right, found),
        "missing_found": (right, missing if found else 0),
        "negative_rows": (negative := sum(bool(row.negatives) for row in rows), len(rows) if negative else 0),
    }
    metrics = {name: above / below for name, (above, below) in shares.items() if below}
    return metrics | ({"coverage": measure_coverage(shortlists, rows)} if shortlists else {})


def judge_orders(cell: LabelCell, orders: Sequence[Sequence[int]]) -> dict[str, float]:
    """Score a second stage.

    Args:
        cell: The experiment.
        orders: Labels on the shortlist of each test row, in the order of the second stage.

    Returns:
        `second_precision_at_1` and `second_ndcg_at_3`.
    """
    ranks = np.zeros((len(orders), len(cell.names)))
    for place, labels in enumerate(orders):
        ranks[place, list(labels)] = 1 / np.arange(2, len(labels) + 2)
    scores = score_labels(ranks, mark_labels(cell.test, len(cell.names)))
    return {f"second_{name}": scores[name] for name in ("precision_at_1", "ndcg_at_3")}
