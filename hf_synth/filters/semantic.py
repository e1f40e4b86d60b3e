"""Texts that say the same in other words: nearest neighbours of sentence embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hf_synth.device import supports_bf16
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.filters.embedding import EmbeddingFilter, embed_once

_BLOCK = 1024
_JUDGED = 8192  # judged together: those close to the threshold are embedded again, which is slow for a few at a time
# Products in float32 depend on the shape of the blocks in their last digits: they only propose pairs, this far below
# the threshold, and the cosine of a pair is computed again in float64 and rounded.
_MARGIN = 1e-4
_DIGITS = 6
# Vectors in bfloat16 decide a pair whose cosine is further than this from the threshold; others decide in float32.
# Of 4,000 pairs of utterances with cosines above 0.85, bfloat16 changed none by more than 0.003, above 0.93 by 0.002.
_DOUBT = 0.003
_PAIRS = 1024  # measured at once
_HEAD = 64  # directions of most spread that are enough to tell most pairs apart


@dataclass(frozen=True)
class SemanticDeduplication(EmbeddingFilter, TextFilter):
    """Drop a text whose embedding is very near to that of an earlier text that stays, or of a reference text.

    The first of a pair stays. The search is exact, and its result does not depend on the size of blocks. Where
    bfloat16 is faster, texts are embedded in it, and again in float32 where their cosine is close to the threshold.

    Args:
        threshold: Cosine above which two texts say the same, in (0, 1]; a cosine of exactly this much stays.
        encoder: The encoder that embeds the texts.
        embed: Another way to embed texts, one normalised vector a text; None uses the encoder.
        block: Texts compared at once, at least 1; it decides memory and speed only.

    Raises:
        ConfigError: The threshold or the block is out of its range.

    Examples:
        >>> vectors = {"stop it": [1, 0], "stop that": [0.96, 0.28], "go on": [0, 1]}
        >>> judge = SemanticDeduplication(0.95, embed=lambda texts: np.array([vectors[text] for text in texts]))
        >>> [verdict.reason for verdict in judge.judge_texts(["stop it", "go on", "stop that"], [])]
        ['', '', 'semantic_duplicate']

    Reference: the quality-control guide's rule of cosine above 0.95.
    """

    name: ClassVar[str] = "semantic"
    version: ClassVar[int] = 1
    threshold: float = 0.95
    block: int = field(default=_JUDGED, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ConfigError(f"semantic filter: threshold must lie in (0, 1], got {self.threshold}")
        if self.block < 1:
            raise ConfigError(f"semantic filter: block must be at least 1, got {self.block}")

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts in order."""
        if not texts:
            return []
        known = sorted(set(reference))
        found = [*known, *texts]
        if self.embed is None and supports_bf16():
            vectors, exact = embed_once(found, self.encoder, bf16=True), _Exact(found, self.encoder)
        else:
            vectors, exact = self.find_vectors(found), None
        return [
            Verdict("semantic_duplicate", f"says the same as {found[best[1]]!r}", best[0]) if best else Verdict()
            for best in self.find_neighbours(vectors, len(known), exact=exact)
        ]

    def find_neighbours(
        self, vectors: NDArray[np.float32], known: int, among: bool = True, exact: _Exact | None = None
    ) -> list[tuple[float, int] | None]:
        """Find the nearest vector above the threshold that is known or stays.

        Args:
            vectors: Known vectors, then those to judge, all normalised.
            known: How many are known.
            among: Compare those to judge with each other as well.
            exact: The same texts in float32, for pairs close to the threshold; None if the vectors are exact.

        Returns:
            Cosine and index of what drops each vector after the known ones; None for a vector that stays.
        """
        doubt = _DOUBT if exact else 0.0
        heads = _shorten(vectors)
        kept = np.arange(len(heads))  # the first `count` are the vectors that stay; the rest is not read
        stay = heads.copy()
        count = known
        found: list[tuple[float, int] | None] = []
        for start in range(known, len(heads), self.block):
            block = np.arange(start, min(start + self.block, len(heads)))
            parts = [slice(first, min(first + _BLOCK, count)) for first in range(0, count, _BLOCK)]
            columns = [(stay[part], kept[part]) for part in parts]
            if among:
                columns += [(heads[some], some) for some in np.split(block, range(_BLOCK, len(block), _BLOCK))]
            least = self.threshold - doubt - _MARGIN
            proposed = [_propose(heads[block], block, some, numbers, least) for some, numbers in columns]
            rows, others = (np.concatenate(side) for side in zip(*proposed, strict=True))
            cosines = _measure(vectors, rows, others)
            sure = cosines > self.threshold + doubt
            if exact:
                settled = np.isin(rows, rows[sure & (others < start)])
                open_ = ~settled & (np.abs(cosines - self.threshold) <= doubt)
                cosines[open_] = exact.measure(rows[open_], others[open_])
            near = np.flatnonzero(cosines > self.threshold)
            near = near[np.lexsort((others[near], -cosines[near], ~sure[near], rows[near]))]
            best: dict[int, tuple[float, int]] = {}
            for row, other, cosine in zip(*(side[near].tolist() for side in (rows, others, cosines)), strict=True):
                if row not in best and other not in best:
                    best[row] = (cosine, other)
            found += map(best.get, block.tolist())
            stays = np.array([index for index in block.tolist() if among and index not in best], dtype=np.int64)
            kept[count : count + len(stays)], stay[count : count + len(stays)] = stays, heads[stays]
            count += len(stays)
        return found


class _Exact:
    """The float32 vectors of some texts, computed when they are asked for."""

    def __init__(self, texts: Sequence[str], encoder: str) -> None:
        self._texts, self._encoder = texts, encoder
        self._vectors: dict[int, NDArray[np.float32]] = {}

    def measure(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Cosines of pairs of texts, given by their numbers."""
        numbers, places = np.unique(np.concatenate([rows, others]), return_inverse=True)
        missing = [number for number in numbers.tolist() if number not in self._vectors]
        vectors = embed_once([self._texts[number] for number in missing], self._encoder)
        self._vectors.update(zip(missing, vectors, strict=True))
        if not len(numbers):
            return np.zeros(0)
        return _measure(np.stack([self._vectors[number] for number in numbers.tolist()]), *np.split(places, 2))


def _shorten(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors of fewer numbers whose products are at least those of the whole vectors, and mostly little more.

    Turned so that the directions of most spread come first; of all others together, the length is kept.
    """
    if vectors.shape[1] <= _HEAD + 1:
        return vectors
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    turned = vectors @ axes[:, ::-1].astype(np.float32)
    rest = np.linalg.norm(turned[:, _HEAD:], axis=1, keepdims=True)
    return np.concatenate([turned[:, :_HEAD], rest], axis=1)


def _propose(
    block: NDArray[np.float32],
    rows: NDArray[np.int64],
    others: NDArray[np.float32],
    numbers: NDArray[np.int64],
    least: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the pairs of a vector of a block and an earlier one whose product is at least so large."""
    products = block @ others.T
    some = np.flatnonzero(products.max(axis=1) >= least)
    row, column = np.nonzero(products[some] >= least)
    one, other = rows[some[row]], numbers[column]
    return one[other < one], other[other < one]


def _measure(vectors: NDArray[np.float32], rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cosines of pairs of vectors, rounded; each the same whatever the other pairs are."""
    cosines = np.empty(len(rows))
    for first in range(0, len(rows), _PAIRS):
        one, other = (vectors[side[first : first + _PAIRS]].astype(np.float64) for side in (rows, others))
        cosines[first : first + _PAIRS] = (one * other).sum(axis=1)
    return cosines.round(_DIGITS)
