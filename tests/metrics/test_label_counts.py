import numpy as np
import pytest
from sklearn.metrics import f1_score, ndcg_score

from hf_synth.errors import SchemaError
from hf_synth.metrics.label_counts import score_labels


def draw(rows=200, labels=9, seed=0):
    generator = np.random.default_rng(seed)
    golds = generator.random((rows, labels)) < 0.25
    golds[~golds.any(axis=1), 0] = True
    return (generator.random((rows, labels)) + golds) / 2, golds


def test_the_f1_scores_and_the_gain_are_those_of_scikit_learn():
    for seed in range(3):
        chances, golds = draw(seed=seed)
        scores = score_labels(chances, golds)
        assert scores["micro_f1"] == pytest.approx(f1_score(golds, chances > 0.5, average="micro"), abs=1e-5)
        assert scores["macro_f1"] == pytest.approx(f1_score(golds, chances > 0.5, average="macro"), abs=1e-5)
        assert scores["ndcg_at_3"] == pytest.approx(ndcg_score(golds, chances, k=3), abs=1e-5)


def test_a_label_that_no_row_has_counts_in_micro_f1_alone():
    golds = np.array([[True, False], [True, False]])
    scores = score_labels([[0.9, 0.9], [0.9, 0.1]], golds)
    assert scores["macro_f1"] == 1
    assert scores["micro_f1"] == pytest.approx(0.8)


def test_recall_is_of_as_many_labels_as_can_be_found():
    golds = np.ones((1, 5), dtype=bool)
    assert score_labels([[0.1, 0.2, 0.3, 0.4, 0.5]], golds)["recall_at_3"] == 1
    golds = np.array([[True, False, False, False, True]])
    assert score_labels([[0.1, 0.2, 0.3, 0.4, 0.5]], golds)["recall_at_3"] == 0.5


def test_the_first_label_is_right_or_not():
    golds = np.array([[True, False], [True, False], [False, True], [True, True]])
    assert score_labels([[0.9, 0.1], [0.1, 0.2], [0.5, 0.5], [0.1, 0.9]], golds)["precision_at_1"] == 0.5


def test_calibration_by_hand():
    golds = np.array([[True, False], [True, False], [False, True], [False, True]])
    assert score_labels(np.full((4, 2), 0.5), golds)["calibration_error"] == 0
    assert score_labels(np.full((4, 2), 0.9), golds)["calibration_error"] == pytest.approx(0.4)
    assert score_labels(golds.astype(float), golds)["calibration_error"] == 0


def test_wrong_shapes_and_rows_without_labels():
    with pytest.raises(SchemaError, match=r"got \(1, 2\), \(1, 3\)"):
        score_labels([[0.1, 0.2]], [[True, False, True]])
    with pytest.raises(SchemaError, match="row 1 has no label"):
        score_labels([[0.1, 0.2]] * 2, [[True, False], [False, False]])
