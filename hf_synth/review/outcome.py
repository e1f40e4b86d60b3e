"""What the judgements of a sample come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from hf_synth.cards.manifest import Agreement, Review
from hf_synth.intervals import wilson_interval
from hf_synth.review.judgements import VERDICTS, WRONG, Judgement

LIMIT = 5  # percent of wrong rows that still pass

Judged = Mapping[str, Judgement]


def make_review(keys: Sequence[str], judged: Mapping[str, Judged], seed: int = 0) -> Review | None:
    """Put judgements together.

    Only reviewers who judged the whole sample count. Wrong are rows with a wrong label, with wrong slots, and
    unnatural ones; where reviewers differ, a row is wrong if at least half of them say so. A row of which people are
    not sure stays in the sample and does not count as wrong.

    Args:
        keys: The sample.
        judged: Judgements by row, by reviewer.
        seed: Of the draw of the sample.

    Returns:
        The outcome, passed with at most 5 wrong rows in 100; None as long as nobody has judged all rows.
    """
    finished = {name: judged[name] for name in sorted(judged) if all(key in judged[name] for key in keys)}
    if not finished or not keys:
        return None
    rows = Counter(_decide([mine[key].verdict for mine in finished.values()]) for key in keys)
    verdicts = Counter(mine[key].verdict for mine in finished.values() for key in keys)
    wrong, sampled = rows["wrong"], len(keys)
    return Review(
        sampled=sampled,
        wrong=wrong,
        passed=100 * wrong <= LIMIT * sampled,
        right=rows["right"],
        unsure=rows["unsure"],
        interval=wilson_interval(wrong, sampled),
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS if verdicts[verdict]},
        reviewers=tuple(finished),
        agreement=tuple(
            _compare((one, two), [(finished[one][key].verdict, finished[two][key].verdict) for key in keys])
            for one, two in combinations(finished, 2)
        ),
        seed=seed,
    )


def cohen_kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Agreement of two people beyond what chance gives (Cohen 1960).

    Args:
        pairs: What the two say of each row.

    Returns:
        1 for full agreement, 0 for that of chance; None where both always say the same one thing, or of no rows.

    Examples:
        >>> cohen_kappa([(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15)
        0.4
    """
    count = len(pairs)
    first, second = (sum(pair[side] for pair in pairs) for side in (0, 1))
    same = count * sum(one == two for one, two in pairs)
    chance = first * second + (count - first) * (count - second)
    return None if chance == count**2 else (same - chance) / (count**2 - chance)


def tell_outcome(review: Review) -> list[str]:
    """Say in words what a review came to.

    Args:
        review: The outcome.

    Returns:
        One line, and one for each pair of reviewers.
    """
    low, high = review.interval or (0.0, 1.0)
    unsure = f", {review.unsure} not sure" if review.unsure else ""
    return [
        f"{'passed' if review.passed else 'failed'}: {review.wrong} of {review.sampled} rows wrong "
        f"({review.wrong / review.sampled:.1%}, 95% interval {low:.1%} to {high:.1%}; at most {LIMIT}% pass){unsure}",
        *(
            f"{' and '.join(pair.reviewers)} agree on {pair.same} of {pair.rows} rows (Cohen's kappa "
            f"{'not defined' if pair.kappa is None else f'{pair.kappa:.2f}'})"
            for pair in review.agreement
        ),
    ]


def _decide(verdicts: Sequence[str]) -> str:
    if 2 * sum(verdict in WRONG for verdict in verdicts) >= len(verdicts):
        return "wrong"
    return "right" if "right" in verdicts else "unsure"


def _compare(names: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> Agreement:
    """How far two people agree, over the rows of which both are sure."""
    sure = [(one in WRONG, two in WRONG) for one, two in pairs if "not_sure" not in (one, two)]
    return Agreement(names, len(sure), sum(one == two for one, two in sure), cohen_kappa(sure))
