from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.target_recall as module
from hf_synth.errors import SchemaError
from hf_synth.metrics import TargetRecall, score_recall

ROWS = {"predictions": ["a", "b", "b", "a"], "references": ["a", "a", "b", "c"]}


@pytest.mark.parametrize(("targets", "wanted"), [("a", 0.5), (["a"], 0.5), (["a", "b"], 0.75), (["c", "b", "a"], 0.5)])
def test_recall_is_averaged_over_targets(targets, wanted):
    assert TargetRecall().compute(**ROWS, targets=targets) == {"target_recall": wanted}


def test_loads_from_its_file():
    assert evaluate.load(str(Path(module.__file__))).compute(**ROWS, targets=["a"]) == {"target_recall": 0.5}


def test_a_target_without_rows_is_refused():
    with pytest.raises(SchemaError, match="'z'"):
        score_recall(["a"], ["a"], ["z"])
    with pytest.raises(SchemaError, match="target"):
        score_recall(["a"], ["a"], [])
    with pytest.raises(SchemaError, match="expected 1 predictions"):
        score_recall([], ["a"], ["a"])
