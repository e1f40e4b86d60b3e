from datasets import Dataset
from parsed import read, seed_records
from small import human_row

from hf_synth.columns import classification_features, parse_features
from hf_synth.run_folder import read_arm, read_rows, write_arm
from hf_synth.schema import Provenance, Row

PARSED = [
    *map(Row.human, read(seed_records())),
    *(Row(row, Provenance("synthetic", "clasp_rs@1", "t", ("s",))) for row in read([{**seed_records()[0], "id": ""}])),
]


def test_rows_with_parses_come_back():
    dataset = Dataset.from_list([row.to_parsed() for row in PARSED], features=parse_features())
    assert read_rows(dataset) == PARSED


def test_rows_with_a_class_come_back():
    rows = [human_row("rain in oslo", "weather", "1"), human_row("hi", "greet", "2")]
    dataset = Dataset.from_list(
        [row.to_labelled() for row in rows], features=classification_features(["greet", "weather"])
    )
    assert read_rows(dataset) == rows


def test_arms_come_back(tmp_path):
    slots = [human_row("rain in [city : oslo]", "weather", "1")]
    for name, rows in (("parses", PARSED), ("slots", slots)):
        write_arm(rows, {"made": 1}, tmp_path / f"{name}.parquet")
        assert read_arm(tmp_path / f"{name}.parquet") == (rows, {"made": 1})
    assert read_arm(tmp_path / "other.parquet") is None
