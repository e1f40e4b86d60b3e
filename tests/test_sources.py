"""No row that a machine made is read as a human one."""

import json
from dataclasses import replace

import pytest
from datasets import ClassLabel, Dataset, Features, Value
from small import write_lines, write_recipe

from hf_synth.cells import make_cells
from hf_synth.columns import features
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.recipe import load_recipe
from hf_synth.schema import ORIGINS, Row
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source, read_records

ROWS = [
    {"intent": "greet", "text": "hi there", "origin": "human", "method": None, "teacher": None, "seed_ids": ["s"]},
    {"intent": "greet", "text": "good day", "origin": "synthetic", "method": "m@1", "teacher": "t", "seed_ids": []},
]


def texts(source, **settings):
    return [utterance.text for utterance in read_utterances(source, **settings)]


def test_a_made_row_is_refused_with_its_line(tmp_path):
    path = write_lines(tmp_path / "rows.jsonl", ROWS)
    with pytest.raises(
        ContaminationError, match=r"rows.jsonl:2: the row has the origin 'synthetic', expected 'human'"
    ):
        texts(Source(str(path)))


def test_made_rows_are_left_out_if_the_source_says_so(tmp_path, caplog):
    path = write_lines(tmp_path / "rows.jsonl", ROWS)
    assert texts(Source(str(path), only_human=True)) == ["hi there"]
    assert "1 rows are not human and were left out" in caplog.text


def test_without_the_guard_every_row_is_read(tmp_path):
    path = write_lines(tmp_path / "rows.jsonl", ROWS)
    assert texts(Source(str(path)), guard=False) == ["hi there", "good day"]


def test_the_origin_is_seen_beside_named_columns(tmp_path):
    path = write_lines(tmp_path / "rows.jsonl", ROWS)
    with pytest.raises(ContaminationError):
        texts(Source(str(path), columns={"text": "text", "intent": "intent"}))


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_others_name_their_column_and_what_is_human(tmp_path, form):
    rows = [{"intent": "a", "text": text, "source": source} for text, source in (("x", "crowd"), ("y", "gpt"))]
    path = tmp_path / f"rows.{form}"
    if form == "parquet":
        path = tmp_path / "rows"
        path.mkdir()
        Dataset.from_list(rows).to_parquet(path / "train-0.parquet")
    elif form == "csv":
        path.write_text("intent,text,source\na,x,crowd\na,y,gpt\n")
    else:
        write_lines(path, rows)
    source = {"origin": "source", "human": ("crowd",), "columns": {"text": "text", "intent": "intent"}}
    with pytest.raises(ContaminationError, match="the row has the source 'gpt', expected 'crowd'"):
        texts(Source(str(path), **source))
    assert texts(Source(str(path), **source, only_human=True)) == ["x"]
    with pytest.raises(SchemaError, match="no column 'sauce'"):
        texts(Source(str(path), **{**source, "origin": "sauce"}))


def test_a_row_that_does_not_say_who_wrote_it_is_refused(tmp_path):
    path = write_lines(tmp_path / "rows.jsonl", [{**ROWS[0], "origin": None}])
    with pytest.raises(ContaminationError, match="the origin None"):
        texts(Source(str(path)))


def test_a_dataset_of_ours_is_read_again(tmp_path):
    rows = [Row.from_dict(record) for record in _records()]
    Dataset.from_list([row.to_dict() for row in rows], features=features(["greet"], ["who"])).to_parquet(
        tmp_path / "train-0.parquet"
    )
    source = Source(str(tmp_path), only_human=True)
    (utterance,) = read_utterances(source)
    assert utterance == rows[0].utterance.__class__(**{**vars(rows[0].utterance), "seed_id": utterance.seed_id})
    with pytest.raises(ContaminationError, match="'synthetic'"):
        read_utterances(Source(str(tmp_path)))


def _records():
    for origin in ("human", "synthetic"):
        yield {
            "tokens": ["hi", "ann"], "slot_tags": ["O", "B-who"], "intent": "greet", "locale": "en-US",
            "origin": origin, "method": "", "teacher": "", "seed_ids": ["s"],
        }  # fmt: skip


