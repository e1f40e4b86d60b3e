from pathlib import Path

import evaluate
import pytest

import hf_synth.metrics.spaceless_exact_match as module
from hf_synth.errors import SchemaError
from hf_synth.metrics import SpacelessExactMatch

GOLD = ["[IN:GET_TIME [SL:LOCATION here ] ]", "[IN:GET_TIME ]"]


@pytest.mark.parametrize(
    ("first", "wanted"), [("[in:get_time[sl:location here]]", 1.0), ("[IN:GET_TIME [SL:LOCATION there ] ]", 0.5)]
)
def test_the_share_of_rows(first, wanted):
    rows = {"predictions": [first, "[IN:GET_TIME ]"], "references": GOLD}
    assert SpacelessExactMatch().compute(**rows) == {"spaceless_exact_match": wanted}
    assert evaluate.load(str(Path(module.__file__))).compute(**rows) == {"spaceless_exact_match": wanted}


def test_no_rows_are_refused():
    with pytest.raises(SchemaError, match="at least one row"):
        SpacelessExactMatch().compute(predictions=[], references=[])
