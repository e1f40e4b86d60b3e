"""The second stage of an experiment: trained on the shortlists of training rows, asked about those of test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hf_synth.multi_label.cells import LabelCell
from hf_synth.multi_label.recipe import SecondStageSettings
from hf_synth.pseudo_labels.reranking import train_reranker
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import ClassifierSettings


def order_labels(
    cell: LabelCell,
    shortlists: Sequence[Sequence[int]],
    rows: Sequence[LabelRow],
    asked: Sequence[Sequence[int]],
    stage: SecondStageSettings,
    settings: ClassifierSettings,
) -> list[tuple[int, ...]]:
    """Put the shortlists of test rows in order.

    Args:
        cell: The experiment.
        shortlists: Labels on the shortlist of each training row, by students that did not see the row.
        rows: What is told of them.
        asked: The shortlists of the test rows.
        stage: How the second stage is trained.
        settings: How students are trained.

    Returns:
        The labels of each test row, the best first.
    """
    reranker = train_reranker(
        [row.text for row in cell.train],
        shortlists,
        rows,
        cell.names,
        replace(settings, epochs=stage.epochs),
        cell.seed,
    )
    return reranker.order([row.text for row in cell.test], asked)
