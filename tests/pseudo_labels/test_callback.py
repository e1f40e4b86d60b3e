import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, set_seed

from hf_synth.errors import ConfigError
from hf_synth.pseudo_labels.callback import PseudoLabelCallback
from hf_synth.pseudo_labels.scoring import score_rows
from hf_synth.pseudo_labels.soft_targets import SoftTargets
from hf_synth.pseudo_labels.tracker import TrackerSettings
from hf_synth.training import training_arguments

LABELS = 4
# Word 5 goes with label 1, word 6 with label 2.
ROWS = [
    {"input_ids": [2, 6 - n % 2, 7 + n % 3, 3], "labels": [0.0, float(n % 2), float(1 - n % 2), 0.0]}
    for n in range(160)
]
WRONG = 0


def collate(rows):
    longest = max(len(row["input_ids"]) for row in rows)
    ids = torch.tensor([row["input_ids"] + [0] * (longest - len(row["input_ids"])) for row in rows])
    return {
        "input_ids": ids,
        "attention_mask": (ids > 0).long(),
        "labels": torch.tensor([row["labels"] for row in rows]),
    }


def make_model(labels=LABELS):
    set_seed(0)
    config = BertConfig(
        vocab_size=12,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        num_labels=labels,
        problem_type="multi_label_classification",
    )
    return BertForSequenceClassification(config)


def train(tmp_path, callback, model=None, epochs=6, resume=None, **arguments):
    settings = training_arguments(
        tmp_path, num_train_epochs=epochs, learning_rate=1e-2, disable_tqdm=True, logging_strategy="no", **arguments
    )
    trainer = Trainer(
        model=model or make_model(), args=settings, data_collator=collate, train_dataset=ROWS, callbacks=[callback]
    )
    trainer.train(resume_from_checkpoint=resume)
    return trainer.model


def given():
    """The right label of each row; one row is given another."""
    labels = [[int(np.argmax(row["labels"]))] for row in ROWS]
    labels[WRONG] = [3]
    return labels


def test_a_label_that_the_other_rows_teach_is_found_in_any_training(tmp_path):
    callback = PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=3))
    train(tmp_path, callback)
    found = callback.find()
    assert found[WRONG][0].label == np.argmax(ROWS[WRONG]["labels"])
    assert not any(found[1:])


def test_a_negative_is_never_found(tmp_path):
    wrong = [[] for _ in ROWS]
    wrong[WRONG] = [int(np.argmax(ROWS[WRONG]["labels"]))]
    callback = PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=3), wrong)
    train(tmp_path, callback)
    assert wrong[WRONG][0] not in {item.label for item in callback.find()[WRONG]}


def test_a_training_that_goes_on_from_a_checkpoint_finds_the_same(tmp_path):
    straight = PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=3))
    train(tmp_path / "a", straight, save_strategy="epoch")
    resumed = PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=3))
    first = sorted((tmp_path / "a").glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))[1]
    train(tmp_path / "a", resumed, resume=str(first))
    assert resumed.find() == straight.find()


def test_logits_are_kept_for_the_next_epoch_of_the_best_one_alone_if_asked(tmp_path):
    kept = SoftTargets(len(ROWS), LABELS)
    callback = PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=3), soft_targets=kept)
    model = train(tmp_path / "a", callback)
    logits = np.zeros((len(ROWS), LABELS))
    for places, found in score_rows(model, ROWS, collate):
        logits[places] = found
    assert np.allclose(kept.read(range(len(ROWS))), logits, atol=2e-2)
    scores = iter([1.0, 3.0, 2.0, 2.5, 3.0, 1.0])
    best, kept_before = SoftTargets(len(ROWS), LABELS), []

    def judge(model):
        kept_before.append(best.read(range(len(ROWS))))
        return next(scores)

    train(
        tmp_path / "b",
        PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=3), soft_targets=best, judge=judge),
    )
    assert np.isnan(kept_before[0]).all()
    assert not np.array_equal(kept_before[1], kept_before[2])
    assert np.array_equal(kept_before[2], best.read(range(len(ROWS))))


def test_scoring_leaves_the_model_as_it_was_and_takes_one_pass():
    model, calls = make_model(), []
    model.register_forward_hook(lambda *_: calls.append(1))
    model.train()
    places = [place for rows, _ in score_rows(model, ROWS, collate, batch_size=16) for place in rows]
    assert model.training
    assert sorted(places) == list(range(len(ROWS)))
    assert len(calls) == 10


def test_scores_in_bfloat16_are_close():
    model = make_model()
    exact, close = (
        {
            place: row
            for places, rows in score_rows(model, ROWS, collate, bf16=half)
            for place, row in zip(places, rows, strict=True)
        }
        for half in (False, True)
    )
    assert all(row.dtype == np.float32 for row in close.values())
    assert max(np.abs(exact[place] - close[place]).max() for place in exact) < 0.05


def test_confidences_of_watched_rows_are_kept(tmp_path):
    callback = PseudoLabelCallback(ROWS, collate, given(), TrackerSettings(streak=1), watch=[5, 2])
    model = train(tmp_path, callback)
    logits = np.zeros((len(ROWS), LABELS))
    for places, found in score_rows(model, ROWS, collate):
        logits[places] = found
    assert {array.shape for array in callback.watched} == {(2, LABELS)}
    assert np.allclose(callback.watched[-1], 1 / (1 + np.exp(-logits[[5, 2]])), atol=1e-2)


def test_too_few_epochs_or_outputs_or_other_rows_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="streak is 4, but there are 2 epochs"):
        train(tmp_path, PseudoLabelCallback(ROWS, collate, given()), epochs=2)
    labels = given()
    labels[1] = [LABELS]
    with pytest.raises(
        ConfigError, match=r"the rows have 5 labels, the model 4 outputs\nHint: Load it with num_labels=5"
    ):
        train(tmp_path, PseudoLabelCallback(ROWS, collate, labels))
    with pytest.raises(ConfigError, match="160 rows to score, but labels of 1"):
        PseudoLabelCallback(ROWS, collate, [[0]])
