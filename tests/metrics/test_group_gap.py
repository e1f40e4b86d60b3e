from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.group_gap as module
from hf_synth.errors import ContaminationError, SchemaError
from hf_synth.metrics import GroupGap, score_groups

ROWS = {
    "predictions": ["a", "b", "b", "a"],
    "references": ["a", "a", "b", "a"],
    "groups": ["x", "x", "y", "z"],
    "origins": ["human"] * 4,
}
WANTED = {"gap": 0.5, "accuracy": {"x": 0.5, "y": 1.0, "z": 1.0}}


def test_accuracy_by_group_and_the_gap():
    assert GroupGap().compute(**ROWS) == WANTED
    assert evaluate.load(str(Path(module.__file__))).compute(**ROWS) == WANTED


def test_bias_is_never_measured_on_made_rows():
    for origin in ("synthetic", "augmented", ""):
        with pytest.raises(ContaminationError, match=f"bias row 3 has the origin '{origin}'"):
            GroupGap().compute(**{**ROWS, "origins": ["human"] * 3 + [origin]})
    assert GroupGap().compute(**{**ROWS, "origins": ["crowd"] * 4}, human=["crowd"]) == WANTED


def test_columns_that_do_not_match():
    with pytest.raises(SchemaError, match="a group and an origin for each of 2 rows, got 1 and 2"):
        score_groups(["a", "a"], ["a", "a"], ["x"], ["human"] * 2)
    with pytest.raises(SchemaError, match="at least one row"):
        score_groups([], [], [], [])
    with pytest.raises(SchemaError, match="expected 1 predictions"):
        score_groups([], ["a"], ["x"], ["human"])
