import numpy as np
import pytest

from hf_synth.multi_label.arms import label_rows, log_negatives, set_loss
from hf_synth.multi_label.cells import LabelCell, LabelledText
from hf_synth.multi_label.confidences import choose_rows
from hf_synth.multi_label.judging import judge_labels, judge_orders
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import LabelLossSettings
from hf_synth.pseudo_labels.tracker import FoundLabel

ROWS = (LabelledText("a", (0, 1)), LabelledText("b", (1,)), LabelledText("c", (2, 3)))
TOLD = (LabelRow((0,)), LabelRow((3,)), LabelRow((2,)))
CELL = LabelCell("one", 0, ("w", "x", "y", "z"), ROWS, TOLD, ROWS[:1], ROWS)
FOUND = [(1, 2), (), (3,)]


def test_only_wrong_answers_are_logged():
    logits = np.eye(4)[[1, 2, 0]]  # right though not given; wrong; wrong
    assert log_negatives(CELL, logits) == [(), (2,), (0,)]
    assert log_negatives(CELL, np.eye(4)[[2, 3, 3]]) == [(2,), (), ()]  # the second is the flipped label itself
    assert log_negatives(CELL, None) == [(), (), ()]


@pytest.mark.parametrize(
    ("arm", "rows"),
    [
        ("given_labels", list(TOLD)),
        ("full_data", [LabelRow(row.labels) for row in ROWS]),
        ("pseudo", [LabelRow((0,), (1, 2)), LabelRow((3,)), LabelRow((2,), (3,))]),
        ("negatives", [LabelRow((0,), (), (2,)), LabelRow((3,)), LabelRow((2,))]),
        ("pseudo+negatives", [LabelRow((0,), (1,), (2,)), LabelRow((3,)), LabelRow((2,), (3,))]),
    ],
)
def test_what_an_arm_is_told(arm, rows):
    assert label_rows(arm, CELL, FOUND, [(2,), (), ()]) == rows


@pytest.mark.parametrize(
    ("arm", "parts"),
    [
        ("given_labels", (1.0, 0.0, 0.0)),
        ("pseudo", (0.8, 0.0, 0.0)),
        ("negatives", (1.0, 0.5, 0.0)),
        ("distillation", (0.8, 0.0, 2.0)),
        ("pseudo+negatives+distillation", (0.8, 0.5, 2.0)),
        ("full_data", (1.0, 0.0, 0.0)),
    ],
)
def test_the_loss_of_an_arm(arm, parts):
    loss = set_loss(arm, LabelLossSettings(decay=0.8, negative_weight=0.5, distillation=2.0))
    assert (loss.decay, loss.negative_weight, loss.distillation) == parts


def test_shares_of_what_students_are_told():
    rows = label_rows("pseudo+negatives", CELL, FOUND, [(), (2,), ()])
    # Found: 1 and 2 for the first row, 3 for the third; held back: 1, 1 and 3.
    assert judge_labels(CELL, rows) == pytest.approx(
        {"pseudo_rows": 2 / 3, "pseudo_right": 2 / 3, "missing_found": 2 / 3, "negative_rows": 1 / 3}
    )
    assert judge_labels(CELL, TOLD) == {}


def test_pseudo_labels_raise_the_coverage_of_shortlists():
    lists = [(0, 2, 3), (0, 1, 2), (0, 1, 3)]
    told = {arm: label_rows(arm, CELL, FOUND, [(), (), ()]) for arm in ("given_labels", "pseudo")}
    coverage = {arm: judge_labels(CELL, rows, lists)["coverage"] for arm, rows in told.items()}
    assert coverage == pytest.approx({"given_labels": 1 / 3, "pseudo": 2 / 3})


def test_scores_of_a_second_stage():
    scores = judge_orders(CELL, [(1, 0, 2), (1, 3, 0), (0, 2, 3)])
    assert scores["second_precision_at_1"] == pytest.approx(2 / 3, abs=1e-6)
    third = (1 / np.log2(3) + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert scores["second_ndcg_at_3"] == pytest.approx((1 + 1 + third) / 3, abs=1e-6)


def test_rows_to_show_are_of_each_kind():
    found = [[FoundLabel(label, 0.5, 2) for label in labels] for labels in FOUND]
    assert choose_rows(CELL, found) == [2, 0, 1]  # right, one wrong among two, none
