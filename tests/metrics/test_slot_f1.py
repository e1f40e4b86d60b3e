import random
import warnings
from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.slot_f1 as module
from hf_synth.errors import SchemaError
from hf_synth.metrics import SlotF1, score_spans

seqeval = pytest.importorskip("seqeval.metrics")
TAGS = ["O", "O", "B-a", "I-a", "B-b", "I-b", "I-b-c"]


def draw(generator):
    """Random tags of some rows, twice; nearly every draw holds `I-` tags that continue nothing."""
    rows = [generator.randint(1, 9) for _ in range(generator.randint(1, 4))]
    gold = [[generator.choice(TAGS) for _ in range(length)] for length in rows]
    noise = generator.random()
    return [[generator.choice(TAGS) if generator.random() < noise else tag for tag in row] for row in gold], gold


def test_equals_seqeval_on_a_thousand_random_cases():
    generator = random.Random(0)
    for _ in range(1000):
        predictions, references = draw(generator)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = {
                "precision": seqeval.precision_score(references, predictions),
                "recall": seqeval.recall_score(references, predictions),
                "f1": seqeval.f1_score(references, predictions),
            }
        assert score_spans(predictions, references) == pytest.approx(wanted, abs=1e-12)


def test_metric_computes_what_the_function_does():
    predictions, references = draw(random.Random(1))
    wanted = score_spans(predictions, references)
    assert SlotF1().compute(predictions=predictions, references=references) == wanted
    loaded = evaluate.load(str(Path(module.__file__)))
    assert loaded.compute(predictions=predictions, references=references) == wanted


def test_nothing_found_and_nothing_wanted_is_zero():
    assert score_spans([["O"]], [["O"]]) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}


@pytest.mark.parametrize(
    ("predictions", "references"),
    [([["O"]], [["O", "O"]]), ([], [["O"]]), ([["X-a"]], [["O"]])],
    ids=["tags", "rows", "scheme"],
)
def test_rows_that_do_not_fit_are_refused(predictions, references):
    with pytest.raises(SchemaError):
        score_spans(predictions, references)
