"""Texts that share most of their letters: MinHash finds pairs, their exact overlap decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.buckets import number_buckets, propose_all, propose_first
from hf_synth.filters.dataset import TextFilter
from hf_synth.filters.shingles import ShingleSets
from hf_synth.schema import normalise

if TYPE_CHECKING:
    from hf_synth.filters.buckets import Pairs

_MINIMA = 64  # of each text
_MISSED = 1e-3  # share of pairs at the threshold that may be missed
_DECIDED = 0.01  # share of texts that a round must decide for another to follow


@dataclass(frozen=True)
class NearDuplicateFilter(TextFilter):
    """Drop a text that shares most of its runs of letters with an earlier text that stays, or with a reference text.

    What counts is the Jaccard overlap of the sets of `size` neighbouring characters, case and white space folded. The
    first of a pair stays. Of pairs just above the threshold, up to one in a thousand is not found, the same in each
    run; a pair that is found is above the threshold.

    Args:
        threshold: Overlap above which two texts are near-duplicates, in (0, 1).
        size: Characters of a run, at least 1.
        seed: Seed of the MinHash permutations.

    Raises:
        ConfigError: The threshold or the size is out of its range.

    Examples:
        >>> texts = ["Will it rain in Paris tomorrow?", "will it rain in paris tomorrow", "will it snow in Oslo"]
        >>> [verdict.reason for verdict in NearDuplicateFilter().judge_texts(texts, [])]
        ['', 'near_duplicate', '']

    Reference: Broder 1997, "On the resemblance and containment of documents".
    """

    name: ClassVar[str] = "near_duplicate"
    version: ClassVar[int] = 1
    threshold: float = 0.8
    size: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise ConfigError(f"near-duplicate filter: threshold must lie in (0, 1), got {self.threshold}")
        if self.size < 1:
            raise ConfigError(f"near-duplicate filter: size must be at least 1, got {self.size}")

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts in order."""
        shown = sorted(set(map(normalise, reference)))
        known = len(shown)
        # Equal texts are judged once, so that they do not have to be compared with each other.
        distinct = {text: number for number, text in enumerate(shown)}
        numbers: list[int] = []
        for text in texts:
            numbers.append(distinct.setdefault(normalise(text), len(shown)))
            if numbers[-1] == len(shown):
                shown.append(text)
        found = self._find_neighbours([*distinct], known)
        seen, keep = known, Verdict()
        verdicts: list[Verdict] = []
        for number in numbers:
            near = found.get(number, (1.0, number) if number < seen else None)
            seen = max(seen, number + 1)
            verdicts.append(
                Verdict("near_duplicate", f"nearly the same as {shown[near[1]]!r}", near[0]) if near else keep
            )
        return verdicts

    def _find_neighbours(self, texts: list[str], known: int) -> dict[int, tuple[float, int]]:
        """Overlap and number of what drops a text after the first `known`; nothing for a text that stays."""
        if not texts:
            return {}
        sets = ShingleSets.from_texts(texts, self.size)
        bands = self._count_bands()
        buckets = number_buckets(sets.sign(bands, _MINIMA // bands, self.seed))
        found: dict[int, tuple[float, int]] = {}
        open_ = np.arange(len(texts))
        # Many texts that are all alike share a bucket, and their pairs would be too many. The first of all its buckets
        # stays for certain: what is near to it goes, and of the rest others are the first.
        while len(open_):
            certain, pairs = propose_first(buckets, open_)
            dropped = self._resolve(sets, pairs, known)
            found |= dropped
            count = len(open_)
            open_ = np.setdiff1d(open_, [*certain.tolist(), *dropped], assume_unique=True)
            if count - len(open_) < _DECIDED * count:
                break
        return found | self._resolve(sets, propose_all(buckets, open_, sets, self.threshold), known)

    def _count_bands(self) -> int:
        """The fewest bands that find enough pairs at the threshold: fewer bands propose fewer pairs in vain."""
        enough = (n for n in (8, 16, 32) if (1 - self.threshold ** (_MINIMA // n)) ** n <= _MISSED)
        return next(enough, _MINIMA)

    def _resolve(self, sets: ShingleSets, pairs: Pairs, known: int) -> dict[int, tuple[float, int]]:
        """Go through pairs in the order of their later texts; only a text that stays drops others."""
        later, earlier = (numbers[pairs[0] >= known] for numbers in pairs)
        overlaps = sets.measure(later, earlier)
        above = np.flatnonzero(overlaps > self.threshold)
        above = above[np.lexsort((earlier[above], -overlaps[above], later[above]))]
        found: dict[int, tuple[float, int]] = {}
        for one, overlap, other in zip(
            later[above].tolist(), overlaps[above].tolist(), earlier[above].tolist(), strict=True
        ):
            if one not in found and other not in found:
                found[one] = (round(overlap, 3), other)
        return found
