from pathlib import Path

import evaluate

import hf_synth.metrics.bracket_f1 as module
from hf_synth.metrics import BracketF1, score_brackets


def test_metric_computes_what_the_function_does():
    predictions = ["(ORDER (B y z ) (A x ) )", "(ORDER (A x ) )", "(ORDER (A x"]
    references = ["(ORDER (A x ) (B z y ) )", "(ORDER (A x ) (A x ) )", "(ORDER (A x ) )"]
    wanted = score_brackets(predictions, references)
    assert wanted == {"precision": 4 / 5, "recall": 4 / 8, "f1": 8 / 13}
    assert BracketF1().compute(predictions=predictions, references=references) == wanted
    assert evaluate.load(str(Path(module.__file__))).compute(predictions=predictions, references=references) == wanted
