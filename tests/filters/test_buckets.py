import random
from itertools import combinations

import numpy as np
import pytest

from hf_synth.filters.buckets import number_buckets, propose_all, propose_first
from hf_synth.filters.shingles import ShingleSets


def pairs_of(proposed):
    return set(zip(*(side.tolist() for side in proposed), strict=True))


def test_equal_keys_share_a_number():
    keys = np.array([[7, 9, 7, 8], [1, 1, 1, 1]], dtype=np.uint64)
    numbers = number_buckets(keys)
    assert numbers[0, 0] == numbers[0, 2]
    assert len(set(numbers[0].tolist())) == 3
    assert set(numbers[1].tolist()) == {0}


def test_the_first_of_all_its_buckets_is_certain():
    """2 is the first of its bucket in one band only; 3 shares a bucket with it alone."""
    buckets = np.array([[0, 0, 0, 1, 2], [0, 1, 2, 2, 3]], dtype=np.int32)
    certain, pairs = propose_first(buckets, np.arange(5))
    assert certain.tolist() == [0, 4]
    assert pairs_of(pairs) == {(1, 0), (2, 0)}
    certain, pairs = propose_first(buckets, np.array([1, 2, 3]))
    assert certain.tolist() == [1]
    assert pairs_of(pairs) == {(2, 1)}


@pytest.mark.parametrize("words", [4, 60, 700])
def test_no_pair_above_the_threshold_is_lost(words):
    draw = random.Random(words)
    root = [str(draw.randrange(1000)) for _ in range(words)]
    texts = []
    for _ in range(150):
        some = [*root]
        for _ in range(draw.randrange(1 + words // 3)):
            some[draw.randrange(words)] = str(draw.randrange(1000))
        texts.append(" ".join(some[: draw.randrange(words * 3 // 4, words) + 1]))
    sets = ShingleSets.from_texts(texts, 3)
    buckets = np.array([[n % 3 for n in range(150)]], dtype=np.int32)
    chosen = np.arange(10, 150)
    found = pairs_of(propose_all(buckets, chosen, sets, 0.8))
    same = [(later, earlier) for earlier, later in combinations(chosen.tolist(), 2) if (later - earlier) % 3 == 0]
    overlaps = sets.measure(*(np.array(side) for side in zip(*same, strict=True)))
    wanted = {pair for pair, overlap in zip(same, overlaps.tolist(), strict=True) if overlap > 0.8}
    assert wanted
    assert wanted <= found <= set(same)
    assert len(found) < len(same)


def test_nothing_to_compare():
    sets = ShingleSets.from_texts(["abc", "abd"], 3)
    buckets = np.array([[0, 1]], dtype=np.int32)
    for texts in (np.arange(2), np.arange(0)):
        assert pairs_of(propose_all(buckets, texts, sets, 0.8)) == set()
