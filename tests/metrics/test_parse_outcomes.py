import numpy as np
import pytest

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.metrics import match_spaceless, match_unordered, score_brackets
from hf_synth.metrics.outcomes import read_outcomes, write_outcomes
from hf_synth.metrics.parse_outcomes import record_parse_outcomes

GOLDS = ["(ORDER (A x ) (B y ) )"] * 4
PREDICTIONS = ["(ORDER (B y ) (A x ) )", "(order (a x) (b y))", "(ORDER (A x ) )", "(ORDER (A x )"]
MTOP = ["[IN:A [SL:X y ] ]", "[IN:B ]"]


@pytest.mark.parametrize("notation", ["exr", "top"])
def test_scores_are_those_of_the_metrics(notation):
    outcomes = record_parse_outcomes(PREDICTIONS, GOLDS, ["o"] * 4, notation)
    right = [match_unordered(*pair, notation) for pair in zip(PREDICTIONS, GOLDS, strict=True)]
    assert outcomes.right_row.tolist() == right == [True, False, False, False]
    assert outcomes.right_intent.tolist() == [1, 0, 1, 0]
    assert outcomes.score("exact_match") == outcomes.score("target_exact_match") == 0.25
    assert outcomes.score("bracket_f1") == score_brackets(PREDICTIONS, GOLDS)["f1"]
    assert outcomes.score("intent_accuracy") == 0.5
    assert outcomes.score("other_exact_match") == 0.0


def test_rows_may_match_without_white_space():
    predictions = ["[in:a[sl:x y]]", "[IN:B [SL:X y ] ]"]
    outcomes = record_parse_outcomes(predictions, MTOP, ["A", "B"], match="spaceless")
    assert outcomes.right_row.tolist() == [match_spaceless(*pair) for pair in zip(predictions, MTOP, strict=True)]
    assert outcomes.right_row.tolist() == [1, 0]
    assert outcomes.right_intent.tolist() == [0, 1]
    assert outcomes.intents == ("A", "B")
    spaceless = record_parse_outcomes(PREDICTIONS, GOLDS, ["o"] * 4, match="spaceless")
    assert spaceless.right_row.tolist() == [0, 1, 0, 0]


def test_what_is_written_is_read_back(tmp_path):
    outcomes = record_parse_outcomes(PREDICTIONS, GOLDS, ["o"] * 4)
    write_outcomes(outcomes, tmp_path / "outcomes.parquet")
    again = read_outcomes(tmp_path / "outcomes.parquet")
    assert all(np.array_equal(value, vars(again)[name]) for name, value in vars(outcomes).items())


def test_what_is_refused():
    with pytest.raises(SchemaError, match="expected 4 predictions"):
        record_parse_outcomes(PREDICTIONS[1:], GOLDS, ["o"] * 4)
    with pytest.raises(SchemaError, match="expected 4 intents"):
        record_parse_outcomes(PREDICTIONS, GOLDS, ["o"])
    with pytest.raises(SchemaError, match="in round brackets as reference"):
        record_parse_outcomes(MTOP, MTOP, ["A", "B"])
    with pytest.raises(ConfigError, match="match is one of unordered, spaceless, got 'exact'"):
        record_parse_outcomes(PREDICTIONS, GOLDS, ["o"] * 4, match="exact")
