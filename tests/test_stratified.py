"""The sample: seeded, with the shares of classes and methods, whatever the order of the rows."""

from collections import Counter

import pytest
from review.reviewed import made_row

from hf_synth.stratified import draw_sample, share_out

ROWS = [
    *(made_row(number, "greet", "linguist@1") for number in range(300)),
    *(made_row(number, "greet", "swap@1") for number in range(120)),
    *(made_row(number, "leave", "linguist@1") for number in range(75)),
    *(made_row(number, "stay", "linguist@1") for number in range(5)),
]


def test_each_class_and_method_has_its_share():
    drawn = draw_sample(ROWS, 100)
    counts = Counter((row.utterance.intent, row.provenance.method) for row in drawn.values())
    assert counts == {("greet", "linguist@1"): 60, ("greet", "swap@1"): 24, ("leave", "linguist@1"): 15,
                      ("stay", "linguist@1"): 1}  # fmt: skip
    first = [row.utterance.intent for row in list(drawn.values())[:30]]
    assert len(set(first)) > 1, "classes are mixed"


def test_the_seed_decides_and_the_order_of_rows_does_not():
    drawn = draw_sample(ROWS, 100)
    assert list(draw_sample(ROWS[::-1], 100)) == list(drawn)
    assert set(draw_sample(ROWS, 100, seed=1)) != set(drawn)


@pytest.mark.parametrize("count", [1, 99, 100])
def test_all_rows_if_there_are_no_more(count):
    rows = ROWS[:count]
    assert {row.utterance for row in draw_sample(rows, 100).values()} == {row.utterance for row in rows}


def test_one_more_than_the_sample_leaves_one_out():
    assert len(draw_sample(ROWS[:101], 100)) == 100


def test_equal_rows_are_drawn_each():
    assert len(draw_sample([made_row(1)] * 3, 100)) == 3


def test_a_changed_row_has_another_key():
    assert draw_sample([made_row(1)], 1).keys() != draw_sample([made_row(2)], 1).keys()


def test_many_small_classes_are_not_taken_in_the_order_of_their_names():
    sizes = {(f"class {number:03}", "m"): 1 for number in range(150)}
    shares = share_out(sizes, 100)
    assert sum(shares.values()) == 100
    assert set(shares.values()) == {0, 1}
    assert [name for name in sorted(sizes) if shares[name]] != sorted(sizes)[:100]
    assert shares != share_out(sizes, 100, seed=1)


def test_shares_never_exceed_what_is_there():
    for sizes in ([1, 1, 998], [3, 3, 3, 3], [1] * 7, [50, 51]):
        named = {(str(number), "m"): size for number, size in enumerate(sizes)}
        for total in (1, 5, 7, 100):
            shares = share_out(named, total)
            assert sum(shares.values()) == min(total, sum(sizes))
            assert all(shares[name] <= named[name] for name in named)
