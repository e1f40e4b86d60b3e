import pytest
import yaml
from parsed import read, record, seed_records, write_answer
from small import write_lines

from hf_synth.errors import ConfigError
from hf_synth.forecast import forecast
from hf_synth.parses.tree import read_parse
from hf_synth.parses.values import find_values
from hf_synth.recipes import load_run_recipe
from hf_synth.semantic_parsing import experiment
from hf_synth.semantic_parsing.experiment import ParseRun
from hf_synth.semantic_parsing.languages import draw_known, make_translator, translate_rows
from hf_synth.teachers.scripted import ScriptedTeacher

FRENCH = [
    ("je veux deux roses", "(SHOP (PLANT (COUNT deux ) (KIND roses ) ) )"),
    ("un pot", "(SHOP (POT (COUNT un ) ) )"),
    ("trois pots", "(SHOP (POT (COUNT trois ) ) )"),
]
ENGLISH = [
    ("i want two roses", "(SHOP (PLANT (COUNT two ) (KIND roses ) ) )"),
    ("one pot", "(SHOP (POT (COUNT one ) ) )"),
    ("three pots", "(SHOP (POT (COUNT three ) ) )"),
]
TEST = [("deux roses", "(SHOP (PLANT (COUNT deux ) (KIND roses ) ) )"), ("cinq pots", "(SHOP (POT (COUNT cinq ) ) )")]


def rows(pairs, locale="en-US", part="row"):
    return read([record(number, pair, part) for number, pair in enumerate(pairs)], locale)


def test_known_rows_say_the_same_in_all_languages():
    known = {"fr-FR": rows(FRENCH, "fr-FR"), "de-DE": rows(FRENCH[1:], "de-DE", "row")}
    few, said = draw_known(known, rows(ENGLISH), 1, 0)
    assert {row.locale for row in few} == {"fr-FR", "de-DE"}
    assert {row.seed_id for row in few} == {row.seed_id for row in said}
    assert len({tuple(row.seed_id for row in draw_known(known, rows(ENGLISH), 1, draw)[1]) for draw in range(8)}) == 2
    with pytest.raises(ConfigError, match=r"languages\.rows is 3, 2 ids are common"):
        draw_known(known, rows(ENGLISH), 3, 0)


def test_translated_rows_keep_their_parse():
    source = rows([("i want two books", "(SHOP (BOOK (COUNT two ) ) )"), ("one", "(SHOP (BOOK (KIND x ) ) )")])
    made, counts = translate_rows(source, {}, "fr-FR", 5, 0)
    assert counts["requested"] == 5
    assert counts["out_of_order"] == 1
    assert counts["made"] == len(made)
    for row in made:
        assert row.utterance.locale == "fr-FR"
        assert row.provenance.seed_ids == ("row-0",)
        assert not find_values(row.utterance.text, read_parse(row.utterance.parse))


def test_values_are_translated_where_that_is_sure():
    words = make_translator({}, "fr-FR")(["dog", "7", "zzyzx"], "fr-FR")
    assert words[1:] == ["7", "zzyzx"]
    assert words[0] in ("chien", "dog")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    files = {
        "train": seed_records(),
        "pivot": [record(number, pair, "row") for number, pair in enumerate(ENGLISH)],
        "known": [record(number, pair, "row") for number, pair in enumerate(FRENCH)],
        "test": [record(number, pair, "test") for number, pair in enumerate(TEST)],
    }
    for name, records in files.items():
        write_lines(tmp_path / f"{name}.jsonl", records)
    recipe = {
        "task": "semantic_parsing",
        "data": {"train": {"path": "train.jsonl"}},
        "languages": {
            "known": {"fr-FR": {"path": "known.jsonl"}},
            "pivot": {"path": "pivot.jsonl"},
            "test": {"fr-FR": {"path": "test.jsonl"}},
        },
        "translation": {},
        "teacher": {"name": "scripted"},
        "generation": {"rows": 4, "plan": {"strategies": ["ts", "tb"]}},
        "arms": ["real_only", "translation", "clasp_ts", "clasp_tb", "clasp", "full_data"],
        "baselines": ["real_only", "translation"],
        "students": {"epochs": 1, "min_steps": 1, "max_tokens": 256, "copy": False, "max_new_tokens": 24},
        "match": "spaceless",
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    monkeypatch.setattr(experiment, "load_clasp_teacher", lambda *_: ScriptedTeacher(write_answer))
    return tmp_path


def test_a_new_language_from_seeds_to_a_report(folder):
    report = ParseRun(load_run_recipe(folder), folder / "run").report()
    assert report["metric"] == "exact_match"
    assert list(report["by_target"]) == ["fr-FR"]
    sizes = {arm: found["train_rows"] for arm, found in report["arms"].items()}
    assert (sizes["real_only"], sizes["clasp_ts"], sizes["clasp_tb"], sizes["clasp"]) == (8, 12, 12, 12)
    assert sizes["full_data"] == 10
    assert report["transforms"]["translation"]["requested"] == 4


def test_what_it_will_ask_is_told_before(folder):
    recipe = load_run_recipe(folder)
    made = forecast(recipe, folder / "run")
    report = ParseRun(recipe, folder / "run").report()
    assert made.rows == report["generation"]["requested"] == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("data.test={path: test.jsonl}", "leave out few and data.test"),
        ("few={rows: 2}", "leave out few and data.test"),
        ("languages=null", "missing key data.test"),
        ("translation=null", "needs translation"),
        ("arms=[real_only, slot_resampling]", "languages has no arm"),
        ("languages.rows=0", "languages.rows must be at least 1"),
        ("languages.test={de-DE: {path: test.jsonl}}", "languages.known has"),
    ],
)
def test_bad_settings(folder, change, message):
    with pytest.raises(ConfigError, match=message):
        load_run_recipe(folder, [change])
