import pytest
from datasets import ClassLabel, Dataset, Features, Value

from hf_synth import Guard
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.schema import ORIGINS


def rows(texts, origins, origin="origin"):
    return Dataset.from_dict({"text": texts, origin: origins})


def test_human_rows_that_nobody_saw_pass():
    train = rows(["a b", "made"], ["human", "synthetic"])
    Guard().check(rows(["c d"], ["human"]), train, ["e f"])


@pytest.mark.parametrize("origin", ["synthetic", "augmented", None, "Human"])
@pytest.mark.parametrize("split", ["test", "validation", "bias"])
def test_a_made_row_is_refused_in_every_evaluation(origin, split):
    with pytest.raises(ContaminationError, match=f"{split} row 1 'x' has the origin {origin!r}, expected 'human'"):
        Guard().check(rows(["c d", "x"], ["human", origin]), split=split)


def test_class_labels_are_read_by_name():
    features = Features({"text": Value("string"), "origin": ClassLabel(names=list(ORIGINS))})
    Guard().check(Dataset.from_dict({"text": ["a"], "origin": [0]}, features=features))
    with pytest.raises(ContaminationError, match="'synthetic'"):
        Guard().check(Dataset.from_dict({"text": ["a"], "origin": [2]}, features=features))


def test_datasets_of_others_name_their_origin_column():
    guard = Guard(column="sentence", origin="source", human=("crowd", "expert"))
    test = Dataset.from_dict({"sentence": ["a", "b"], "source": ["crowd", "expert"]})
    guard.check(test)
    with pytest.raises(ContaminationError, match="expected 'crowd' or 'expert'"):
        guard.check(Dataset.from_dict({"sentence": ["a"], "source": ["gpt-4"]}))
    with pytest.raises(SchemaError, match="no column 'sentence'") as error:
        guard.check(rows(["a"], ["crowd"], "source"))
    with pytest.raises(SchemaError, match="no column 'source'"):
        guard.check(Dataset.from_dict({"sentence": ["a"]}))
    assert error.value.hint
    with pytest.raises(ConfigError, match="names no origin"):
        Guard(human=())


def test_seen_texts_are_refused_whatever_their_case_and_spaces():
    test = rows(["Rain  today"], ["human"])
    with pytest.raises(ContaminationError, match="test row 0 'Rain  today' also stands in the training rows"):
        Guard().check(test, rows(["rain today"], ["synthetic"]))
    with pytest.raises(ContaminationError, match="also stands in a prompt example"):
        Guard().check(test, prompts=["RAIN TODAY"])
