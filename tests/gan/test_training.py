from dataclasses import replace

import numpy as np
import pytest
import torch

from gan.shapes import some_points
from hf_synth.errors import ConfigError, SchemaError
from hf_synth.gan import training
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.diversity import measure_diversity
from hf_synth.gan.generation import generate_points
from hf_synth.gan.losses import consistency_loss, discriminator_loss, generator_loss, gradient_penalty
from hf_synth.gan.model import Gan
from hf_synth.gan.settings import GanSettings
from hf_synth.gan.training import CHECKPOINT, train_gan

SMALL = GanSettings(steps=300, hidden=32, noise_size=8, learning_rate=2e-3, check_every=50, dropout=0.0)


def train(settings=SMALL, classes=2, **more):
    return train_gan(
        some_points(classes=classes), some_points(seed=1, classes=classes), settings, 0, progress=False, **more
    )


@pytest.mark.parametrize("classes", [2, 3])
def test_it_learns_where_points_of_each_class_lie(classes):
    real, trained = some_points(classes=classes), train(replace(SMALL, steps=1000, patience=30), classes)
    made, counts = generate_points(trained.gan, real, 40, seed=3)
    assert np.bincount(made.labels, minlength=classes).tolist() == sorted(
        np.bincount(np.arange(40) % classes).tolist(), reverse=True
    )
    assert counts["drawn"] >= 40
    centres = [real.vectors[real.labels == label].mean(axis=0) for label in range(classes)]
    nearest = np.argmin([np.linalg.norm(made.vectors - centre, axis=1) for centre in centres], axis=0)
    assert (nearest == made.labels).mean() > 0.9
    assert measure_diversity(real.vectors, made.vectors)["coverage"] > 0.4
    first, last = trained.history[0], next(entry for entry in trained.history if entry["step"] == trained.best_step)
    assert last["validation"] < first["validation"]


@pytest.mark.parametrize(
    "change",
    [
        {"loss": "hinge"},
        {"spectral": True},
        {"penalty": 1.0},
        {"consistency": 0.0, "real_noise": 0.0, "smoothing": 1.0},
    ],
)
def test_each_option_changes_the_training_and_none_breaks_it(change):
    plain, other = train(replace(SMALL, steps=50)), train(replace(SMALL, steps=50, **change))
    assert other.history[-1] != plain.history[-1]
    assert all(np.isfinite(list(entry.values())).all() for entry in other.history)


def test_equal_seeds_give_equal_points_and_other_draws_do_not_matter():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = train(replace(SMALL, steps=100))
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(3)
    other = train(replace(SMALL, steps=100))
    assert one.history == other.history
    assert np.array_equal(one.gan.draw(5, seed=1)[0], other.gan.draw(5, seed=1)[0])


