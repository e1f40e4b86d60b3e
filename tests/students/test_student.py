import dataclasses

import pytest
import torch
from rows import INTENTS, ROWS, SLOTS, UNSEEN

from hf_synth.errors import HfSynthError
from hf_synth.schema import Utterance
from hf_synth.students import Student, train_student
from hf_synth.students.intent_slots import collate, encode


def logits(student):
    pieces, _ = encode(student.tokenizer, [row.utterance.tokens for row in UNSEEN], 64)
    with torch.no_grad():
        scores = student.model(**collate([{"input_ids": row} for row in pieces]))
    return scores.intent_logits, scores.slot_logits


def test_it_fits_the_rows_it_was_trained_on(student):
    predictions = student.predict([row.utterance for row in ROWS])
    right = [
        guess == (row.utterance.intent, row.utterance.slot_tags) for guess, row in zip(predictions, ROWS, strict=True)
    ]
    assert sum(right) / len(right) > 0.95


def test_it_generalises_to_unseen_values(student):
    predictions = student.predict([row.utterance for row in UNSEEN])
    assert [intent for intent, _ in predictions] == ["GetWeather", "PlayMusic"]


def test_an_adapter_is_loaded_as_it_was_saved(student, student_folder):
    assert (student_folder / "adapter_model.safetensors").stat().st_size < 5e6
    assert not (student_folder / "model.safetensors").exists()
    loaded = Student.load(student_folder)
    for left, right in zip(logits(student), logits(loaded), strict=True):
        torch.testing.assert_close(left, right, atol=0, rtol=0)
    utterances = [row.utterance for row in ROWS]
    assert loaded.predict(utterances) == student.predict(utterances)
    assert loaded.validation == student.validation != {}


def test_a_whole_model_is_loaded_as_it_was_saved(settings, tmp_path):
    whole = dataclasses.replace(settings, lora_rank=0, epochs=1, learning_rate=2e-4)
    trained = train_student(ROWS[:16], [], INTENTS, SLOTS, whole, tmp_path, seed=0)
    for left, right in zip(logits(trained), logits(Student.load(tmp_path)), strict=True):
        torch.testing.assert_close(left, right, atol=0, rtol=0)


def test_order_and_batches_change_no_prediction(student):
    utterances = [row.utterance for row in ROWS]
    assert student.predict(utterances[::-1], batch_tokens=1)[::-1] == student.predict(utterances)
    assert student.predict([]) == []


@pytest.mark.parametrize(
    "tokens",
    [("play", "\u200b", "jazz"), ("\u200b",), ("reykjavik",) * 400, ("play",)],
    ids=["a word vanishes", "all words vanish", "too long", "one word"],
)
def test_there_is_one_tag_for_each_token(student, tokens):
    ((intent, tags),) = student.predict([Utterance(tokens, (), "")])
    assert intent in INTENTS
    assert len(tags) == len(tokens)
    assert all(tag == "O" for token, tag in zip(tokens, tags, strict=True) if token == "\u200b")


def test_a_folder_without_a_student_is_refused(tmp_path):
    with pytest.raises(HfSynthError, match=r"student\.json"):
        Student.load(tmp_path)
