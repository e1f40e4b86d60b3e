from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.exact_match as module
from hf_synth.errors import SchemaError
from hf_synth.metrics import ExactMatch

GOLD = [{"intent": "a", "slot_tags": ["O", "B-x"]}, {"intent": "b", "slot_tags": ["O"]}]


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ({"intent": "a", "slot_tags": ["O", "B-x"]}, 1.0),
        ({"intent": "b", "slot_tags": ["O", "B-x"]}, 0.5),
        ({"intent": "a", "slot_tags": ["O", "O"]}, 0.5),
    ],
    ids=["right", "intent wrong", "tag wrong"],
)
def test_intent_and_tags_must_be_right(first, wanted):
    rows = {"predictions": [first, GOLD[1]], "references": GOLD}
    assert ExactMatch().compute(**rows) == {"exact_match": wanted}
    assert evaluate.load(str(Path(module.__file__))).compute(**rows) == {"exact_match": wanted}


def test_missing_tags_are_refused():
    with pytest.raises(SchemaError, match="row 0: expected 2 tags"):
        ExactMatch().compute(predictions=[{"intent": "a", "slot_tags": ["O"]}, GOLD[1]], references=GOLD)
