from collections import Counter

import numpy as np
import pytest

from hf_synth.profiles import plane
from hf_synth.profiles.plane import FEWEST, place_rows

from .beside import made_row


@pytest.fixture(scope="module")
def sides():
    """Two classes of thirty rows in two heaps, twice; and the vectors."""
    draw, space = np.random.default_rng(0), {}
    sides = []
    for origin in ("human", "synthetic"):
        rows = [made_row(f"{origin} {n}", ("left", "right")[n % 2], origin) for n in range(60)]
        for n, row in enumerate(rows):
            space[row.utterance.text] = draw.normal((-5, 5)[n % 2], 1, 8).astype(np.float32)
        sides.append(rows)
    return (*sides, space)


def test_rows_of_one_heap_lie_together_and_again_at_the_same_place(sides):
    points = place_rows(*sides)
    assert Counter((point["class"], point["origin"]) for point in points) == {
        (label, origin): 30 for label in ("left", "right") for origin in ("human", "synthetic")
    }
    left, right = (
        np.array([(point["x"], point["y"]) for point in points if point["class"] == label])
        for label in ("left", "right")
    )
    spread = max(np.linalg.norm(heap - heap.mean(axis=0), axis=1).mean() for heap in (left, right))
    assert np.linalg.norm(left.mean(axis=0) - right.mean(axis=0)) > 2 * spread
    assert place_rows(*sides) == points


def test_of_many_rows_each_side_has_its_half_and_each_class_its_share(sides, monkeypatch):
    monkeypatch.setattr(plane, "MOST", 40)
    human, made, space = sides
    counts = Counter((point["class"], point["origin"]) for point in place_rows(human, made, space))
    assert set(counts.values()) == {10}
    counts = Counter(point["origin"] for point in place_rows(human, made[:4], space))
    assert counts == {"human": 36, "synthetic": 4}


def test_few_rows_have_no_plane(sides):
    human, made, space = sides
    assert place_rows(human[: FEWEST - 1], [], space) == []
    assert len(place_rows([], made[:FEWEST], space)) == FEWEST


def test_rows_with_one_vector_share_one_point(sides):
    """Nothing but equal vectors ended the process within scikit-learn."""
    human, made, space = sides
    same = dict.fromkeys(space, np.ones(8, dtype=np.float32))
    assert place_rows(human, made, same) == []
    points = place_rows(human, [made[0]] * 20, space)
    assert len(points) == 80
    assert len({(point["x"], point["y"]) for point in points if point["origin"] == "synthetic"}) == 1