def test_nothing_human_is_no_setting():
    with pytest.raises(ConfigError, match=r"rows\.jsonl: `human` names no origin"):
        Source("rows.jsonl", human=())


def test_origins_as_class_labels(tmp_path):
    kind = Features({"intent": Value("string"), "text": Value("string"), "origin": ClassLabel(names=list(ORIGINS))})
    made = [{"intent": "a", "text": "x", "origin": ORIGINS.index("augmented")}]
    Dataset.from_list(made, features=kind).to_parquet(tmp_path / "train-0.parquet")
    with pytest.raises(ContaminationError, match="'augmented'"):
        [*read_records(Source(str(tmp_path)))]


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_each_way_into_a_run_is_guarded(tmp_path, part):
    folder = write_recipe(tmp_path / "recipe")
    file = folder / f"{'seeds' if part == 'train' else part}.jsonl"
    lines = file.read_text().splitlines()
    lines[0] = json.dumps({**json.loads(lines[0]), "origin": "synthetic"})
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(ContaminationError, match=rf"{file.name}:1: the row has the origin 'synthetic'"):
        make_cells(load_recipe(folder))
    (cell,) = make_cells(load_recipe(folder, ["guard=false"]))
    assert len(getattr(cell.human, part)) == len(lines)


def test_only_rows_that_hold_a_value_are_read(tmp_path):
    rows = [{"intent": "a", "text": str(fold), "fold": fold, "origin": "human"} for fold in range(3)]
    rows.append({"intent": "a", "text": "made", "fold": 7, "origin": "synthetic"})
    path = write_lines(tmp_path / "rows.jsonl", rows)
    source = {"path": str(path), "columns": {"text": "text", "intent": "intent"}}
    assert texts(Source(**source, where={"fold": "1"})) == ["1"]
    assert texts(Source(**source, where={"fold": "2", "intent": "a"})) == ["2"]
    with pytest.raises(ContaminationError, match=r"rows.jsonl:4: the row has the origin 'synthetic'"):
        texts(Source(**source, where={"fold": "7"}))
    with pytest.raises(SchemaError, match=r"rows.jsonl: no row has fold '8' and intent 'a'"):
        texts(Source(**source, where={"fold": "8", "intent": "a"}))
    with pytest.raises(SchemaError, match=r"rows.jsonl:1: no column 'flod'") as caught:
        texts(Source(**source, where={"flod": "1"}))
    assert caught.value.hint == "Did you mean 'fold'?"


def test_keys_of_catalogues_are_none_of_seeds(tmp_path):
    path = write_lines(tmp_path / "rows.jsonl", [{"slot": "a", "value": "b"}])
    with pytest.raises(SchemaError, match="columns: unknown key 'value'"):
        texts(Source(str(path), columns={"value": "value"}))
    with pytest.raises(SchemaError, match=r"rows.jsonl:1: unknown key 'slot'"):
        texts(Source(str(path)))


def test_classes_that_are_numbers_get_their_names(tmp_path):
    rows = [{"text": "hi there", "label": 1}, {"text": "go away", "label": 0}]
    path = str(write_lines(tmp_path / "rows.jsonl", rows))
    named = Source(path, class_names=("rude", "kind"))
    assert [row["label"] for _, row in read_records(named, keys=("text", "label"))] == ["kind", "rude"]
    columns = {"text": "text", "intent": "label"}
    assert [utterance.intent for utterance in read_utterances(replace(named, columns=columns))] == ["kind", "rude"]
    table = tmp_path / "rows.csv"
    table.write_text("text,label\nhi there,1\ngo away,rude\n")
    assert [row["label"] for _, row in read_records(replace(named, path=str(table)))] == ["kind", "rude"]
    with pytest.raises(SchemaError, match=r"rows.jsonl:1: label is 1, expected 0 to 0"):
        list(read_records(Source(path, class_names=("rude",)), keys=("text", "label")))
    table.write_text("text,label\nhi there,good\n")
    with pytest.raises(SchemaError, match=r"rows.csv:2: label is 'good', expected 0 to 1"):
        list(read_records(replace(named, path=str(table))))
