"""Intent accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.counts import score_accuracy


class IntentAccuracy(evaluate.Metric):  # type: ignore[misc]
    """The share of rows whose intent is right, over intent names.

    Examples:
        >>> IntentAccuracy().compute(predictions=["PlayMusic", "RateBook"], references=["PlayMusic", "PlayMusic"])
        {'intent_accuracy': 0.5}
    """

    def _info(self) -> evaluate.MetricInfo:
        intent = datasets.Value("string")
        return evaluate.MetricInfo(
            description="Share of rows whose intent is right.",
            citation="",
            inputs_description="predictions, references: intent names, one a row.",
            features=datasets.Features({"predictions": intent, "references": intent}),
        )

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return {"intent_accuracy": score_accuracy(predictions, references)}
