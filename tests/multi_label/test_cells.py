import logging

import pytest
from small import write_lines

from hf_synth.errors import ContaminationError, SchemaError
from hf_synth.multi_label.cells import LabelledText, hide_labels, make_label_cells
from hf_synth.multi_label.recipe import NoiseSettings
from hf_synth.recipes import load_run_recipe


def cells(folder, *assignments):
    return make_label_cells(load_run_recipe(folder, assignments))


def texts(rows):
    return {row.text for row in rows}


def test_each_row_is_tested_once_and_never_trained_on_there(labelled, some_rows):
    found = cells(labelled(), "seeds=2")
    assert [cell.name for cell in found][:4] == ["fold-0-seed-0", "fold-1-seed-0", "fold-2-seed-0", "fold-0-seed-1"]
    everything = {row["text"] for row in some_rows}
    assert sorted(row.text for cell in found[:3] for row in cell.test) == sorted(everything)
    for cell in found:
        parts = [texts(cell.train), texts(cell.validation), texts(cell.test)]
        assert [len(part) for part in parts] == [12, 12, 12]
        assert set.union(*parts) == everything
        assert cell.names == ("card", "loan", "lost", "new")
        assert all(len(row.given) == 1 and set(row.given) < set(full.labels) for row, full in pairs(cell))


def pairs(cell):
    return zip(cell.given, cell.train, strict=True)


def test_seeds_hide_other_labels_and_the_order_of_rows_none(labelled, some_rows):
    first, second = (cells(labelled(), "seeds=2")[place] for place in (0, 3))
    assert first.given != second.given
    mixed = cells(labelled(rows=some_rows[::-1]))[0]
    assert {row.text: told.given for told, row in pairs(mixed)} == {row.text: told.given for told, row in pairs(first)}


def test_flipped_labels_are_wrong():
    noise, rows = NoiseSettings(flipped=0.5), [LabelledText(f"row {number}", (1, 2)) for number in range(200)]
    told = [hide_labels(row, noise, 5, seed=0) for row in rows]
    flipped = [row for row in told if row.given != (1, 2)]
    assert 70 < len(flipped) < 130
    assert {row.given for row in flipped} == {(0,), (3,), (4,)}


def test_texts_of_the_test_rows_are_not_trained_on(labelled):
    folder = labelled(data={"train": {"path": "rows.jsonl"}, "test": {"path": "test.jsonl"}, "validation": 0.25})
    write_lines(folder / "test.jsonl", [{"text": "MY  card is lost", "labels": "lost"}])
    (cell,) = cells(folder)
    assert len(cell.train) + len(cell.validation) == 35
    assert (len(cell.validation), cell.test[0].labels) in ((8, (2,)), (9, (2,)))
    assert "my card is lost" not in texts((*cell.train, *cell.validation))
    assert len(cells(folder, "data.rows=10")[0].train) == 10


def test_rows_without_a_label_are_refused_or_left_out_and_told(labelled, some_rows, caplog):
    folder = labelled(rows=[{"text": "hm", "labels": [], "fold": 0}, *some_rows])
    with pytest.raises(SchemaError, match=r"rows\.jsonl:1: an empty list of labels"):
        cells(folder)
    with caplog.at_level(logging.WARNING):
        assert sum(len(cell.test) for cell in cells(folder, "data.only_labelled=true")) == 36
    assert [record.getMessage() for record in caplog.records if "1 rows have no label" in record.getMessage()]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "hm", "labels": ["crad"], "fold": 0}, "rows.jsonl:1: unknown label 'crad' in 'labels'"),
        ({"text": "hm", "labels": ["card"], "negative_labels": ["x"], "fold": 0}, ":1: unknown label 'x' in 'neg"),
        ({"text": "hm", "labels": ["card"], "negative_labels": ["card"], "fold": 0}, ":1: has the label 'card' and"),
        ({"text": "hm", "labels": [3], "fold": 0}, ":1: expected a list of names in 'labels'"),
        ({"text": " ", "labels": ["card"], "fold": 0}, ":1: expected a text"),
        ({"labels": ["card"], "fold": 0}, ":1: no 'text'"),
        ({"text": "hm", "fold": 0}, ":1: no 'labels'"),
        ({"text": "hm", "labels": ["card"]}, ":1: expected the number of a fold, got None"),
    ],
)
def test_bad_rows(labelled, some_rows, row, message):
    names = {"labels": ["card", "loan", "lost", "new"], "train": {"path": "rows.jsonl"}, "folds": 3}
    with pytest.raises(SchemaError, match=message):
        cells(labelled(rows=[row, *some_rows], data=names))


def test_folds_that_are_empty_and_rows_of_machines(labelled, some_rows):
    with pytest.raises(SchemaError, match="fold-0-seed-0 has no training row"):
        cells(labelled(rows=[{**row, "fold": row["fold"] % 2} for row in some_rows]))
    with pytest.raises(ContaminationError, match="synthetic"):
        cells(labelled(rows=[{**row, "origin": "synthetic"} for row in some_rows]))
