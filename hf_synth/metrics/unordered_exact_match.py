"""Unordered exact match of parses."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.counts import check_rows
from hf_synth.metrics.parse_counts import match_unordered


class UnorderedExactMatch(evaluate.Metric):  # type: ignore[misc]
    """The share of parses that are right as trees whose children have no order.

    `notation` is `exr` for executable parses or `top` for parses with words of the utterance, as PIZZA reads them.

    Examples:
        >>> parses = {"predictions": ["(ORDER (B x ) (A y ) )"], "references": ["(ORDER (A y ) (B x ) )"]}
        >>> UnorderedExactMatch().compute(**parses, notation="top")
        {'unordered_exact_match': 1.0}
    """

    def _info(self) -> evaluate.MetricInfo:
        parse = datasets.Value("string")
        return evaluate.MetricInfo(
            description="Share of parses that equal their reference as unordered trees.",
            citation="Arkoudas et al. (2022), PIZZA: A new benchmark for complex end-to-end task-oriented parsing.",
            inputs_description="predictions, references: parses in round brackets. notation: exr or top.",
            features=datasets.Features({"predictions": parse, "references": parse}),
        )

    def _compute(
        self, predictions: Sequence[str], references: Sequence[str], notation: str = "exr"
    ) -> dict[str, float]:
        check_rows(predictions, references)
        right = sum(match_unordered(*pair, notation) for pair in zip(predictions, references, strict=True))
        return {"unordered_exact_match": right / len(references)}
