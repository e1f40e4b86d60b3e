import pytest
from rows import ROWS, UNSEEN

from hf_synth.errors import ContaminationError, SchemaError
from hf_synth.schema import Provenance, Row
from hf_synth.students import evaluate_student


class Parrot:
    """A student that is right about all rows but those whose text it is told to miss."""

    def __init__(self, rows, missed=()):
        self.known = {row.utterance.tokens: row.utterance for row in rows}
        self.missed = missed

    def predict(self, utterances):
        golds = [self.known[utterance.tokens] for utterance in utterances]
        return [
            ("PlayMusic", ("O",) * len(u.tokens)) if u.text in self.missed else (u.intent, u.slot_tags) for u in golds
        ]


@pytest.mark.parametrize("origin", ["synthetic", "augmented"])
def test_a_test_row_that_is_not_human_is_refused(origin):
    made = Row(UNSEEN[1].utterance, Provenance(origin, "linguist@1"))
    with pytest.raises(ContaminationError, match=r"test row 1 .*'play some soul") as caught:
        evaluate_student(Parrot(UNSEEN), [UNSEEN[0], made], ROWS, [], ["GetWeather"])
    assert origin in caught.value.message


def test_a_test_text_that_was_trained_on_is_refused():
    made = Row(UNSEEN[0].utterance, Provenance("synthetic", "linguist@1"))
    with pytest.raises(ContaminationError, match=r"test row 0 \(row-1000\) 'will it rain in berlin.*training rows"):
        evaluate_student(Parrot(UNSEEN), UNSEEN, [*ROWS, made], [], ["GetWeather"])


def test_a_test_text_that_stood_in_a_prompt_is_refused():
    with pytest.raises(ContaminationError, match=r"test row 1 \(row-1001\) 'play some soul.*prompt"):
        evaluate_student(Parrot(UNSEEN), UNSEEN, ROWS, ["  Play some SOUL by Aretha   Franklin"], ["GetWeather"])


def test_scores_are_split_by_target():
    scores = evaluate_student(Parrot(UNSEEN, missed=[UNSEEN[0].utterance.text]), UNSEEN, ROWS, [], ["GetWeather"])
    assert scores == {
        "intent_accuracy": 0.5,
        "exact_match": 0.5,
        "slot_f1": pytest.approx(2 / 3),
        "target_intent_recall": 0.0,
        "target_slot_f1": 0.0,
        "other_intent_accuracy": 1.0,
        "other_slot_f1": 1.0,
    }


def test_without_other_intents_there_are_no_other_scores():
    scores = evaluate_student(Parrot(UNSEEN), UNSEEN, ROWS, [], ["GetWeather", "PlayMusic"])
    assert "other_slot_f1" not in scores
    assert scores["exact_match"] == scores["target_intent_recall"] == scores["target_slot_f1"] == 1.0


def test_empty_tests_and_missing_targets_are_refused():
    with pytest.raises(SchemaError, match="at least one test row"):
        evaluate_student(Parrot([]), [], ROWS, [], ["GetWeather"])
    with pytest.raises(SchemaError, match="'BookFlight'"):
        evaluate_student(Parrot(UNSEEN), UNSEEN, ROWS, [], ["BookFlight"])


def test_a_trained_student_is_scored(student):
    scores = evaluate_student(student, UNSEEN, ROWS, [], ["GetWeather"])
    assert scores["target_intent_recall"] == 1.0
    assert set(map(type, scores.values())) == {float}
