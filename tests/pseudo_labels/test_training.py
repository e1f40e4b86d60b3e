from dataclasses import replace

import numpy as np
import pytest
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from hf_synth.errors import ConfigError, SchemaError, TeacherError
from hf_synth.pseudo_labels.classifier import TextClassifier
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import ClassifierSettings, LabelLossSettings
from hf_synth.pseudo_labels.tracker import TrackerSettings
from hf_synth.pseudo_labels.training import train_classifier

NAMES = ("card", "new", "lost", "never")
TEXTS = [
    text
    for number in ("one", "two", "three", "four")
    for text in (f"order a new card {number}", f"i lost my card {number}", f"open a new account {number}")
]
LABELS = [LabelRow((0, 1)), LabelRow((0, 2)), LabelRow((1,))] * 4
PLAIN = LabelLossSettings(decay=1.0, negative_weight=0.0)


@pytest.fixture
def quick(encoder):
    return ClassifierSettings(base=encoder, epochs=30, learning_rate=4e-3, max_tokens=64)


def chances(classifier, texts=TEXTS):
    return 1 / (1 + np.exp(-classifier.logits(texts)))


def right(labels=LABELS):
    matrix = np.zeros((len(labels), len(NAMES)), dtype=bool)
    for place, row in enumerate(labels):
        matrix[place, list(row.given)] = True
    return matrix


@pytest.mark.parametrize("rank", [0, 8])
def test_it_learns_saves_and_loads(tmp_path, quick, rank):
    settings = replace(quick, lora_rank=rank)
    classifier = train_classifier(TEXTS, LABELS, NAMES, settings, PLAIN, seed=0)
    assert ((chances(classifier) > 0.5) == right()).all()
    classifier.save(tmp_path / "model")
    loaded = TextClassifier.load(tmp_path / "model")
    assert np.allclose(loaded.logits(TEXTS), classifier.logits(TEXTS), atol=1e-4)
    assert loaded.names == NAMES


def test_equal_arguments_give_equal_classifiers(quick):
    short = replace(quick, epochs=1)
    one, other = (train_classifier(TEXTS, LABELS, NAMES, short, PLAIN, seed=3) for _ in range(2))
    assert np.array_equal(one.logits(TEXTS), other.logits(TEXTS))


def test_a_missing_label_is_found_and_then_learnt(quick):
    given = [LabelRow((1,)), *LABELS[1:]]  # the first row lacks `card`
    first = train_classifier(TEXTS, given, NAMES, quick, PLAIN, seed=0, tracker=TrackerSettings(streak=2))
    assert [item.label for item in first.found[0]] in ([], [0])
    full = [LabelRow(row.given, (0,) if place == 0 else ()) for place, row in enumerate(given)]
    second = train_classifier(TEXTS, full, NAMES, quick, LabelLossSettings(decay=0.0), seed=0)
    assert chances(second)[0, 0] > chances(first)[0, 0]


def test_a_negative_row_teaches_nothing_but_what_it_is_not(quick):
    start = train_classifier(TEXTS, LABELS, NAMES, quick, PLAIN, seed=0)
    before = chances(start, ["order a new card five"])[0]
    rows = [LabelRow((), (), (int(before.argmax()),))]
    loss = LabelLossSettings(decay=1.0, negative_weight=1.0)
    after = chances(
        train_classifier(["order a new card five"], rows, NAMES, quick, loss, seed=0, start=start),
        ["order a new card five"],
    )[0]
    assert after[before.argmax()] < before[before.argmax()]


@pytest.mark.parametrize("teacher", ["previous", "best"])
def test_distillation_holds_the_classifier_back(quick, teacher):
    loss = LabelLossSettings(decay=0.0, negative_weight=0.0, distillation=4.0, teacher=teacher, kept_logits=2)
    held_out = (TEXTS[:3], LABELS[:3])
    plain, held = (
        train_classifier(TEXTS, LABELS, NAMES, quick, how, seed=0, validation=held_out) for how in (PLAIN, loss)
    )
    assert chances(held)[right()].mean() < chances(plain)[right()].mean()
    assert not np.isnan(held.logits(TEXTS)).any()


def test_bad_input(tmp_path, quick):
    with pytest.raises(SchemaError, match="got 12 texts and labels of 1"):
        train_classifier(TEXTS, LABELS[:1], NAMES, quick, PLAIN, seed=0)
    with pytest.raises(ConfigError, match="streak is 31, but there are 30 epochs"):
        train_classifier(TEXTS, LABELS, NAMES, quick, PLAIN, seed=0, tracker=TrackerSettings(streak=31))
    with pytest.raises(ConfigError, match=r"loss\.teacher is best: that needs validation rows"):
        train_classifier(TEXTS, LABELS, NAMES, quick, LabelLossSettings(distillation=1.0, teacher="best"), seed=0)
    with pytest.raises(TeacherError, match="no such folder"):
        train_classifier(TEXTS, LABELS, NAMES, replace(quick, base="./nowhere"), PLAIN, seed=0)
    with pytest.raises(ConfigError, match=r"classifier\.epochs must be at least 1, got 0"):
        ClassifierSettings(epochs=0)
    classifier = train_classifier(TEXTS[:3], LABELS[:3], NAMES, replace(quick, epochs=1), PLAIN, seed=0)
    classifier.save(tmp_path)
    with pytest.raises(ConfigError, match="has 4 outputs, there are 2 labels"):
        train_classifier(TEXTS, LABELS, NAMES[:2], replace(quick, base=str(tmp_path)), PLAIN, seed=0)
    with pytest.raises(TeacherError, match="cannot be loaded"):
        TextClassifier.load(tmp_path / "other")


def test_any_classifier_of_transformers_can_be_asked(tmp_path, encoder):
    config = BertConfig.from_pretrained(encoder, num_labels=2, id2label={0: "no", 1: "yes"})
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(tmp_path)
    classifier = TextClassifier.load(tmp_path)
    assert classifier.names == ("no", "yes")
    assert classifier.logits(TEXTS).shape == (12, 2)
