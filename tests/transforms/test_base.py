import pytest
from datasets import ClassLabel, Dataset, Features, List, Value

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.slot_resampling import SlotResampling

TAGS = List(ClassLabel(names=["O", "B-city", "I-city"]))
ROW = {"tokens": [["rain", "in", "rome"]], "slot_tags": [[0, 0, 1]]}


def test_a_missing_column_names_the_closest():
    with pytest.raises(SchemaError, match="no column 'texts'") as caught:
        SpellingNoise(column="texts")({"text": ["a"], "label": [0]})
    assert caught.value.hint == "Did you mean 'text'?"


def test_a_column_of_the_wrong_type():
    with pytest.raises(SchemaError, match="column 'text' holds int, expected texts"):
        SpellingNoise()({"text": [3]})


def test_numbered_tags_need_names():
    with pytest.raises(SchemaError, match="holds class numbers") as caught:
        SlotResampling({"city": [("oslo",)]})(ROW)
    assert "augment(ds, ...)" in caught.value.hint
    made = SlotResampling({"city": [("new", "york")]}, tag_names=("O", "B-city", "I-city"))(ROW)
    assert made["slot_tags"] == [[0, 0, 1, 2]]


def test_a_tag_that_the_names_lack():
    with pytest.raises(SchemaError, match="'I-city'"):
        SlotResampling({"city": [("new", "york")]}, tag_names=("O", "B-city"))(ROW)


def test_tags_and_tokens_of_different_length():
    with pytest.raises(SchemaError, match="2 tokens but 1 tags"):
        SpellingNoise()({"tokens": [["a", "b"]], "slot_tags": [["O"]]})


def test_row_expansion_without_remove_columns_is_explained():
    dataset = Dataset.from_dict({"text": ["will it rain tomorrow"], "other": [1]})
    with pytest.raises(SchemaError, match="remove_columns"):
        dataset.map(SpellingNoise(copies=3), batched=True, input_columns=["text"])


def test_map_without_batches_is_explained():
    with pytest.raises(SchemaError, match="batched=True"):
        Dataset.from_dict({"text": ["will it rain"]}).map(SpellingNoise())


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"copies": 0}, "copies must be at least 1"), ({"refused": "raise"}, "refused is one of drop, keep")],
)
def test_settings(settings, message):
    with pytest.raises(ConfigError, match=message):
        SpellingNoise(**settings)


def test_other_columns_are_repeated_and_features_survive():
    features = Features({"text": Value("string"), "label": ClassLabel(names=["a", "b"])})
    dataset = Dataset.from_dict({"text": ["will it rain", "is it cold"], "label": [0, 1]}, features=features)
    made = dataset.map(SpellingNoise(copies=3), batched=True, remove_columns=dataset.column_names)
    assert made["label"][:] == [0, 0, 0, 1, 1, 1]
    assert set(made["origin"]) == {"augmented"}
