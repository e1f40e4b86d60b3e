"""What a student made of every parse of a test, in the form that all scores and intervals are computed from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hf_synth.errors import SchemaError, check_choice
from hf_synth.metrics.counts import check_rows
from hf_synth.metrics.outcomes import Outcomes
from hf_synth.metrics.parse_counts import count_brackets, match_spaceless, match_unordered
from hf_synth.parses.tree import ParseError, find_brackets, read_parse

MATCHES = ("unordered", "spaceless")


def record_parse_outcomes(
    predictions: Sequence[str],
    golds: Sequence[str],
    intents: Sequence[str],
    notation: str = "exr",
    match: str = "unordered",
) -> Outcomes:
    """Compare predicted parses with what people said.

    Args:
        predictions: What a student wrote for each row, whatever it is.
        golds: The parses that people wrote, in the same order.
        intents: The intent of each row.
        notation: How parses are read if they are matched without order: `exr` or `top`.
        match: Which rows are right: those that match `unordered` (PIZZA), or those that match `spaceless` (mTOP).

    Returns:
        The outcomes: `exact_match` is the share of rows that match, `intent_accuracy` that of parses with the right
        outermost label, `bracket_f1` counts labelled brackets. All rows are rows of a target.

    Raises:
        ConfigError: There is no such notation or match.
        SchemaError: Rows do not match in number, or a gold is no parse.

    Examples:
        >>> found = record_parse_outcomes(["(ORDER (A x ) )", "("], ["(ORDER (A x ) )", "(ORDER (A y ) )"], ["o", "o"])
        >>> found.score("exact_match"), round(found.score("bracket_f1"), 3)
        (0.5, 0.667)
    """
    check_choice("match", match, MATCHES)
    check_rows(predictions, golds)
    if len(intents) != len(golds):
        raise SchemaError(f"expected {len(golds)} intents, one a row, got {len(intents)}")
    rows = []
    for prediction, gold in zip(predictions, golds, strict=True):
        if match == "spaceless":
            is_right = match_spaceless(prediction, gold)
        else:
            is_right = match_unordered(prediction, gold, notation)
        rows.append((1, _has_root_of(prediction, gold), is_right, *count_brackets(prediction, gold)))
    return Outcomes(tuple(intents), *np.array(rows, dtype=float).T)


def _has_root_of(prediction: str, gold: str) -> bool:
    """Whether a prediction is a parse with the outermost label of another."""
    brackets = find_brackets(gold)
    try:
        return read_parse(prediction, brackets).label == read_parse(gold, brackets).label
    except ParseError:
        return False
