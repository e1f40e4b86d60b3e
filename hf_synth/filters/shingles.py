"""Sets of neighbouring characters of many texts in flat arrays: their MinHash signatures, their overlap."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from hf_synth.seeding import rng

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
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
        parts = share_out(lambda first: _cut(texts[first : first + _TEXTS], size), range(0, len(texts), _TEXTS))
        counts = np.concatenate([np.zeros(1, dtype=np.int64), *(counts for _, counts in parts)])
        return cls(np.concatenate([values for values, _ in parts]), counts.cumsum())

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many hashes each text has."""
        return np.diff(self.starts)

    def sign(self, bands: int, rows: int, seed: int) -> NDArray[np.uint64]:
        """MinHash signatures: the share of minima in which two texts agree is about their overlap.

        Args:
            bands: Bands that the minima are put into.
            rows: Minima of a band.
            seed: Seed of the permutations.

        Returns:
            Keys of shape (bands, texts): two texts have the same if all minima of the band are equal.
        """
        draw = rng(seed, "minhash")
        factors = draw.integers(1 << 31, size=bands * rows).astype(np.uint32) * np.uint32(2) + np.uint32(1)
        shifts = draw.integers(1 << 32, size=bands * rows, dtype=np.uint32)
        keys = np.zeros((bands, len(self.starts) - 1), dtype=np.uint64)

        def sign(first: int) -> None:
            edges = self.starts[first : first + _TEXTS + 1]
            values = self.values[edges[0] : edges[-1]]
            begins = edges[:-1] - edges[0]
            part = keys[:, first : first + len(begins)]
            hashed = np.empty_like(values)
            for number, (factor, shift) in enumerate(zip(factors, shifts, strict=True)):
                np.multiply(values, factor, out=hashed)
                np.add(hashed, shift, out=hashed)
                band = part[number % bands]
                band *= _MULTIPLIER
                band += np.minimum.reduceat(hashed, begins)

        share_out(sign, range(0, keys.shape[1], _TEXTS))
        return keys

    def sketch(self, texts: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Each hash flips a bit: the sketches of two texts differ in no more bits than the texts in hashes.

        Args:
            texts: Numbers of the texts.

        Returns:
            Bits of shape (words, texts), with more words the larger the sets are.
        """
        words = int(np.clip(np.median(self.sizes[texts]) // 64 + 1, 1, 16)) if len(texts) else 1
        sketches = np.zeros((words, len(texts)), dtype=np.uint64)

        def sketch(first: int) -> None:
            part = texts[first : first + _TEXTS]
            numbers = self._number(part)
            hashes = (numbers & 0xFFFFFFFF).astype(np.uint64)
            bits = np.uint64(1) << (hashes & np.uint64(63))
            begins = np.searchsorted(numbers, np.arange(len(part)) << 32)
            for word in range(words):
                mine = np.where((hashes >> np.uint64(6)) % np.uint64(words) == word, bits, np.uint64(0))
                np.bitwise_xor.reduceat(mine, begins, out=sketches[word, first : first + len(part)])

        share_out(sketch, range(0, len(texts), _TEXTS))
        return sketches

    def measure(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        """Jaccard overlaps of pairs of texts, given by their numbers."""
        parts = share_out(
            lambda first: self._measure(one[first : first + _PAIRS], other[first : first + _PAIRS]),
            range(0, len(one), _PAIRS),
        )
        return np.concatenate(parts) if parts else np.zeros(0)

    def _measure(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        # A hash that both texts of a pair have stands twice in a row once the pair's hashes are sorted.
        keys = np.concatenate([self._number(one), self._number(other)])
        keys.sort()
        shared = np.bincount(keys[1:][keys[1:] == keys[:-1]] >> 32, minlength=len(one))
        sizes = [self.starts[texts + 1] - self.starts[texts] for texts in (one, other)]
        overlap: NDArray[np.float64] = shared / (sizes[0] + sizes[1] - shared)
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


def share_out(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """Do the same with all items, on all processors: what numpy computes leaves them free for each other."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, items))
