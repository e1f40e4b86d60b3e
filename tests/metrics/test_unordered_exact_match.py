from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.unordered_exact_match as module
from hf_synth.errors import ConfigError, SchemaError
from hf_synth.metrics import UnorderedExactMatch

GOLD = ["(ORDER (A x ) (B y ) )"] * 4
ROWS = {
    "predictions": ["(ORDER (B y ) (A x ) )", "(ORDER(B y)(A x)", "(ORDER (A x ) )", "ORDER ) )"],
    "references": GOLD,
}


@pytest.mark.parametrize(("settings", "wanted"), [({}, 0.5), ({"notation": "exr"}, 0.5), ({"notation": "top"}, 0.25)])
def test_the_share_of_rows(settings, wanted):
    assert UnorderedExactMatch().compute(**ROWS, **settings) == {"unordered_exact_match": wanted}
    loaded = evaluate.load(str(Path(module.__file__)))
    assert loaded.compute(**ROWS, **settings) == {"unordered_exact_match": wanted}


def test_what_is_refused():
    with pytest.raises(ConfigError, match="notation is one of exr, top"):
        UnorderedExactMatch().compute(**ROWS, notation="mtop")
    with pytest.raises(SchemaError, match="in round brackets as reference, got"):
        UnorderedExactMatch().compute(predictions=["x"], references=["[IN:A ]"])
    with pytest.raises(SchemaError, match="at least one row"):
        UnorderedExactMatch().compute(predictions=[], references=[])
