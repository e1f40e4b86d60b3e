import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest
from datasets import load_dataset

from hf_synth import cards
from hf_synth.annotation import read_annotation
from hf_synth.cards import CardFacts, render_card, write_dataset
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.schema import Provenance, Row, Utterance, features

GOLDEN = Path(__file__).parent / "fixtures" / "card.md"
FACTS = CardFacts(
    name="alarms",
    recipe="quickstart",
    method="linguist@1",
    teacher="/home/me/models/tiny@ab12:float32",
    locales=("en-US",),
    targets=("set_alarm",),
    version="0.1.0",
    rejects={"malformed": 3, "duplicate": 9},
    sampling={"top_k": 50, "temperature": 0.7},
    filters=("length@1", "duplicate@1"),
    sources=("Seeds: written by hand for the recipe (/home/me/seeds.jsonl).",),
)


def utterance(text, intent, seed_id=""):
    return Utterance(*read_annotation(text), intent, "en-US", seed_id)


def some_splits():
    seeds = [("wake me at [time : seven]", "set_alarm"), ("no", "no"), ("rain in [city | town : rome]", "get|weather")]
    human = [Row.human(utterance(*seed, f"s{number}")) for number, seed in enumerate(seeds)]
    made = Provenance("synthetic", "linguist@1", "tiny@ab12:float32", ("s0",))
    words = ("one", "two", "three", "four", "five", "مرحبا", "```")
    synthetic = [Row(utterance(f"alarm for [time : {word}]", "set_alarm"), made) for word in words]
    augmented = [Row(utterance("rain in paris", "null"), Provenance("augmented", "slot_resampling@1", "", ("s2",)))]
    test = [Row.human(utterance("set an alarm", "set_alarm", "t0"))]
    return {"train": human + augmented + synthetic, "validation": [], "test": test}


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_golden_card():
    assert render_card(some_splits(), FACTS) == GOLDEN.read_text(encoding="utf-8")


def test_load_dataset_gives_all_rows_with_all_features(tmp_path, caplog):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    data = load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))
    assert "Ignoring" not in caplog.text
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
        code = f"import test_cards as t; t.write_dataset(t.some_splits(), {str(tmp_path / str(number))!r}, t.FACTS)"
        environment = {**os.environ, "PYTHONHASHSEED": str(number), "PYTHONPATH": str(Path(__file__).parent)}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert contents(tmp_path / "0") == contents(tmp_path / "1")
    assert set(contents(tmp_path / "0")) == {"README.md", "train.parquet", "test.parquet"}


def test_a_dataset_is_replaced_whole(tmp_path):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    write_dataset({"train": some_splits()["train"][:1]}, tmp_path / "dataset", FACTS)
    assert set(contents(tmp_path / "dataset")) == {"README.md", "train.parquet"}
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


@pytest.mark.parametrize("name", ["notes.txt", "journal.sqlite", ".git"])
def test_a_folder_with_other_files_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="no part of a dataset"):
        write_dataset(some_splits(), tmp_path, FACTS)
    assert contents(tmp_path) == {name: b"mine"}


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


def test_no_folder_of_the_machine_is_named(tmp_path):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    card = (tmp_path / "dataset" / cards.CARD).read_text(encoding="utf-8")
    assert str(tmp_path) not in card
    assert "/home" not in card
    assert "`tiny@ab12:float32`" in card


def test_licence_and_size():
    card = render_card({"train": some_splits()["train"][:1] * 1000}, replace(FACTS, license="cc-by-4.0"))
    assert "license: cc-by-4.0\n" in card
    assert "- 1K<n<10K\n" in card
    assert "All training rows are human." in card
    assert "There are no validation and test rows here" in card


def test_a_cold_start_says_so():
    assert "a cold start" in render_card({"train": some_splits()["train"][-2:]}, FACTS)
