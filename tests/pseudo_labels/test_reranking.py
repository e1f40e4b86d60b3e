import pytest

from hf_synth.errors import SchemaError
from hf_synth.pseudo_labels import ClassifierSettings, LabelRow, Reranker, measure_coverage, shortlist, train_reranker

NAMES = ("rain", "city", "monday", "weather")
TEXTS = [f"the {name} {n}" for n in "12345678" for name in NAMES]
LABELS = [LabelRow((place % 4,)) for place in range(len(TEXTS))]
SHORTLISTS = [((place + 1) % 4, place % 4) for place in range(len(TEXTS))]


@pytest.fixture(scope="module")
def reranker(encoder):
    settings = ClassifierSettings(base=encoder, epochs=60, learning_rate=4e-3, max_tokens=256)
    return train_reranker(TEXTS, SHORTLISTS, LABELS, NAMES, settings, seed=0)


def test_it_learns_which_label_on_the_shortlist_is_right(reranker):
    right = [order[0] == row.given[0] for order, row in zip(reranker.order(TEXTS, SHORTLISTS), LABELS, strict=True)]
    assert sum(right) / len(right) > 0.9


def test_orders_are_of_the_labels_that_stood_there(reranker):
    orders = reranker.order(TEXTS[:2], [(3, 0, 1), ()])
    assert sorted(orders[0]) == [0, 1, 3]
    assert orders[1] == ()


def test_it_is_saved_and_loaded(tmp_path, reranker):
    reranker.save(tmp_path / "model")
    loaded = Reranker.load(tmp_path / "model", NAMES)
    for ours, theirs in zip(reranker.score(TEXTS, SHORTLISTS), loaded.score(TEXTS, SHORTLISTS), strict=True):
        assert theirs == pytest.approx(ours, abs=1e-3)


def test_rows_without_a_right_label_on_the_shortlist_train_nothing(encoder):
    settings = ClassifierSettings(base=encoder, epochs=1)
    rows = [LabelRow((3,)), LabelRow((3,), found=(1,))]
    assert train_reranker(TEXTS[:2], [(0, 1), (0, 1)], rows, NAMES, settings, seed=0).rows == 1
    assert measure_coverage([(0, 1), (0, 1)], rows) == 0.5
    with pytest.raises(SchemaError, match="no shortlist holds a right label"):
        train_reranker(TEXTS[:1], [(0, 1)], rows[:1], NAMES, settings, seed=0)
    with pytest.raises(SchemaError, match="2 texts, 1 shortlists and labels of 2 rows"):
        train_reranker(TEXTS[:2], [(0, 1)], rows, NAMES, settings, seed=0)


def test_shortlists_hold_the_best_labels():
    assert shortlist([[0.0, 1.0, 1.0, 0.5]], top=3) == [(1, 2, 3)]
    assert shortlist([[0.0, 1.0]], top=9) == [(1, 0)]
