import pytest
from parsed import held_out_records, human_splits, read, record

from hf_synth.errors import ContaminationError, SchemaError
from hf_synth.parses.tree import Tree
from hf_synth.schema import Provenance, Row
from hf_synth.semantic_parsing.evaluation import judge_parser

TRAIN = [Row.human(row) for row in human_splits().train]
TEST = [Row.human(row) for row in read(held_out_records("test"))]
RIGHT = ["(SHOP (POT (COLOUR red ) (COUNT a ) ) )", "(SHOP (PLANT (COUNT two ) (KIND ferns ) ) )"]


class Said:
    """A parser that says what it is told, and something else without constraint."""

    def __init__(self, *parses, free=()):
        self.parses, self.free = parses, free

    def predict(self, texts, constrained=None):
        assert len(texts) == len(self.parses)
        return list(self.parses if constrained is None else self.free)


def test_scores():
    metrics, outcomes = judge_parser(Said(*RIGHT), TEST, TRAIN, ())
    assert metrics == {"exact_match": 1.0, "bracket_f1": 1.0, "well_formed": 1.0}
    assert list(outcomes.right_row) == [1, 1]
    metrics, outcomes = judge_parser(Said(RIGHT[0], "(SHOP (PLANT (COUNT two ) (KIND ferns"), TEST, TRAIN, ())
    assert (metrics["exact_match"], metrics["well_formed"]) == (0.5, 0.5)
    assert list(outcomes.right_row) == [1, 0]


def test_letter_by_letter_the_order_counts():
    assert judge_parser(Said(*RIGHT), TEST, TRAIN, (), match="spaceless")[0]["exact_match"] == 0.5


def test_free_decoding_is_scored_beside():
    metrics, _ = judge_parser(Said(*RIGHT, free=[RIGHT[0], "("]), TEST, TRAIN, (), free=True)
    assert (metrics["exact_match"], metrics["free_exact_match"], metrics["free_well_formed"]) == (1.0, 0.5, 0.5)


def test_predictions_are_settled_before_they_are_compared():
    def settle(tree):
        return Tree("SHOP", tree.children)

    said = [parse.replace("SHOP", "MARKET") for parse in RIGHT]
    assert judge_parser(Said(*said), TEST, TRAIN, ())[0]["exact_match"] == 0.0
    assert judge_parser(Said(*said), TEST, TRAIN, (), settle)[0]["exact_match"] == 1.0


def test_test_rows_are_human_and_unseen():
    made = [Row(row.utterance, Provenance("synthetic", "clasp_rs@1")) for row in TEST]
    with pytest.raises(ContaminationError, match="test row 0"):
        judge_parser(Said(*RIGHT), made, TRAIN, ())
    assert judge_parser(Said(*RIGHT), made, TRAIN, (), guard=False)
    seen = Row(read([record(0, ("A red  pot", RIGHT[0]))])[0], Provenance("synthetic", "clasp_rs@1"))
    with pytest.raises(ContaminationError, match="a red pot"):
        judge_parser(Said(*RIGHT), TEST, [*TRAIN, seen], ())
    with pytest.raises(ContaminationError, match="prompt"):
        judge_parser(Said(*RIGHT), TEST, TRAIN, {"please two ferns"})
    with pytest.raises(SchemaError, match="at least one test row"):
        judge_parser(Said(), [], TRAIN, ())
