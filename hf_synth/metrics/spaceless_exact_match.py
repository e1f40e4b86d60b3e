"""Exact match of parses, whatever their white space and case."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.counts import check_rows
from hf_synth.metrics.parse_counts import match_spaceless


class SpacelessExactMatch(evaluate.Metric):  # type: ignore[misc]
    """The share of parses that equal their reference without white space and in lower case.

    Examples:
        >>> SpacelessExactMatch().compute(predictions=["[in:get_time]"], references=["[IN:GET_TIME ]"])
        {'spaceless_exact_match': 1.0}
    """

    def _info(self) -> evaluate.MetricInfo:
        parse = datasets.Value("string")
        return evaluate.MetricInfo(
            description="Share of parses that equal their reference but for white space and case.",
            citation="Rosenbaum et al. (2022), CLASP: Few-shot cross-lingual data augmentation for semantic parsing.",
            inputs_description="predictions, references: parses, one a row.",
            features=datasets.Features({"predictions": parse, "references": parse}),
        )

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        check_rows(predictions, references)
        right = sum(match_spaceless(*pair) for pair in zip(predictions, references, strict=True))
        return {"spaceless_exact_match": right / len(references)}
