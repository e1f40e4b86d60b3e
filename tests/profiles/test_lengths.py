from hf_synth.profiles.lengths import BARS, compare_lengths

from .beside import made_row


def rows(*lengths):
    return [made_row(" ".join(["so"] * length)) for length in lengths]


def test_both_sides_in_short_and_in_bars():
    found = compare_lengths(rows(1, 2, 3), rows(2, 2))
    assert found["human"]["mean"] == 2
    assert found["made"]["percentiles"] == {"5": 2, "25": 2, "50": 2, "75": 2, "95": 2}
    assert found["histogram"] == {"starts": [1, 2, 3], "human": [1, 1, 1], "made": [0, 2, 0]}


def test_the_last_bar_holds_all_that_are_longer():
    found = compare_lengths(rows(*[4] * 500, 10_000), rows(1))
    assert len(found["histogram"]["starts"]) <= BARS
    assert sum(found["histogram"]["human"]) == 501
    assert found["histogram"]["human"][-1] >= 1


def test_long_rows_share_bars():
    histogram = compare_lengths(rows(*range(1, 200)), rows(5))["histogram"]
    assert len(histogram["starts"]) <= BARS
    assert (sum(histogram["human"]), sum(histogram["made"])) == (199, 1)


def test_a_side_without_rows():
    found = compare_lengths([], rows(3))
    assert found["human"] is None
    assert found["made"]["mean"] == 3
    assert sum(found["histogram"]["human"]) == 0
