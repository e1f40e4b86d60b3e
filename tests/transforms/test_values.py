import json

import pytest
from datasets import ClassLabel, Dataset, Features, List, Value

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.transforms.slot_resampling import SlotResampling
from hf_synth.transforms.values import collect_values, fake_values, read_values

FEATURES = Features({"tokens": List(Value("string")), "slot_tags": List(ClassLabel(names=["O", "B-city", "I-city"]))})


def test_values_of_a_dataset_with_numbered_tags():
    rows = {"tokens": [["in", "new", "york"], ["oslo"]], "slot_tags": [[0, 1, 2], [1]]}
    assert collect_values(Dataset.from_dict(rows, features=FEATURES)) == {"city": (("new", "york"), ("oslo",))}


def test_numbers_without_names():
    with pytest.raises(SchemaError, match="class numbers without names"):
        collect_values([{"tokens": ["oslo"], "slot_tags": [1]}])


def test_values_of_a_file(tmp_path):
    (tmp_path / "values.json").write_text(json.dumps({"city": ["new york", "oslo"]}), encoding="utf-8")
    values = read_values(tmp_path / "values.json")
    made = SlotResampling(values, copies=2)({"tokens": [["in", "rome"]], "slot_tags": [["O", "B-city"]]})
    assert sorted(map(" ".join, made["tokens"])) == ["in new york", "in oslo"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "expected slot names"),
        ("{", "not JSON"),
        ('{"city": ["", 3]}', "slot 'city': expected a list of texts"),
    ],
)
def test_files_that_hold_something_else(tmp_path, text, message):
    (tmp_path / "values.json").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=message):
        read_values(tmp_path / "values.json")


def test_a_missing_file(tmp_path):
    with pytest.raises(SchemaError, match="no such file"):
        read_values(tmp_path / "values.json")


def test_made_up_values():
    values = fake_values("city", "de_DE", count=30, seed=3)
    assert values == fake_values("city", "de_DE", count=30, seed=3)
    assert len(values["city"]) > 20
    assert all(word == word.lower() for value in values["city"] for word in value)
    assert fake_values("city", seed=4) != fake_values("city", seed=5)


def test_unknown_providers_and_locales():
    with pytest.raises(ConfigError, match="makes no 'citty'") as caught:
        fake_values("citty")
    assert caught.value.hint == "Did you mean 'city'?"
    with pytest.raises(ConfigError, match="no locale 'xx_YY'"):
        fake_values("city", "xx_YY")
