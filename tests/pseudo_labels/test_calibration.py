import numpy as np
import pytest
from sklearn.metrics import f1_score

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.pseudo_labels.calibration import confide, fit_temperature, fit_threshold, fit_thresholds


@pytest.mark.parametrize("multi_label", [True, False])
@pytest.mark.parametrize("wanted", [0.5, 3.0])
def test_the_temperature_that_labels_were_drawn_at_is_found(multi_label, wanted):
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(4000, 5)) * 3
    chances = confide(logits, multi_label, wanted)
    if multi_label:
        golds = generator.random(chances.shape) < chances
    else:
        golds = np.array([generator.multinomial(1, row / row.sum()) for row in chances], dtype=bool)
    assert fit_temperature(logits, golds, multi_label) == pytest.approx(wanted, rel=0.1)


def test_confidences_stay_in_range_for_logits_of_any_size():
    for multi_label in (True, False):
        chances = confide([[1e6, -1e6, 0.0]], multi_label)
        assert np.isfinite(chances).all()
        assert 0 <= chances.min() <= chances.max() <= 1


def test_a_label_that_is_never_right_is_never_given():
    assert fit_thresholds([[0.9], [0.8]], [[False], [False]], precision=0.5) == [2.0]


def test_rows_of_equal_confidence_go_together():
    assert fit_thresholds([[0.9], [0.5], [0.5]], [[True], [True], [False]], precision=0.9) == [0.9]


def test_wrong_settings():
    with pytest.raises(ConfigError, match=r"precision must be in \(0, 1\], got 0"):
        fit_thresholds([[0.9]], [[True]], precision=0)
    with pytest.raises(SchemaError, match=r"got \(1, 2\), \(1, 1\)"):
        fit_temperature([[0.0, 1.0]], [[True]], multi_label=True)


@pytest.mark.parametrize("seed", range(3))
def test_no_threshold_for_all_labels_is_better_than_the_one_that_is_found(seed):
    generator = np.random.default_rng(seed)
    golds = generator.random((40, 6)) < 0.3
    chances = np.round((generator.random((40, 6)) + golds) / 2, 2)  # with ties
    scores = {value: f1_score(golds, chances > value, average="micro") for value in np.unique([0.0, *chances.flat])}
    found = f1_score(golds, chances > fit_threshold(chances, golds), average="micro")
    assert found == pytest.approx(max(scores.values()))


def test_a_threshold_needs_a_label():
    with pytest.raises(SchemaError, match="expected confidences and labels"):
        fit_threshold([[0.5]], [[False]])
