"""Slot F1: labelled spans, counted as CoNLL's scorer counts them."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.counts import score_spans


class SlotF1(evaluate.Metric):  # type: ignore[misc]
    """Micro-averaged precision, recall and F1 of slots over IOB2 tags.

    A slot is right if its first token, its last token and its name are. The figures are those of `seqeval` in its
    default mode.

    Examples:
        >>> SlotF1().compute(predictions=[["O", "B-city"]], references=[["O", "B-city"]])
        {'precision': 1.0, 'recall': 1.0, 'f1': 1.0}
    """

    def _info(self) -> evaluate.MetricInfo:
        tags = datasets.List(datasets.Value("string"))
        return evaluate.MetricInfo(
            description="CoNLL span F1 of slots, micro-averaged.",
            citation="Tjong Kim Sang and De Meulder (2003), Introduction to the CoNLL-2003 Shared Task.",
            inputs_description="predictions, references: IOB2 tags of each row, one a token.",
            features=datasets.Features({"predictions": tags, "references": tags}),
        )

    def _compute(self, predictions: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> dict[str, float]:
        return score_spans(predictions, references)
