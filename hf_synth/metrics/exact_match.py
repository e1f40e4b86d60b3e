"""Exact match of whole annotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import datasets
import evaluate

from hf_synth.metrics.counts import check_aligned, score_accuracy


class ExactMatch(evaluate.Metric):  # type: ignore[misc]
    """The share of rows whose intent and tags are all right.

    Examples:
        >>> row = {"intent": "GetWeather", "slot_tags": ["O", "B-city"]}
        >>> ExactMatch().compute(predictions=[row, row], references=[row, {**row, "slot_tags": ["O", "O"]}])
        {'exact_match': 0.5}
    """

    def _info(self) -> evaluate.MetricInfo:
        row = {"intent": datasets.Value("string"), "slot_tags": datasets.List(datasets.Value("string"))}
        return evaluate.MetricInfo(
            description="Share of rows whose intent and slot tags are all right.",
            citation="",
            inputs_description="predictions, references: rows with `intent` and `slot_tags` (IOB2, one a token).",
            features=datasets.Features({"predictions": row, "references": row}),
        )

    def _compute(
        self, predictions: Sequence[Mapping[str, Any]], references: Sequence[Mapping[str, Any]]
    ) -> dict[str, float]:
        check_aligned([row["slot_tags"] for row in predictions], [row["slot_tags"] for row in references])
        guesses, golds = (
            [(row["intent"], tuple(row["slot_tags"])) for row in rows] for rows in (predictions, references)
        )
        return {"exact_match": score_accuracy(guesses, golds)}
