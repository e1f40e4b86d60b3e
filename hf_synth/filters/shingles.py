"""Sets of neighbouring characters of many texts in flat arrays: their MinHash signatures, their overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hf_synth.seeding import rng

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Number = TypeVar("_Number", np.int64, np.uint64)
_TEXTS = 4096  # texts at once: what they need fits into a processor's cache
_PAIRS = 1 << 12  # pairs at once, likewise
# Odd numbers with evenly spread bits (of the golden ratio, and of xxHash).
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)


@dataclass(frozen=True)
class ShingleSets:
    """The distinct runs of characters of each text, as hashes of 32 bits.

    Args:
        values: The hashes, sorted within each text.
        starts: Where each text begins in `values`, and the end of the last.
    """

    values: NDArray[np.uint32]
    starts: NDArray[np.int64]

    @classmethod
    def from_texts(cls, texts: Sequence[str], size: int) -> ShingleSets:
        """Cut texts into runs.

        Args:
            texts: Texts; one that is shorter than a run is one run itself.
            size: Characters of a run, at least 1.

        Returns:
            One set a text, never empty.
        """
        parts = [_cut(texts[first : first + _TEXTS], size) for first in range(0, len(texts), _TEXTS)]
        counts = np.concatenate([np.zeros(1, dtype=np.int64), *(counts for _, counts in parts)])
        return cls(np.concatenate([values for values, _ in parts]), counts.cumsum())

    def sign(
        self, permutations: int, bands: int, rows: int, seed: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
        """MinHash signatures: the share of minima in which two texts agree is about their overlap.

        Args:
            permutations: Minima of each text, at least `bands * rows`.
            bands: Bands that the first minima are put into.
            rows: Minima of a band.
            seed: Seed of the permutations.

        Returns:
            Keys of shape (bands, texts): two texts have the same if all minima of the band are equal. And the last
            byte of each minimum, of shape (texts, permutations).
        """
        draw = rng(seed, "minhash")
        factors = draw.integers(1 << 31, size=permutations).astype(np.uint32) * np.uint32(2) + np.uint32(1)
        shifts = draw.integers(1 << 32, size=permutations, dtype=np.uint32)
        keys = np.zeros((bands, len(self.starts) - 1), dtype=np.uint64)
        marks = np.empty((keys.shape[1], permutations), dtype=np.uint8)
        for first in range(0, keys.shape[1], _TEXTS):
            edges = self.starts[first : first + _TEXTS + 1]
            values = self.values[edges[0] : edges[-1]]
            begins = edges[:-1] - edges[0]
            part = keys[:, first : first + len(begins)]
            hashed, minima = np.empty_like(values), np.empty((permutations, len(begins)), dtype=np.uint32)
            for number, (factor, shift) in enumerate(zip(factors, shifts, strict=True)):
                np.multiply(values, factor, out=hashed)
                np.add(hashed, shift, out=hashed)
                np.minimum.reduceat(hashed, begins, out=minima[number])
            for number in range(bands * rows):
                band = part[number % bands]
                band *= _MULTIPLIER
                band += minima[number]
            marks[first : first + len(begins)] = minima.T & np.uint32(0xFF)
        return keys, marks

    def measure(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        """Jaccard overlaps of pairs of texts, given by their numbers."""
        parts = [
            self._measure(one[first : first + _PAIRS], other[first : first + _PAIRS])
            for first in range(0, len(one), _PAIRS)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _measure(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        # A hash that both texts of a pair have stands twice in a row once the pair's hashes are sorted.
        keys = np.concatenate([self._number(one), self._number(other)])
        keys.sort()
        shared = np.bincount(keys[1:][keys[1:] == keys[:-1]] >> 32, minlength=len(one))
        sizes = self.starts[1:] - self.starts[:-1]
        overlap: NDArray[np.float64] = shared / (sizes[one] + sizes[other] - shared)
        return overlap

    def _number(self, texts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The hashes of some texts, each below the number of its text in the list."""
        counts = self.starts[texts + 1] - self.starts[texts]
        ends = counts.cumsum()
        places = np.arange(ends[-1]) + np.repeat(self.starts[texts] - (ends - counts), counts)
        numbers = np.repeat(np.arange(len(texts)) << 32, counts)
        numbers |= self.values[places]
        return numbers


def _cut(texts: Sequence[str], size: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Sorted distinct hashes of the runs of a few texts, and how many each text has."""
    padded = [text.ljust(size, "\0") for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in padded])
    runs = np.zeros(len(codes) - size + 1, dtype=np.uint64)
    for offset in range(size):
        runs = runs * _MULTIPLIER + codes[offset : offset + len(runs)]
    runs = (runs ^ (runs >> _HALF)) * _MIXER
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)[: len(runs)]
    inside = np.ones(len(codes), dtype=bool)
    for offset in range(1, size):  # a run must not reach into the next text
        inside[lengths.cumsum() - offset] = False
    keys = ((owners << _HALF) | (runs >> _HALF))[inside[: len(runs)]]
    keys = sort_distinct(keys)
    counts = np.bincount((keys >> _HALF).astype(np.int64), minlength=len(texts))
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), counts


def sort_distinct(numbers: NDArray[_Number]) -> NDArray[_Number]:
    """The distinct numbers of an array, which is sorted in place; several times as fast as `np.unique`."""
    numbers.sort()
    new = np.ones(len(numbers), dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    return numbers[new]
