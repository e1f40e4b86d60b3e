"""How long rows are, in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hf_synth.profiles.values import summarise_values
from hf_synth.schema import Row

BARS = 25


def compare_lengths(human: Sequence[Row], made: Sequence[Row]) -> dict[str, Any]:
    """Count tokens.

    Args:
        human: Human rows; may be none.
        made: Made rows; may be none, but not both.

    Returns:
        `human` and `made`, each with `mean` and `percentiles` in tokens (None without rows), and a `histogram`: from
        how many tokens on each bar counts (`starts`; the last has no end), and the rows in it.
    """
    counts = {"human": _count_tokens(human), "made": _count_tokens(made)}
    every = np.concatenate(list(counts.values()))
    longest = int(np.ceil(np.percentile(every, 99)))
    starts = range(1, longest + 1, -(-longest // BARS))
    edges = np.array([*starts, np.inf])
    return {
        **{side: summarise_values(found) for side, found in counts.items()},
        "histogram": {
            "starts": list(starts),
            **{side: np.histogram(found, edges)[0].tolist() for side, found in counts.items()},
        },
    }


def _count_tokens(rows: Sequence[Row]) -> list[int]:
    return [len(row.utterance.tokens) for row in rows]
