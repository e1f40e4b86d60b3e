"""Recall of the intents that a data set was made for."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.counts import score_recall


class TargetRecall(evaluate.Metric):  # type: ignore[misc]
    """The share of a target intent's rows that are recognised; of several targets, the mean of their shares.

    Examples:
        >>> rows = {"predictions": ["PlayMusic", "RateBook"], "references": ["PlayMusic", "PlayMusic"]}
        >>> TargetRecall().compute(**rows, targets=["PlayMusic"])
        {'target_recall': 0.5}
    """

    def _info(self) -> evaluate.MetricInfo:
        intent = datasets.Value("string")
        return evaluate.MetricInfo(
            description="Recall of the target intents, averaged over them.",
            citation="",
            inputs_description="predictions, references: intent names, one a row. targets: one intent or several.",
            features=datasets.Features({"predictions": intent, "references": intent}),
        )

    def _compute(
        self, predictions: Sequence[str], references: Sequence[str], targets: str | Sequence[str]
    ) -> dict[str, float]:
        names = [targets] if isinstance(targets, str) else list(targets)
        return {"target_recall": score_recall(predictions, references, names)}
