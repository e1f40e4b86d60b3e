from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.intent_accuracy as module
from hf_synth.errors import SchemaError
from hf_synth.metrics import IntentAccuracy, score_accuracy


def test_loaded_and_direct_agree():
    rows = {"predictions": ["a", "b", "b", "a"], "references": ["a", "b", "b", "b"]}
    assert IntentAccuracy().compute(**rows) == {"intent_accuracy": 0.75}
    assert evaluate.load(str(Path(module.__file__))).compute(**rows) == {"intent_accuracy": 0.75}


@pytest.mark.parametrize(("predictions", "references"), [([], []), (["a"], ["a", "b"])])
def test_rows_that_do_not_fit_are_refused(predictions, references):
    with pytest.raises(SchemaError):
        score_accuracy(predictions, references)
