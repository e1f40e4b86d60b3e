"""What judgements come to: the bound of five in a hundred, unfinished work, agreement."""

import pytest

from hf_synth.review.outcome import cohen_kappa, make_review, tell_outcome

from .reviewed import judged

HUNDRED = [f"row {number}" for number in range(100)]


@pytest.mark.parametrize(
    ("count", "wrong", "passed"),
    [(100, 0, True), (100, 5, True), (100, 6, False), (20, 1, True), (20, 2, False), (19, 1, False), (1, 0, True)],
)
def test_at_most_five_in_a_hundred_pass(count, wrong, passed):
    keys = HUNDRED[:count]
    review = make_review(keys, {"ann": judged(keys, wrong_slots=wrong)})
    assert (review.sampled, review.wrong, review.right, review.passed) == (count, wrong, count - wrong, passed)


def test_what_counts_as_wrong():
    review = make_review(HUNDRED, {"ann": judged(HUNDRED, wrong_label=1, wrong_slots=2, unnatural=2, not_sure=9)})
    assert (review.wrong, review.unsure, review.right, review.passed) == (5, 9, 86, True)
    assert review.verdicts == {"right": 86, "wrong_label": 1, "wrong_slots": 2, "unnatural": 2, "not_sure": 9}
    assert [round(end, 4) for end in review.interval] == [0.0215, 0.1118]
    assert tell_outcome(review) == [
        "passed: 5 of 100 rows wrong (5.0%, 95% interval 2.2% to 11.2%; at most 5% pass), 9 not sure"
    ]


def test_unfinished_work_has_no_outcome():
    most = judged(HUNDRED[:99])
    assert make_review(HUNDRED, {}) is None
    assert make_review([], {"ann": {}}) is None
    assert make_review(HUNDRED, {"ann": most}) is None
    assert make_review(HUNDRED, {"ann": most, "bob": judged(HUNDRED)}).reviewers == ("bob",)


def test_judgements_of_other_rows_do_not_count():
    other = judged(["gone"], wrong_label=1)
    assert make_review(HUNDRED, {"ann": {**judged(HUNDRED), **other}}).wrong == 0


def test_where_reviewers_differ_half_of_them_make_a_row_wrong():
    ann, bob, cat = judged(HUNDRED, unnatural=4), judged(HUNDRED), judged(HUNDRED, not_sure=1)
    assert make_review(HUNDRED, {"ann": ann, "bob": bob}).wrong == 4
    review = make_review(HUNDRED, {"ann": ann, "bob": bob, "cat": cat})
    assert (review.wrong, review.right, review.unsure) == (0, 100, 0)
    assert [pair.reviewers for pair in review.agreement] == [("ann", "bob"), ("ann", "cat"), ("bob", "cat")]
    assert [pair.rows for pair in review.agreement] == [100, 99, 99]


def test_agreement_is_about_right_and_wrong():
    keys = HUNDRED[:50]
    verdicts = [("right", "right")] * 20 + [("right", "unnatural")] * 5
    verdicts += [("wrong_label", "right")] * 10 + [("wrong_label", "wrong_slots")] * 15
    ann, bob = ({key: judged([key], **{pair[side]: 1})[key] for key, pair in zip(keys, verdicts, strict=True)}
                for side in (0, 1))  # fmt: skip
    (pair,) = make_review(keys, {"ann": ann, "bob": bob}).agreement
    assert (pair.rows, pair.same, pair.kappa) == (50, 35, 0.4)


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        # Both wrong, first only, second only, both right; the first two cases are textbook examples.
        ((20, 5, 10, 15), 0.4),
        ((45, 15, 25, 15), 0.1304),
        ((25, 35, 5, 35), 0.2593),
        ((5, 0, 0, 95), 1.0),
        ((0, 50, 50, 0), -1.0),
        ((0, 5, 0, 95), 0.0),
        ((0, 0, 0, 100), None),
        ((7, 0, 0, 0), None),
        ((0, 0, 0, 0), None),
    ],
)
def test_known_kappas(counts, kappa):
    pairs = [(True, True), (True, False), (False, True), (False, False)]
    found = cohen_kappa([pair for pair, count in zip(pairs, counts, strict=True) for _ in range(count)])
    assert found == (kappa if kappa is None else pytest.approx(kappa, abs=5e-5))
