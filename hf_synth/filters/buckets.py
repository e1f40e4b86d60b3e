"""Texts in buckets, those of each band apart: which pairs of texts are worth comparing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hf_synth.filters.shingles import ShingleSets, share_out, sort_distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers: TypeAlias = NDArray[np.int64]
    Buckets: TypeAlias = NDArray[np.int32]
    Pairs: TypeAlias = tuple[Numbers, Numbers]

_ROWS, _COLUMNS = 128, 512  # texts compared with texts at once: their sketches fit into a processor's cache


def number_buckets(keys: NDArray[np.uint64]) -> Buckets:
    """Number the buckets of each band from 0: texts with the same key have the same number.

    Args:
        keys: Of shape (bands, texts).

    Returns:
        Numbers of the same shape.
    """
    numbers = np.empty(keys.shape, dtype=np.int32)

    def number(band: int) -> None:
        order = np.argsort(keys[band])
        numbers[band, order] = np.cumsum(np.diff(keys[band, order], prepend=keys[band, order[:1]]) != 0)

    share_out(number, range(len(keys)))
    return numbers


def propose_first(buckets: Buckets, texts: Numbers) -> tuple[Numbers, Pairs]:
    """Each text beside the first of its buckets, where that is the first of all of its own.

    Args:
        buckets: Numbers of the buckets, of shape (bands, all texts).
        texts: Numbers of the texts that count, in order.

    Returns:
        The texts that are the first of all their buckets; and the distinct pairs, later and earlier text.
    """
    firsts = np.empty((len(buckets), len(texts)), dtype=np.int64)
    first = np.empty(buckets.max() + 1, dtype=np.int64)
    for band, row in zip(buckets, firsts, strict=True):
        mine = band[texts]
        first[mine[::-1]] = texts[::-1]  # of several texts in a bucket, the last one written is the first one
        row[:] = first[mine]
    certain = np.zeros(buckets.shape[1], dtype=bool)
    certain[texts] = (firsts == texts).all(axis=0)
    pairs = [_pack(texts[chosen], row[chosen]) for row in firsts for chosen in [certain[row] & (row < texts)]]
    return np.flatnonzero(certain), _unpack(pairs)


def propose_all(buckets: Buckets, texts: Numbers, sets: ShingleSets, threshold: float) -> Pairs:
    """All pairs of texts that share a bucket and may overlap more than the threshold.

    An overlap above the threshold bounds how many hashes two sets do not share, and so how many bits of their sketches
    differ. No pair above the threshold is lost here.

    Args:
        buckets: Numbers of the buckets, of shape (bands, all texts).
        texts: Numbers of the texts that count.
        sets: Of all texts.
        threshold: Overlap above which a pair is wanted, in (0, 1).

    Returns:
        Distinct pairs, later and earlier text.
    """
    sizes = sets.sizes[texts]
    order = np.argsort(sizes, kind="stable")
    texts, sizes = texts[order], sizes[order]
    sketches = sets.sketch(texts)
    share = (1 - threshold) / (1 + threshold) + 1e-9  # of all hashes of both sets, those that only one has

    def search(band: Buckets) -> Numbers:
        mine = band[texts]
        order = np.argsort(mine, kind="stable")
        new = np.diff(mine[order], prepend=-1) != 0
        order = order[~(new & np.append(new[1:], True))]  # without the texts that are alone
        # Within a bucket the sets grow: the place after the last that is not too large for this one.
        scale = int(sizes.max(initial=0)) + 1
        places = mine[order].astype(np.int64) * scale
        limits = np.minimum((sizes[order] / threshold + 1e-9).astype(np.int64), scale - 1)
        reach = np.searchsorted(places + sizes[order], places + limits, side="right")
        pairs = _compare(sketches[:, order], sizes[order], reach, share)
        return _join([_pack(texts[order[one]], texts[order[other]]) for one, other in pairs])

    return _unpack(share_out(search, [*buckets]))


def _compare(sketches: NDArray[np.uint64], sizes: Numbers, reach: Numbers, share: float) -> Iterator[Pairs]:
    """Places of the pairs whose sketches differ in no more bits than a share of their sizes, each pair once."""
    kind = np.uint8 if len(sketches) < 4 else np.uint16
    starts = np.arange(0, len(reach), _ROWS)
    ends, largest = (
        np.maximum.reduceat(numbers, starts).tolist() if len(starts) else [] for numbers in (reach, sizes)
    )
    for start, end, size in zip(starts.tolist(), ends, largest, strict=True):
        rows = slice(start, start + _ROWS)
        for first in range(start + 1, end, _COLUMNS):
            columns = slice(first, min(first + _COLUMNS, end))
            differ = np.bitwise_count(sketches[0, rows, None] ^ sketches[0, None, columns]).astype(kind, copy=False)
            for words in sketches[1:]:
                differ += np.bitwise_count(words[rows, None] ^ words[None, columns])
            few = np.flatnonzero(differ <= int(share * (size + int(sizes[columns].max()))))
            if len(few):
                one, other = np.divmod(few, differ.shape[1])
                one, other = one + start, other + first
                near = (one < other) & (other < reach[one])
                near &= differ.ravel()[few] <= share * (sizes[one] + sizes[other])
                yield one[near], other[near]


def _pack(one: Numbers, other: Numbers) -> Numbers:
    return (np.maximum(one, other) << 32) | np.minimum(one, other)


def _join(pairs: list[Numbers]) -> Numbers:
    """The distinct ones of packed pairs."""
    return sort_distinct(np.concatenate([np.zeros(0, dtype=np.int64), *pairs]))


def _unpack(pairs: list[Numbers]) -> Pairs:
    packed = _join(pairs)
    return packed >> 32, packed & 0xFFFFFFFF
