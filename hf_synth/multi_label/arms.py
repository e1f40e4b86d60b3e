"""What the student of each arm is told, and what its loss is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from hf_synth.multi_label.cells import LabelCell
from hf_synth.multi_label.recipe import CEILING, DISTILLATION, NEGATIVES, PSEUDO
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import LabelLossSettings


def log_negatives(cell: LabelCell, logits: ArrayLike | None) -> list[tuple[int, ...]]:
    """Wrong labels of the training rows: those that the data have, or the wrong answers of a first round.

    Before: a student that did not see `where is my card` says `loan`; people said `card` and `arrival`. After: `loan`
    is a wrong label of the row, as the log of a product would have it. A right answer is not logged.

    Args:
        cell: The experiment.
        logits: What the first round said of each training row, shape (rows, labels); None if the data have wrong
            labels.

    Returns:
        For each row none or more; never one that the row was given.
    """
    if logits is None:
        return [row.negatives for row in cell.given]
    answers = np.asarray(logits).argmax(axis=1).tolist()
    return [
        () if answer in {*row.labels, *told.given} else (answer,)
        for answer, row, told in zip(answers, cell.train, cell.given, strict=True)
    ]


def label_rows(
    arm: str, cell: LabelCell, found: Sequence[Sequence[int]], negatives: Sequence[Sequence[int]]
) -> list[LabelRow]:
    """The labels that the student of an arm learns from.

    Args:
        arm: The arm.
        cell: The experiment.
        found: Pseudo-labels of each training row.
        negatives: Wrong labels of each.

    Returns:
        One for each row; where the arm has both, no pseudo-label is a wrong one.
    """
    if arm == CEILING:
        return [LabelRow(row.labels) for row in cell.train]
    parts = arm.split("+")
    rows = []
    for told, extra, wrong in zip(cell.given, found, negatives, strict=True):
        known = tuple(wrong) if NEGATIVES in parts else ()
        kept = tuple(label for label in extra if label not in known) if PSEUDO in parts else ()
        rows.append(LabelRow(told.given, kept, known))
    return rows


def set_loss(arm: str, loss: LabelLossSettings) -> LabelLossSettings:
    """Leave out of a loss what an arm does not have.

    Args:
        arm: The arm.
        loss: The loss of an arm that has all parts.

    Returns:
        Its loss.

    Examples:
        >>> set_loss("negatives", LabelLossSettings(distillation=1.0)).distillation
        0.0
    """
    parts = arm.split("+")
    return replace(
        loss,
        decay=loss.decay if {PSEUDO, DISTILLATION} & set(parts) else 1.0,
        negative_weight=loss.negative_weight if NEGATIVES in parts else 0.0,
        distillation=loss.distillation if DISTILLATION in parts else 0.0,
    )
