import numpy as np
import pytest

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.pseudo_labels.soft_targets import SoftTargets


def test_the_largest_logits_come_back_and_the_mean_of_the_others():
    logits = np.random.default_rng(0).normal(size=(7, 30)).astype(np.float32)
    targets = SoftTargets(10, 30, top=5)
    targets.store(range(7), logits)
    read = targets.read(range(7))
    for row, found in zip(logits, read, strict=True):
        best = np.argsort(-row)[:5]
        assert np.allclose(found[best], row[best], atol=2e-3)
        others = np.setdiff1d(np.arange(30), best)
        assert np.allclose(found[others], row[others].mean(), atol=2e-3)


def test_all_are_kept_where_there_are_few():
    targets = SoftTargets(1, 3, top=16)
    targets.store([0], [[1.0, 2.0, 3.0]])
    assert targets.read([0]).tolist() == [[1, 2, 3]]


def test_a_later_epoch_takes_the_place_of_an_earlier_one():
    targets = SoftTargets(2, 4, top=1)
    targets.store([1], [[9.0, 0.0, 0.0, 0.0]])
    targets.store([1], [[0.0, 5.0, 0.0, 0.0]])
    assert targets.read([1]).argmax() == 1
    assert np.isnan(targets.read([0])).all()


def test_large_logits_are_cut():
    targets = SoftTargets(1, 2)
    targets.store([0], [[1e9, -1e9]])
    assert np.isfinite(targets.read([0])).all()


def test_a_million_rows_of_a_thousand_labels_take_66_megabytes():
    assert SoftTargets(1000, 1000, top=16).nbytes == 66_000


def test_wrong_shapes():
    with pytest.raises(SchemaError, match=r"expected logits of shape \(1, 3\), got \(1, 4\)"):
        SoftTargets(1, 3).store([0], np.zeros((1, 4)))
    with pytest.raises(ConfigError, match="labels must be at least 1, got 0"):
        SoftTargets(1, 0)
