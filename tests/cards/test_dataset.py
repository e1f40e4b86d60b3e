import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest
from datasets import get_dataset_config_names, load_dataset
from some_dataset import FACTS, contents, some_splits

from hf_synth.cards.dataset import find_manifests, write_dataset
from hf_synth.cards.manifest import read_manifest
from hf_synth.columns import features
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.schema import Row

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent


def test_load_dataset_gives_all_rows_with_all_features(tmp_path, caplog):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    data = load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))
    assert "Ignoring" not in caplog.text
    assert get_dataset_config_names(str(tmp_path / "dataset")) == ["default"]
    assert list(data) == ["train", "test"]
    wanted = features(["get|weather", "no", "null", "set_alarm"], ["city | town", "time"])
    for name, split in data.items():
        assert split.features == wanted
        decoded = [
            {
                **row,
                "intent": wanted["intent"].int2str(row["intent"]),
                "origin": wanted["origin"].int2str(row["origin"]),
                "slot_tags": wanted["slot_tags"].feature.int2str(row["slot_tags"]),
            }
            for row in split
        ]
        assert [Row.from_dict(row) for row in decoded] == some_splits()[name]


def test_the_features_stand_in_the_card_too(tmp_path):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    for file in (tmp_path / "dataset").glob("*.parquet"):
        pyarrow.parquet.write_table(pyarrow.parquet.read_table(file).replace_schema_metadata(None), file)
    data = load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))
    assert data["train"].features["slot_tags"].feature.names[1] == "B-city | town"
    assert data["train"].features["intent"].names == ["get|weather", "no", "null", "set_alarm"]


def test_equal_rows_and_facts_give_equal_files_in_any_process(tmp_path):
    for number in range(2):
        code = (
            "from some_dataset import *; from hf_synth.cards.dataset import write_dataset\n"
            f"write_dataset(some_splits(), {str(tmp_path / str(number))!r}, FACTS)"
        )
        environment = {**os.environ, "PYTHONHASHSEED": str(number), "PYTHONPATH": f"{TESTS}{os.pathsep}{ROOT}"}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert contents(tmp_path / "0") == contents(tmp_path / "1")
    assert set(contents(tmp_path / "0")) == {"README.md", "manifest.json", "train.parquet", "test.parquet"}


def test_a_dataset_is_replaced_whole(tmp_path):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    write_dataset({"train": some_splits()["train"][:1]}, tmp_path / "dataset", FACTS)
    assert set(contents(tmp_path / "dataset")) == {"README.md", "manifest.json", "train.parquet"}
    assert [item.name for item in tmp_path.iterdir()] == ["dataset"]


def test_a_crash_while_writing_leaves_the_old_dataset(tmp_path, monkeypatch):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    before = contents(tmp_path / "dataset")
    with monkeypatch.context() as patched:
        patched.setattr("pyarrow.parquet.write_table", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_dataset({"train": some_splits()["train"][:1]}, tmp_path / "dataset", FACTS)
    assert contents(tmp_path / "dataset") == before
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    assert [item.name for item in tmp_path.iterdir()] == ["dataset"]


def test_a_crash_between_the_two_renames_loses_nothing(tmp_path, monkeypatch):
    place = tmp_path / "dataset"
    write_dataset(some_splits(), place, FACTS)
    before, rename = contents(place), Path.rename

    def crash_at_the_second(self, target):
        if self.name.endswith(".incomplete"):
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", crash_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            write_dataset({"train": some_splits()["train"][:1]}, place, FACTS)
    with pytest.raises(SchemaError):
        write_dataset({}, place, FACTS)
    assert contents(place) == before


def test_streaming_gives_the_same_rows_with_the_same_features(tmp_path):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    data = load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))
    streamed = load_dataset(str(tmp_path / "dataset"), streaming=True)
    for name, split in data.items():
        assert streamed[name].features == split.features
        assert list(streamed[name]) == split.to_list()


def test_the_manifest_that_is_returned_lies_in_the_folder(tmp_path):
    manifest = write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    assert read_manifest(tmp_path / "dataset" / "manifest.json") == manifest
    assert manifest.rows == {"train": {"augmented": 1, "human": 3, "synthetic": 7}, "test": {"human": 1}}
    assert manifest.methods == {"linguist@1": 7, "slot_resampling@1": 1}
    assert manifest.classes["set_alarm"] == {"train": {"human": 1, "synthetic": 7}, "test": {"human": 1}}
    assert manifest.labels == {"intents": ("get|weather", "no", "null", "set_alarm"), "slots": ("city | town", "time")}
    assert [example["utterance"] for example in manifest.examples["synthetic"]] == [
        f"alarm for [time : {word}]" for word in ("one", "three", "five")
    ]
    assert (manifest.locales, manifest.splits["train"].num_examples) == (("en-US",), 11)


@pytest.mark.parametrize("name", ["notes.txt", "journal.sqlite", ".git"])
def test_a_folder_with_other_files_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="no part of a dataset"):
        write_dataset(some_splits(), tmp_path, FACTS)
    assert contents(tmp_path) == {name: b"mine"}


def test_the_manifest_of_a_run_is_left_alone(tmp_path):
    (tmp_path / "manifest.json").write_text('{"recipe": {}, "data": ""}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"holds 'manifest\.json', which is no part of a dataset"):
        write_dataset(some_splits(), tmp_path, FACTS)


def test_manifests_are_found_in_a_run_and_by_themselves(tmp_path):
    places = [tmp_path / name / "dataset" for name in ("run/cells/a", "run/cells/b/zero_shot")]
    for place in places:
        write_dataset(some_splits(), place, FACTS)
    manifests = [place / "manifest.json" for place in places]
    assert find_manifests(tmp_path / "run") == manifests
    assert find_manifests(places[0]) == find_manifests(manifests[0]) == manifests[:1]
    with pytest.raises(ConfigError, match="holds no dataset"):
        find_manifests(tmp_path / "elsewhere")


def test_a_file_in_the_place_of_the_folder(tmp_path):
    (tmp_path / "dataset").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="is a file"):
        write_dataset(some_splits(), tmp_path / "dataset", FACTS)


def test_no_rows(tmp_path):
    with pytest.raises(SchemaError, match="at least one row"):
        write_dataset({"train": []}, tmp_path / "dataset", FACTS)
    assert not list(tmp_path.iterdir())


def test_a_made_row_outside_train(tmp_path):
    with pytest.raises(ContaminationError, match=r"test row 0 .* has the origin 'synthetic'"):
        write_dataset({"test": some_splits()["train"][-1:]}, tmp_path / "dataset", FACTS)


def test_a_made_row_that_repeats_a_test_row(tmp_path):
    train = some_splits()["train"]
    test = [Row.human(replace(train[-1].utterance, tokens=tuple(map(str.upper, train[-1].utterance.tokens))))]
    with pytest.raises(ContaminationError, match=r"train row 10 .* is synthetic and stands in a held-out split"):
        write_dataset({"train": train, "test": test}, tmp_path / "dataset", FACTS)
