"""Labelled bracket F1 of parses."""

from __future__ import annotations

from collections.abc import Sequence

import datasets
import evaluate

from hf_synth.metrics.parse_counts import score_brackets


class BracketF1(evaluate.Metric):  # type: ignore[misc]
    """Micro-averaged precision, recall and F1 of the nodes of parses, in round or square brackets.

    A node is right if its label is, and the words in it and below it are, in any order. A prediction that is no parse
    finds nothing.

    Examples:
        >>> BracketF1().compute(predictions=["(ORDER (A x ) )"], references=["(ORDER (A x ) (B y ) )"])
        {'precision': 0.5, 'recall': 0.3333333333333333, 'f1': 0.4}
    """

    def _info(self) -> evaluate.MetricInfo:
        parse = datasets.Value("string")
        return evaluate.MetricInfo(
            description="F1 of labelled brackets with their words, micro-averaged.",
            citation="Black et al. (1991), A procedure for quantitatively comparing the syntactic coverage of English "
            "grammars; with words in the place of positions.",
            inputs_description="predictions, references: parses, one a row.",
            features=datasets.Features({"predictions": parse, "references": parse}),
        )

    def _compute(self, predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
        return score_brackets(predictions, references)
