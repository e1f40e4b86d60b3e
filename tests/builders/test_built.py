import pytest
from small import human_row, write_lines

from hf_synth.builders.built import Built, read_splits
from hf_synth.builders.generation import Generated
from hf_synth.errors import SchemaError
from hf_synth.schema import Provenance, Row
from hf_synth.sources import Source


def test_seeds_that_are_held_out_or_stand_twice_are_left_out(tmp_path):
    texts = {"seeds": ["one", "Two", "three", "ONE"], "validation": ["two"], "test": ["Three", "four"]}
    paths = {
        name: str(write_lines(tmp_path / f"{name}.jsonl", [{"intent": "a", "text": text} for text in rows]))
        for name, rows in texts.items()
    }
    splits = read_splits(paths["seeds"], Source(paths["validation"]), paths["test"])
    assert [[row.text for row in rows] for rows in splits] == [["one"], ["two"], ["Three", "four"]]
    assert [len(rows) for rows in read_splits(paths["seeds"], None, None)] == [3, 0, 0]
    assert read_splits("", None, None) == ((), (), ())
    with pytest.raises(SchemaError, match="no such file"):
        read_splits(str(tmp_path / "nowhere.jsonl"), None, None)


def test_a_cold_start_has_no_human_training_row():
    human = human_row("hello")
    made = Row(human.utterance, Provenance("synthetic"))
    assert Built([made], [human], [human], Generated()).cold_start
    assert not Built([made, human], [], [], Generated()).cold_start
