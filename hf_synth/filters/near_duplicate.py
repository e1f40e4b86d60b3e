"""Texts that share most of their letters: MinHash finds pairs, their exact overlap decides."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.filters.shingles import ShingleSets, sort_distinct
from hf_synth.schema import normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys: TypeAlias = NDArray[np.uint64]
    Marks: TypeAlias = NDArray[np.uint8]
    Pairs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]

_BANDED = 64  # minima in bands; as many again help to tell which pairs are worth comparing
_MISSED = 1e-3  # share of pairs at the threshold that may be missed
_PORTION = 1 << 22  # pairs held at once
_PAIRS = 1 << 13  # pairs looked at together: their minima fit into a processor's cache


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
        known = sorted(set(map(normalise, reference)))
        folded = [normalise(text) for text in texts]
        # Equal texts are judged once, so that they do not have to be compared with each other.
        distinct = {text: number for number, text in enumerate(dict.fromkeys([*known, *folded]))}
        found = self._find_neighbours([*distinct], len(known))
        names = dict(zip(reversed(folded), reversed(texts), strict=True)) | {text: text for text in known}
        shown = [names[text] for text in distinct]
        seen: set[str] = set(known)
        verdicts: list[Verdict] = []
        for text in folded:
            near = found.get(distinct[text])
            if near is None and text in seen:
                near = (1.0, distinct[text])
            seen.add(text)
            verdicts.append(
                Verdict("near_duplicate", f"nearly the same as {shown[near[1]]!r}", near[0]) if near else Verdict()
            )
        return verdicts

    def _find_neighbours(self, texts: list[str], known: int) -> dict[int, tuple[float, int]]:
        """Overlap and number of what drops a text after the first `known`; nothing for a text that stays."""
        if not texts:
            return {}
        sets = ShingleSets.from_texts(texts, self.size)
        bands = self._count_bands()
        keys, marks = sets.sign(2 * _BANDED, bands, _BANDED // bands, self.seed)
        # Many texts that are all alike share a bucket, and their pairs would be too many: those near to a text that
        # stays for certain go first.
        found = self._resolve(sets, marks, [_propose_first(keys, known)])
        left = np.array([number for number in range(len(texts)) if number not in found])
        pairs = ((left[later], left[earlier]) for later, earlier in _propose_all(keys[:, left], known))
        return found | self._resolve(sets, marks, pairs)

    def _count_bands(self) -> int:
        """The fewest bands that find enough pairs at the threshold: fewer bands propose fewer pairs in vain."""
        enough = (n for n in (8, 16, 32) if (1 - self.threshold ** (_BANDED // n)) ** n <= _MISSED)
        return next(enough, _BANDED)

    def _resolve(self, sets: ShingleSets, marks: Marks, proposed: Iterable[Pairs]) -> dict[int, tuple[float, int]]:
        """Go through pairs in the order of their later texts; only a text that stays drops others."""
        near: list[tuple[int, float, int]] = []
        for later, earlier in proposed:
            likely = self._find_likely(marks, later, earlier)
            later, earlier = later[likely], earlier[likely]
            overlaps = sets.measure(later, earlier)
            above = overlaps > self.threshold
            near += zip(later[above].tolist(), (-overlaps[above]).tolist(), earlier[above].tolist(), strict=True)
        found: dict[int, tuple[float, int]] = {}
        for one, overlap, other in sorted(near):
            if one not in found and other not in found:
                found[one] = (round(-overlap, 3), other)
        return found

    def _find_likely(self, marks: Marks, later: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which pairs agree in as many minima as pairs at the threshold do, less four standard deviations."""
        count = marks.shape[1]
        least = count * self.threshold - 4 * math.sqrt(count * self.threshold * (1 - self.threshold))
        likely = np.empty(len(later), dtype=bool)
        for first in range(0, len(later), _PAIRS):
            part = slice(first, first + _PAIRS)
            likely[part] = np.count_nonzero(marks[later[part]] == marks[earlier[part]], axis=1) >= least
        return likely


def _propose_first(keys: Keys, known: int) -> Pairs:
    """Each text beside the first of its buckets, where that is the first of all of its own: it stays for certain."""
    numbers = np.arange(keys.shape[1])
    firsts = np.empty(keys.shape, dtype=np.int64)
    for band, row in zip(keys, firsts, strict=True):
        _, first, group = np.unique(band, return_index=True, return_inverse=True)
        row[:] = first[group]
    certain = (firsts == numbers).all(axis=0)
    pairs = [_pack(numbers[mask], row[mask]) for row in firsts for mask in [certain[row] & (row < numbers)]]
    return _unpack(pairs, known)


def _propose_all(keys: Keys, known: int) -> Iterator[Pairs]:
    """All pairs of texts that share a bucket, in portions; a pair may come again in a later portion."""
    pairs: list[NDArray[np.int64]] = []
    for band in keys:
        order = np.argsort(band, kind="stable")
        band = band[order]
        places, distance = np.arange(len(band)), 1
        while True:
            places = places[: np.searchsorted(places, len(band) - distance)]
            places = places[band[places] == band[places + distance]]
            if not len(places):
                break
            pairs.append(_pack(order[places + distance], order[places]))
            distance += 1
            if sum(map(len, pairs)) > _PORTION:
                yield _unpack(pairs, known)
                pairs = []
    yield _unpack(pairs, known)


def _pack(later: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.int64]:
    return (later << 32) | earlier


def _unpack(pairs: list[NDArray[np.int64]], known: int) -> Pairs:
    """The distinct pairs whose later text is judged."""
    packed = sort_distinct(np.concatenate(pairs)) if pairs else np.zeros(0, dtype=np.int64)
    packed = packed[packed >> 32 >= known]
    return packed >> 32, packed & 0xFFFFFFFF
