"""Texts that say the same in other words: nearest neighbours of sentence embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.filters.embedding import EmbeddingFilter

_BLOCK = 1024
# Products in float32 depend on the shape of the blocks in their last digits: they only propose pairs, this far below
# the threshold, and the cosine of a pair is computed again in float64 and rounded.
_MARGIN = 1e-4
_DIGITS = 6


@dataclass(frozen=True)
class SemanticDeduplication(EmbeddingFilter, TextFilter):
    """Drop a text whose embedding is very near to that of an earlier text that stays, or of a reference text.

    The first of a pair stays. The search is exact, and its result does not depend on the size of blocks.

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
    block: int = field(default=_BLOCK, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ConfigError(f"semantic filter: threshold must lie in (0, 1], got {self.threshold}")
        if self.block < 1:
            raise ConfigError(f"semantic filter: block must be at least 1, got {self.block}")

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts in order."""
        known = sorted(set(reference))
        found = [*known, *texts]
        return [
            Verdict()
            if near is None
            else Verdict("semantic_duplicate", f"says the same as {found[near[1]]!r}", near[0])
            for near in self.find_neighbours(self.find_vectors(found), len(known))
        ]

    def find_neighbours(
        self, vectors: NDArray[np.float32], known: int, among: bool = True
    ) -> list[tuple[float, int] | None]:
        """Find the nearest vector above the threshold that is known or stays.

        Args:
            vectors: Known vectors, then those to judge, all normalised.
            known: How many are known.
            among: Compare those to judge with each other as well.

        Returns:
            Cosine and index of what drops each vector after the known ones; None for a vector that stays.
        """
        kept = np.arange(len(vectors))  # the first `count` are the vectors that stay; the rest is not read
        stay = vectors.copy()
        count = known
        found: list[tuple[float, int] | None] = []
        for start in range(known, len(vectors), self.block):
            stop = min(start + self.block, len(vectors))
            candidates: list[list[int]] = [[] for _ in range(stop - start)]
            for first in range(0, count, _BLOCK):
                last = min(first + _BLOCK, count)
                self._propose(vectors[start:stop], stay[first:last], kept[first:last], candidates)
            if among:
                self._propose(vectors[start:stop], vectors[start:stop], np.arange(start, stop), candidates)
            dropped: set[int] = set()
            for index in range(start, stop):
                near = [other for other in candidates[index - start] if other < index and other not in dropped]
                best = self._choose(vectors, index, near)
                found.append(best)
                if best is None and among:
                    stay[count], kept[count] = vectors[index], index
                    count += 1
                elif best:
                    dropped.add(index)
        return found

    def _propose(
        self,
        block: NDArray[np.float32],
        others: NDArray[np.float32],
        numbers: NDArray[np.int64],
        candidates: list[list[int]],
    ) -> None:
        """Note for each row of a block the other vectors that may be above the threshold."""
        products = block @ others.T
        for row in np.flatnonzero(products.max(axis=1) > self.threshold - _MARGIN):
            near = np.flatnonzero(products[row] > self.threshold - _MARGIN)
            candidates[row] += numbers[near].tolist()

    def _choose(self, vectors: NDArray[np.float32], index: int, near: list[int]) -> tuple[float, int] | None:
        """The nearest of some vectors, the earliest of equals, if it is above the threshold."""
        if not near:
            return None
        pairs = vectors[near].astype(np.float64) * vectors[index].astype(np.float64)
        cosines = pairs.sum(axis=1).round(_DIGITS)
        best = int(cosines.argmax())
        return (float(cosines[best]), near[best]) if cosines[best] > self.threshold else None
