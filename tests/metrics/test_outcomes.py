import numpy as np
import pytest

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.metrics import score_accuracy, score_recall, score_spans
from hf_synth.metrics.outcomes import read_outcomes, record_outcomes, write_outcomes
from hf_synth.seeding import rng

INTENTS, TAGS = ("a", "b", "c", "d"), ("O", "B-x", "I-x", "B-y", "I-y")


def draw(number, rows=60):
    """Predictions and golds at random, half of the tags right."""
    random = rng(0, "outcomes", number)
    golds = [(str(random.choice(INTENTS)), tuple(random.choice(TAGS, 5).tolist())) for _ in range(rows)]
    predictions = [
        (
            intent if random.random() < 0.7 else "a",
            tuple(tag if random.random() < 0.6 else str(random.choice(TAGS)) for tag in tags),
        )
        for intent, tags in golds
    ]
    return predictions, golds


def part(pairs, wanted):
    return [pair for pair in zip(*pairs, strict=True) if wanted(pair[1][0])]


@pytest.mark.parametrize("number", range(5))
def test_scores_are_those_of_the_metrics(number):
    pairs, targets = draw(number), ("a", "c")
    outcomes = record_outcomes(*pairs, targets)
    for prefix, wanted in (("", INTENTS), ("target_", targets), ("other_", ("b", "d"))):
        guesses, golds = zip(*part(pairs, wanted.__contains__), strict=True)
        intents, tags = ([[row[place] for row in rows] for rows in (guesses, golds)] for place in (0, 1))
        assert outcomes.score(f"{prefix}intent_accuracy") == score_accuracy(*intents)
        assert outcomes.score(f"{prefix}exact_match") == score_accuracy(guesses, golds)
        assert outcomes.score(f"{prefix}slot_f1") == score_spans(*tags)["f1"]
    guesses, golds = ([intent for intent, _ in rows] for rows in pairs)
    assert outcomes.score("target_intent_recall") == pytest.approx(score_recall(guesses, golds, targets), abs=1e-12)


def test_a_row_that_is_there_twice_counts_twice():
    predictions, golds = draw(9)
    twice = record_outcomes([*predictions, *predictions[:20]], [*golds, *golds[:20]], ["a"])
    once, weights = record_outcomes(predictions, golds, ["a"]), np.array([2] * 20 + [1] * 40)
    for metric in ("intent_accuracy", "exact_match", "slot_f1", "target_slot_f1", "other_slot_f1"):
        above, below = once.ratio(metric)
        assert weights @ above / (weights @ below) == twice.score(metric)


def test_nothing_to_find_and_nothing_found_is_zero():
    assert record_outcomes([("a", ["O"])], [("a", ["O"])], ["a"]).score("slot_f1") == 0.0


def test_rows_and_tags_must_match():
    with pytest.raises(SchemaError, match="expected 1 predictions"):
        record_outcomes([], [("a", ["O"])], ["a"])
    with pytest.raises(SchemaError, match="row 0: expected 1 tags"):
        record_outcomes([("a", [])], [("a", ["O"])], ["a"])


def test_what_is_written_is_read_back(tmp_path):
    outcomes, path = record_outcomes(*draw(1), ["a"]), tmp_path / "new" / "outcomes.parquet"
    write_outcomes(outcomes, path)
    again = read_outcomes(path)
    assert again.intents == outcomes.intents
    assert all(np.array_equal(value, vars(again)[name]) for name, value in vars(outcomes).items())
    assert path.stat().st_size < 5000
    assert read_outcomes(tmp_path / "none.parquet") is None


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "outcomes.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ConfigError, match="not the outcomes of a student"):
        read_outcomes(path)