def test_a_training_that_is_stopped_goes_on_as_if_it_had_not_been(tmp_path, monkeypatch):
    settings = replace(SMALL, steps=200, patience=9)
    straight = train(settings)
    advance, calls = training._Run.advance, []

    def stop_at_the_third(run):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        advance(run)

    monkeypatch.setattr(training._Run, "advance", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        train(settings, folder=tmp_path)
    monkeypatch.setattr(training._Run, "advance", advance)
    with pytest.raises(ConfigError, match="the state of another training"):
        train(replace(settings, hidden=16), folder=tmp_path)
    with pytest.raises(ConfigError, match="the state of another training"):
        train(settings, folder=tmp_path, start=straight.gan)
    resumed = train(settings, folder=tmp_path)
    assert resumed.history == straight.history
    assert np.array_equal(resumed.gan.draw(5, seed=1)[0], straight.gan.draw(5, seed=1)[0])
    assert not (tmp_path / CHECKPOINT).exists()


def test_it_stops_when_validation_points_gain_nothing_and_keeps_the_best(monkeypatch):
    losses = iter([0.9, 0.5, 0.6, 0.7, 0.8])
    monkeypatch.setattr("hf_synth.gan.judging.Judge.losses", lambda *_: np.full(4, next(losses)))
    trained = train(replace(SMALL, steps=1000, check_every=2, patience=3))
    assert [entry["step"] for entry in trained.history] == [0, 2, 4, 6, 8]
    assert trained.best_step == 2


def test_a_generator_that_has_learnt_nothing_is_never_the_best_but_one_that_was_pre_trained_may_be(monkeypatch):
    before = train(replace(SMALL, pretraining_steps=50), pretraining=True)
    for start, best in ((None, 2), (before.gan, 0)):
        losses = iter([0.1, 0.5, 0.6, 0.7, 0.8])
        monkeypatch.setattr("hf_synth.gan.judging.Judge.losses", lambda *_, losses=losses: np.full(4, next(losses)))
        assert train(replace(SMALL, steps=6, check_every=2, patience=9), start=start).best_step == best


def test_one_that_was_pre_trained_is_left_only_for_one_that_is_surely_better(monkeypatch):
    before = train(replace(SMALL, pretraining_steps=50), pretraining=True).gan
    for gains, best in (([0.5, -0.1, -0.1, -0.1], 0), ([0.5, 0.4, 0.5, 0.4], 2)):
        losses = iter([np.ones(4), np.ones(4) - gains])
        monkeypatch.setattr("hf_synth.gan.judging.Judge.losses", lambda *_, losses=losses: next(losses))
        assert train(replace(SMALL, steps=2, check_every=2), start=before).best_step == best


def test_the_classifier_knows_what_an_earlier_one_says_if_it_is_to():
    real, before = some_points(), train(replace(SMALL, pretraining_steps=50), pretraining=True).gan
    plain, taught = (
        train(replace(SMALL, steps=1, prior=prior), start=before).gan.classifier.weights for prior in (False, True)
    )
    assert np.allclose(plain, PointClassifier.fit(real).move(before.space).weights)
    assert np.allclose(taught, PointClassifier.fit(real, before=before.classifier).move(before.space).weights)
    assert not np.allclose(plain, taught)


def test_pre_training_is_gone_on_from_and_left_as_it_was(tmp_path):
    before = train(replace(SMALL, pretraining_steps=100), pretraining=True)
    assert before.history[-1]["step"] == 100
    weights = before.gan.generator.layers[0].weight.clone()
    tuned = train(replace(SMALL, steps=50), start=before.gan)
    assert torch.equal(before.gan.generator.layers[0].weight, weights)
    assert tuned.history[0]["validation"] != train(replace(SMALL, steps=50)).history[0]["validation"]
    before.gan.save(tmp_path)
    loaded = Gan.load(tmp_path)
    assert np.array_equal(loaded.draw(4, seed=0)[1], before.gan.draw(4, seed=0)[1])
    with pytest.raises(ConfigError, match="makes 6 numbers of bad, good, the real points have 6 of bad, good, so-so"):
        train(classes=3, start=before.gan)
    with pytest.raises(ConfigError, match="holds no generator"):
        Gan.load(tmp_path / "none")


def test_a_class_with_a_single_point_is_refused():
    points = some_points(3)
    with pytest.raises(SchemaError, match="the class 'good' has 1 row"):
        train_gan(points, points, SMALL, 0, progress=False)


def test_what_the_frozen_classifier_says_is_what_the_fitted_one_says():
    for classes in (2, 3):
        points = some_points(classes=classes)
        classifier = PointClassifier.fit(points, strength=1.0)
        layer = classifier.freeze()
        inside = torch.from_numpy(classifier.space.enter(points.vectors))
        assert np.allclose(layer(inside).softmax(dim=1).numpy(), classifier.answer(points.vectors), atol=1e-4)
        assert (classifier.answer(points.vectors).argmax(axis=1) == points.labels).all()
        assert not any(parameter.requires_grad for parameter in layer.parameters())
    fewer = replace(some_points(classes=2), names=some_points(classes=3).names)  # a class without a point
    classifier = PointClassifier.fit(fewer)
    assert classifier.answer(fewer.vectors)[:, 2].max() < 1e-9
    assert classifier.freeze()(torch.from_numpy(fewer.vectors)).argmax(dim=1).max() < 2


def test_losses_by_hand():
    real, made = torch.tensor([2.0, -0.5]), torch.tensor([-2.0, 0.5])
    hinge = GanSettings(loss="hinge")
    assert discriminator_loss(real, made, hinge).item() == pytest.approx((0 + 1.5) / 2 + (0 + 1.5) / 2)
    assert generator_loss(made, hinge).item() == pytest.approx(0.75)
    smooth, plain = GanSettings(smoothing=0.9), GanSettings(smoothing=1.0)
    by_hand = torch.nn.functional.softplus(-real).mean() + torch.nn.functional.softplus(made).mean()
    assert discriminator_loss(real, made, plain).item() == pytest.approx(by_hand.item(), abs=1e-6)
    assert (discriminator_loss(real, made, smooth) - by_hand).item() == pytest.approx(
        0.1 * real.mean().item(), abs=1e-6
    )
    points = torch.randn(4, 3, requires_grad=True)
    assert gradient_penalty((points * torch.tensor([1.0, 2.0, 2.0])).sum(dim=1), points).item() == pytest.approx(9.0)


def test_consistency_moves_points_and_classes_towards_each_other_but_never_both_to_one_class():
    points, logits = torch.randn(4, 3, requires_grad=True), torch.randn(4, 2, requires_grad=True)
    layer = torch.nn.Linear(3, 2)
    loss = consistency_loss(layer(points), logits)
    to_points, to_classes = torch.autograd.grad(loss, (points, logits))
    told = layer(points).detach()
    follow = (logits.softmax(dim=1) - told.softmax(dim=1)) / 2 / 4  # the gradient of half a cross entropy, on average
    assert torch.allclose(to_classes, follow, atol=1e-6)
    assert torch.allclose(to_points, -follow @ layer.weight, atol=1e-6)


def test_points_that_do_not_hold_together_are_counted():
    real = some_points()
    gan = train(replace(SMALL, steps=50)).gan
    made, counts = generate_points(gan, real, 30, seed=0)
    assert counts["drawn"] == len(made) + sum(count for name, count in counts.items() if name != "drawn")
    flipped = PointClassifier.fit(replace(real, labels=1 - real.labels))
    _, counts = generate_points(gan.go_on(flipped), real, 30, seed=0)
    assert counts["inconsistent"] > counts["drawn"] / 4
    with torch.no_grad():
        for parameter in gan.generator.parameters():
            parameter.zero_()  # one point for all noise
    made, counts = generate_points(gan, real, 30, seed=0)
    assert len(made) <= 1
    assert counts.get("duplicate", 0) + counts.get("inconsistent", 0) >= 30 * 20 - 1
