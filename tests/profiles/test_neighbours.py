import numpy as np
import pytest

from hf_synth.profiles import neighbours
from hf_synth.profiles.neighbours import compare_neighbours

from .beside import made_row


def rows_at(**angles):
    """Rows whose vectors stand at these degrees, and the vectors."""
    radians = np.radians(np.array(list(angles.values()), dtype=np.float64))
    vectors = np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)
    return [made_row(name) for name in angles], dict(zip(angles, vectors, strict=True))


def compare(human, made):
    (theirs, there), (ours, here) = rows_at(**human), rows_at(**made)
    return compare_neighbours(theirs, ours, {**there, **here})


def test_the_nearest_human_row_of_each_made_row():
    found = compare({"east": 0, "north": 90}, {"near": 10, "further": 50})
    pairs = [(pair["text"], pair["neighbour"]) for pair in found["nearest"]]
    assert pairs == [("near", "east"), ("further", "north")]
    assert found["nearest"][0]["cosine"] == pytest.approx(np.cos(np.radians(10)), abs=1e-6)
    assert (found["memorised"], found["methods"]["linguist@1"]["memorised"]) == (0.5, 1)


def test_a_human_row_is_not_its_own_neighbour():
    found = compare({"east": 0, "north": 90, "also": 90}, {"near": 0})
    assert found["human"]["percentiles"]["95"] == pytest.approx(1)
    assert found["human"]["percentiles"]["5"] == pytest.approx(0.1, abs=1e-6)
    assert found["human_memorised"] == pytest.approx(2 / 3, abs=1e-6)


def test_far_is_below_the_bound_that_human_rows_set():
    human = {f"h{number}": number for number in range(0, 60, 10)}
    found = compare(human, {"inside": 25, "outside": 140})
    assert found["far_below"] == pytest.approx(np.cos(np.radians(10)), abs=1e-6)
    assert found["far"] == 0.5


def test_exactly_the_bound_is_not_memorised():
    rows, space = rows_at(human=0, made=0)
    space["made"] = np.array([0.95, np.sqrt(1 - 0.95**2)])
    found = compare_neighbours(rows[:1], rows[1:], space)
    assert (found["nearest"][0]["cosine"], found["memorised"]) == (0.95, 0)


def test_a_single_human_row_sets_no_bound():
    found = compare({"east": 0}, {"near": 1})
    assert (found["human"], found["far_below"], found["far"]) == (None, None, None)
    assert sum(found["histogram"]["made"]) == 1


def test_without_rows_of_a_side_there_is_nothing():
    rows, space = rows_at(east=0)
    assert compare_neighbours(rows, [], space) is None
    assert compare_neighbours([], rows, space) is None


def test_nearest_and_farthest_do_not_repeat_rows():
    found = compare({"h": 0, "i": 90}, {f"m{number}": number for number in range(7)})
    texts = [pair["text"] for pair in (*found["nearest"], *found["farthest"])]
    assert texts == ["m0", "m1", "m2", "m3", "m4", "m6", "m5"]


def test_bars_hold_all_rows_and_meet_the_bound():
    found = compare({"h": 0, "i": 40, "j": 200}, {f"m{number}": number for number in range(0, 180, 20)})["histogram"]
    assert (sum(found["human"]), sum(found["made"])) == (3, 9)
    assert {0.95, 1.0} <= set(found["edges"])


def test_blocks_change_nothing(monkeypatch):
    human, made = ({f"{side}{n}": n * step for n in range(20)} for side, step in (("h", 7), ("m", 5.3)))
    whole = compare(human, made)
    monkeypatch.setattr(neighbours, "_BLOCK", 3)
    assert compare(human, made) == whole
