"""How many made rows join the human ones, and the training set of each arm of a comparison."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from hf_synth.errors import ConfigError
from hf_synth.schema import Row, normalise

if TYPE_CHECKING:
    from hf_synth.transforms.slot_resampling import SlotResampling

T = TypeVar("T")
logger = logging.getLogger(__name__)

OVER_AUGMENTED = 100
GUIDE, ALL = "guide", "all"


def check_mixing(policy: str) -> None:
    """Check that a mixing policy is one.

    Args:
        policy: See `count_allowed`.

    Raises:
        ConfigError: It is neither `guide` nor `all`, nor a share between 0 and 1.
    """
    if policy not in (GUIDE, ALL) and _read_share(policy) is None:
        raise ConfigError(
            f"mixing must be 'guide', 'all' or the share of made rows, got {policy!r}",
            hint="Write mixing: 0.3 for three made rows in ten; it lies between 0 and 1.",
        )


def count_allowed(policy: str, real: int) -> int | None:
    """Most made rows that a mixing policy admits beside a number of real rows.

    Args:
        policy: `guide` for the guide's table (see `synthetic_allowance`), `all` for no limit, or the share that made
            rows may have of all, above 0 and below 1, such as `0.3`.
        real: Number of human rows, at least 0.

    Returns:
        The limit; None for no limit, as always where there is no real row.

    Raises:
        ConfigError: There is no such policy.

    Examples:
        >>> [count_allowed(policy, 70) for policy in ("guide", "0.3", "0.5", "all")]
        [163, 30, 70, None]
    """
    check_mixing(policy)
    if policy == ALL or not real:
        return None
    share = _read_share(policy)
    return synthetic_allowance(real) if share is None else int(real * share / (1 - share))


def _read_share(policy: str) -> Fraction | None:
    try:
        share = Fraction(policy)
    except (ValueError, ZeroDivisionError):
        return None
    return share if 0 < share < 1 else None


def synthetic_allowance(real: int) -> int | None:
    """Most synthetic rows that the guide's table admits beside a number of real rows.

    Above 10,000 real rows none; from 1,000 to 10,000 as many as real (of 70:30 to 50:50 the most);
    below 1,000 seven for three (30:70); with none at all, no limit: a cold start, and temporary.

    Args:
        real: Number of human rows, at least 0.

    Returns:
        The limit; None for no limit.

    Examples:
        >>> [synthetic_allowance(real) for real in (0, 60, 999, 1000, 10_000, 10_001)]
        [None, 140, 2331, 1000, 10000, 0]
    """
    if real > 10_000:
        return 0
    if real >= 1_000:
        return real
    return real * 7 // 3 if real else None


def mix(human: Sequence[Row], made: Sequence[Row], limit: int | None) -> list[Row]:
    """Join human and made rows, with at most `limit` made ones, taken in turn from every intent.

    Args:
        human: Human rows, all kept.
        made: Augmented or synthetic rows, best first.
        limit: Most made rows, as `count_allowed` says; None keeps all.

    Returns:
        Human rows, then made rows.

    Raises:
        ConfigError: There would be a hundred made rows or more for each human one.
    """
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in made:
        groups[row.utterance.intent].append(row)
    kept = take_turns([rows for _, rows in sorted(groups.items())], limit)
    if len(kept) < len(made):
        logger.warning("mixing keeps %d of %d made rows for %d human ones", len(kept), len(made), len(human))
    check_ratio(len(human), len(kept))
    return [*human, *kept]


def check_ratio(human: int, made: int) -> None:
    """Refuse over-augmentation from a hundred to one, and warn of it above the guide's table.

    Args:
        human: Number of human rows; none at all is a cold start, which has no bound.
        made: Number of made rows.

    Raises:
        ConfigError: There are a hundred made rows or more for each human one.
    """
    guide = synthetic_allowance(human)
    if guide is None or made <= guide:
        return
    if made >= OVER_AUGMENTED * human:
        raise ConfigError(
            f"{made} made rows for {human} human ones is over-augmentation",
            hint=f"Stay below {OVER_AUGMENTED} for one; the guide admits {guide}.",
        )
    logger.warning("over-augmentation: %d made rows for %d human ones; the guide admits %d", made, human, guide)


def take_turns(groups: Sequence[Sequence[T]], count: int | None, first: int = 0) -> list[T]:
    """Take one item of each group in turn, until there are enough.

    Args:
        groups: Items to take, the best first.
        count: Most items to take; None takes all.
        first: Which group has the first turn, counted from 0 and around.

    Returns:
        The items taken.

    Examples:
        >>> take_turns([["a", "b", "c"], ["d"]], 3, first=1)
        ['d', 'a', 'b']
    """
    longest = max(map(len, groups), default=0)
    order = [groups[(first + place) % len(groups)] for place in range(len(groups))]
    return [group[turn] for turn in range(longest) for group in order if turn < len(group)][:count]


def split_stages(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Part the rows for training in two stages: the made ones first, then the human ones.

    Args:
        rows: A training set.

    Returns:
        Both parts; without a human row (a cold start) the made rows are the second.

    Reference: the augmentation guide (train on synthetic rows, fine-tune on real ones when they come).
    """
    made = [row for row in rows if row.provenance.origin != "human"]
    human = [row for row in rows if row.provenance.origin == "human"]
    return (made, human) if human else ([], made)


def upsample(rows: Sequence[Row], sizes: dict[str, int]) -> list[Row]:
    """Repeat the rows of some intents until each has its size; other intents stay as they are."""
    grown = list(rows)
    for intent, size in sizes.items():
        own = [row for row in rows if row.utterance.intent == intent]
        grown.extend(own[index % len(own)] for index in range(size - len(own)))
    return grown


def resample(rows: Sequence[Row], sizes: dict[str, int], transform: SlotResampling) -> list[Row]:
    """Grow some intents with slot-resampled copies of their human rows; a copy seen before is drawn again."""
    grown = list(rows)
    for intent, size in sizes.items():
        present = [row for row in rows if row.utterance.intent == intent]
        own = [row for row in present if row.provenance.origin == "human"]
        seen = {normalise(row.utterance.text) for row in present}
        for number in range(size - len(present)):
            for attempt in range(5):
                row = transform.resample(own[number % len(own)], number + attempt * 1_000_000)
                if normalise(row.utterance.text) not in seen:
                    break
            seen.add(normalise(row.utterance.text))
            grown.append(row)
    return grown
