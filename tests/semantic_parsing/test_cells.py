import pytest
from parsed import held_out_records, record, seed_records
from small import write_lines

from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.parses.tree import ParseError
from hf_synth.semantic_parsing.cells import make_parse_cells
from hf_synth.semantic_parsing.recipe import ParseRecipe
from hf_synth.semantic_parsing.recipe_settings import FewSettings, ParseDataSettings
from hf_synth.sources import Source


def recipe(folder, few=None, train=None, test=None, **settings):
    write_lines(folder / "train.jsonl", train or seed_records())
    write_lines(folder / "test.jsonl", test or held_out_records("test"))
    data = ParseDataSettings(Source(str(folder / "train.jsonl")), Source(str(folder / "test.jsonl")))
    return ParseRecipe(data, few=few or FewSettings(), **settings)


def ids(rows):
    return [row.seed_id for row in rows]


def test_all_rows(tmp_path):
    (cell,) = make_parse_cells(recipe(tmp_path))
    assert ids(cell.human.train) == [f"seed-{n}" for n in range(6)]
    assert (cell.human.full, cell.human.targets, cell.name) == ((), ("SHOP",), "draw-0")


def test_few_rows_differ_by_draw_and_the_rest_is_the_ceiling(tmp_path):
    cells = make_parse_cells(recipe(tmp_path, FewSettings(rows=3, draws=4)))
    assert [cell.draw for cell in cells] == [0, 1, 2, 3]
    assert len({tuple(ids(cell.human.train)) for cell in cells}) > 1
    for cell in cells:
        assert len(cell.human.train) == 3
        assert ids(cell.human.train) == sorted(ids(cell.human.train))
        assert len(cell.human.full) == 6
    assert make_parse_cells(recipe(tmp_path, FewSettings(rows=3, draws=4))) == cells


def test_named_rows_are_the_same_in_every_draw(tmp_path):
    cells = make_parse_cells(recipe(tmp_path, FewSettings(ids=("seed-4", "seed-1"), draws=2)))
    assert [ids(cell.human.train) for cell in cells] == [["seed-1", "seed-4"]] * 2
    with pytest.raises(ConfigError, match="no training row has id 'seed-9'"):
        make_parse_cells(recipe(tmp_path, FewSettings(ids=("seed-9",))))


def test_rows_that_stand_in_test_do_not_train(tmp_path):
    again = {**held_out_records("test")[0], "id": "again"}
    (cell,) = make_parse_cells(recipe(tmp_path, train=[*seed_records(), {**again, "text": "A  RED pot"}]))
    assert "again" not in ids(cell.human.train)


def test_more_rows_than_there_are(tmp_path):
    with pytest.raises(ConfigError, match=r"few\.rows is 7, data\.train has 6"):
        make_parse_cells(recipe(tmp_path, FewSettings(rows=7)))


@pytest.mark.parametrize(
    ("broken", "error", "message"),
    [
        (("a pot", "(SHOP (POT (COUNT a ) )"), SchemaError, r"train\.jsonl:7: character 24 of the parse: expected \)"),
        (("a pot", "(SHOP (POT (COUNT one ) ) )"), SchemaError, r"seed-6.*COUNT 'one'"),
    ],
)
def test_parses_that_do_not_hold_together(tmp_path, broken, error, message):
    assert issubclass(ParseError, SchemaError)
    with pytest.raises(error, match=message):
        make_parse_cells(recipe(tmp_path, train=[*seed_records(), record(6, broken)]))


def test_a_row_without_a_parse(tmp_path):
    with pytest.raises(SchemaError, match="no parse"):
        make_parse_cells(recipe(tmp_path, train=[{"id": "x", "intent": "SHOP", "text": "a pot"}]))


def test_made_rows_are_no_test_rows(tmp_path):
    made = [{**row, "origin": "synthetic"} for row in held_out_records("test")]
    with pytest.raises(ContaminationError, match=r"test\.jsonl:1"):
        make_parse_cells(recipe(tmp_path, test=made))
    assert make_parse_cells(recipe(tmp_path, test=made, guard=False))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": 3, "ids": ("a",)}, "give one"),
        ({"rows": -1}, "few.rows must be at least 0"),
        ({"draws": 0}, "few.draws must be at least 1"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ConfigError, match=message):
        FewSettings(**settings)
