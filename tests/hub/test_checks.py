"""What must be true of a dataset before anyone else sees it."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hf_synth.errors import ConfigError
from hf_synth.hub.checks import find_refusals, tell_review
from hf_synth.schema import Row

from .ready import change_manifest, splits, write_run


def refusals(run, **changes):
    change_manifest(run, **changes)
    return find_refusals(run / "dataset")


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def change_split(run, name, **columns):
    path = run / "dataset" / f"{name}.parquet"
    table = pq.read_table(path)
    for column, change in columns.items():
        values = pa.array(change(table.column(column).to_pylist()), table.schema.field(column).type)
        table = table.set_column(table.schema.get_field_index(column), table.schema.field(column), values)
    pq.write_table(table, path)


def test_a_dataset_that_is_ready(run):
    assert find_refusals(run / "dataset") == ()
    assert tell_review(run / "dataset") == "1 of 10 rows wrong"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"license": None}, "licence of the human rows is not stated (hf-synth card "),
        ({"license": "  "}, "licence of the human rows is not stated"),
        ({"teacher": None}, "it is not named"),
        ({"teacher": {"name": "", "license": "mit"}}, "it is not named"),
        ({"teacher": {"name": "tiny", "license": None}}, "licence of the teacher is not stated (hf-synth card "),
        ({"teacher": "tiny"}, "licence of the teacher is not stated"),
        ({"locales": []}, "languages are not stated"),
        ({"locales": "en"}, "languages are not stated"),
        ({"locales": [None]}, "languages are not stated"),
        ({"review": {"sampled": 9, "wrong": 5, "passed": False}}, "review failed: 5 of 9 rows wrong"),
        ({"review": {"sampled": 9}}, "review failed: ? of 9 rows wrong"),
    ],
)
def test_what_is_missing(run, changes, reason):
    assert any(reason in found for found in refusals(run, **changes))


def test_no_review_is_no_refusal(run):
    assert refusals(run, review=None) == ()
    assert tell_review(run / "dataset") == "not reviewed"


def test_no_manifest(run):
    (run / "dataset" / "manifest.json").unlink()
    assert ["manifest.json: missing" in reason for reason in find_refusals(run / "dataset")] == [True]
    assert tell_review(run / "dataset") == "not reviewed"


@pytest.mark.parametrize("text", ["[1]", "{", '"x"'])
def test_a_manifest_that_is_none(run, text):
    (run / "dataset" / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"expected a mapping|not JSON"):
        find_refusals(run / "dataset")


def test_no_teacher_is_needed_where_none_wrote(tmp_path):
    run = write_run(tmp_path, splits(made=0), teacher=None)
    assert find_refusals(run / "dataset") == ()
    change_split(run, "train", teacher=lambda values: ["tiny", *values[1:]])
    assert len(find_refusals(run / "dataset")) == 2


def test_the_card_must_state_the_licence_too(tmp_path):
    card = write_run(run := tmp_path) / "dataset" / "README.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("license: cc-by-4.0\n", "").replace("language:\n- en\n", ""), encoding="utf-8")
    assert len(find_refusals(run / "dataset")) == 2


def test_the_rows_are_read_not_the_manifest(run):
    change_split(run, "test", origin=lambda values: [2, 1, *values[2:]])
    (reason,) = refusals(run)
    assert reason.startswith(
        "test: 2 rows of it are not human, the first is row 0 'an alarm at ten today', which is syn"
    )
    manifest = json.loads((run / "dataset" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"]["test"] == {"human": 6}


def test_an_origin_that_is_missing(run):
    change_split(run, "validation", origin=lambda values: [None, *values[1:]])
    assert "which is unknown" in refusals(run)[0]


def test_a_made_row_that_repeats_a_held_out_text(run):
    change_split(run, "train", text=lambda values: [*values[:-1], " An ALARM  at ten today"])
    (reason,) = refusals(run)
    assert reason.startswith("train: 1 made rows of it repeat a held-out text, the first is row 19")


def test_a_human_row_may_repeat_one(tmp_path):
    rows = splits()
    rows["train"].append(Row.human(rows["test"][0].utterance))
    assert find_refusals(write_run(tmp_path, rows) / "dataset") == ()


def test_the_card_and_the_files_must_agree(run):
    card = run / "dataset" / "README.md"
    text = card.read_text(encoding="utf-8")
    for bad in ("path: ../../secret.parquet", "path: '*.parquet'", "path: [train.parquet, test.parquet]"):
        card.write_text(text.replace("path: train.parquet", bad), encoding="utf-8")
        assert "does not name the files" in refusals(run)[0]
    card.write_text(text, encoding="utf-8")
    (run / "dataset" / "test.parquet").unlink()
    assert "does not name the files" in refusals(run)[0]


@pytest.mark.parametrize("change", ["no parquet", "no origin"])
def test_files_that_are_not_ours(run, change):
    path = run / "dataset" / "test.parquet"
    if change == "no parquet":
        path.write_bytes(b"PAR1")
    else:
        pq.write_table(pq.read_table(path).drop_columns(["origin"]), path)
    with pytest.raises(ConfigError, match=r"test\.parquet: (not a parquet file|expected the columns)"):
        refusals(run)


def test_all_reasons_at_once(run):
    change_split(run, "test", origin=lambda values: [2] * len(values))
    found = refusals(run, license=None, teacher=None, locales=None, review={"passed": False})
    assert len(found) == 6
    assert json.loads((run / "dataset" / "manifest.json").read_text())["license"] is None
