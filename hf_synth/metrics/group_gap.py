"""How differently well groups of rows are served: a measurement of bias, on rows that people wrote."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.counts import score_groups


class GroupGap(evaluate.Metric):  # type: ignore[misc]
    """Accuracy of each group of rows, and the distance between the best and the worst.

    Rows that no person wrote are refused: they show what a model writes, not what people of a group say.

    Examples:
        >>> rows = {"predictions": ["a", "b", "a"], "references": ["a", "a", "a"], "origins": ["human"] * 3}
        >>> GroupGap().compute(**rows, groups=["young", "young", "old"])
        {'gap': 0.5, 'accuracy': {'old': 1.0, 'young': 0.5}}

    Reference: the augmentation guide (never measure bias or fairness on synthetic rows).
    """

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description="Accuracy by group, and the gap between the best and the worst group.",
            citation="",
            inputs_description="predictions, references: class names, one a row; groups: the group of each row; "
            "origins: who wrote each row, `human` for people. human: other names of origins of human rows.",
            features=datasets.Features(
                {"predictions": text, "references": text, "groups": text, "origins": text},
            ),
        )

    def _compute(
        self,
        predictions: Sequence[str],
        references: Sequence[str],
        groups: Sequence[str],
        origins: Sequence[str],
        human: Sequence[str] = ("human",),
    ) -> dict[str, float | dict[str, float]]:
        accuracy = score_groups(predictions, references, groups, origins, human)
        return {"gap": max(accuracy.values()) - min(accuracy.values()), "accuracy": accuracy}
