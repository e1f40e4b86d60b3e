"""How much rows repeat themselves: distinct n-grams, and self-BLEU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hf_synth.errors import require_extra
from hf_synth.profiles.values import DIGITS, share

SIZES = (1, 2, 3)
SAMPLE = 200
WORDS = 32


def compare_ngrams(human: Sequence[Sequence[str]], made: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Count distinct runs of words in samples of one size, because more text always holds fewer distinct ones.

    Args:
        human: Words of each human row, in a random order of rows.
        made: Words of each made row, likewise.

    Returns:
        By number of words: `sample`, the runs that were looked at on each side (those of the first rows), and the
        share of distinct ones, `human` and `made`; None for a side without rows. For single words this share is the
        type-token ratio.

    Reference: distinct-n of Li et al. (2016), A diversity-promoting objective function.
    """
    compared = {}
    for size in SIZES:
        runs = {
            side: [tuple(row[start : start + size]) for row in rows for start in range(len(row) - size + 1)]
            for side, rows in (("human", human), ("made", made))
        }
        sample = min((len(found) for found in runs.values() if found), default=0)
        compared[str(size)] = {
            "sample": sample,
            **{side: share(len(set(found[:sample])), sample) if found else None for side, found in runs.items()},
        }
    return compared


def compare_self_bleu(human: Sequence[Sequence[str]], made: Sequence[Sequence[str]]) -> dict[str, Any] | None:
    """Measure how like each other rows are, in samples of one size.

    Args:
        human: Words of each human row, in a random order of rows.
        made: Words of each made row, likewise.

    Returns:
        `rows`, the size of a sample (at most 200), and the mean BLEU-4 of each row against all others of its side,
        `human` and `made`, in [0, 1]; None for a side with fewer than two rows, and in all if both are. Of a row its
        first 32 words count.

    Raises:
        MissingExtraError: nltk is not installed.

    Reference: Zhu et al. (2018), Texygen. Each BLEU is smoothed (a count of 0.1 in the place of 0); rows of fewer than
    four words are judged by their shorter runs.
    """
    sides = {side: [row[:WORDS] for row in rows if row] for side, rows in (("human", human), ("made", made))}
    size = min((len(rows) for rows in sides.values() if len(rows) > 1), default=0)
    if not size:
        return None
    size = min(size, SAMPLE)
    return {
        "rows": size,
        **{side: _self_bleu(rows[:size]) if len(rows) > 1 else None for side, rows in sides.items()},
    }


def _self_bleu(rows: Sequence[Sequence[str]]) -> float:
    require_extra("synonyms", "nltk")
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    smooth = SmoothingFunction().method1
    scores = [
        sentence_bleu([*rows[:place], *rows[place + 1 :]], row, smoothing_function=smooth, auto_reweigh=True)
        for place, row in enumerate(rows)
    ]
    return round(float(sum(scores) / len(scores)), DIGITS)
