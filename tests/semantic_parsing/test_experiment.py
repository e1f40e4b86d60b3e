"""A run of semantic parsing on a handful of rows, from seeds to a report."""

import json

import pytest
import yaml
from datasets import load_dataset
from parsed import VALUES, held_out_records, record, seed_records, write_answer, write_badly
from small import snapshot, write_lines

from hf_synth.errors import ConfigError
from hf_synth.parses.tree import read_parse, write_parse
from hf_synth.recipes import load_run_recipe
from hf_synth.semantic_parsing import experiment, training
from hf_synth.semantic_parsing.experiment import ParseRun
from hf_synth.teachers.scripted import ScriptedTeacher

BOTH = "clasp_rs+slot_resampling"
ARMS = ["real_only", "slot_resampling", "grammar", "clasp_rs", "clasp_gb", "clasp", "full_data"]
ENTITIES = {
    "kind": {value: value.upper() for value in (*VALUES["KIND"], "rose", "fern", "ferns")},
    "COUNT": {"a": "1", "one": "1", "two": "2", "three": "3", "five": "5"},
    "HEIGHT": {"tall": "tall"},
    "COLOUR": {"red": "red", "green": "green"},
}
CATALOGUE = [
    {"slot": slot, "value": value, "entity": entity}
    for slot, entities in ENTITIES.items()
    for value, entity in entities.items()
]
GRAMMAR = [record(n, (f"{word} pots", f"(SHOP (POT (COUNT {word} ) ) )")) for n, word in enumerate(("six", "ten"))]


def write_recipe(folder, **changes):
    write_lines(folder / "train.jsonl", seed_records())
    write_lines(folder / "test.jsonl", held_out_records("test"))
    write_lines(folder / "catalogue.jsonl", CATALOGUE)
    write_lines(folder / "grammar.jsonl", GRAMMAR)
    recipe = {
        "task": "semantic_parsing",
        "data": {name: {"path": f"{name}.jsonl"} for name in ("train", "test", "grammar")},
        "few": {"rows": 4, "draws": 2},
        "teacher": {"name": "scripted"},
        "generation": {"rows": 8},
        "arms": ARMS,
        "students": {"epochs": 1, "min_steps": 2, "max_tokens": 256},
        **changes,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return load_run_recipe(folder)


@pytest.fixture(autouse=True)
def teacher(monkeypatch, tmp_path):
    scripted = ScriptedTeacher(write_answer, log=tmp_path / "asked.txt")
    monkeypatch.setattr(experiment, "load_clasp_teacher", lambda *_: scripted)
    return scripted


def test_from_seeds_to_a_report(tmp_path, teacher):
    out = tmp_path / "run"
    report = ParseRun(write_recipe(tmp_path), out).report()
    assert (report["task"], report["metric"], report["test_rows"]) == ("semantic_parsing", "exact_match", 2)
    assert set(report["arms"]) == set(ARMS)
    sizes = {arm: found["train_rows"] for arm, found in report["arms"].items()}
    assert sizes == {"real_only": 4, "slot_resampling": sizes["slot_resampling"], "grammar": 6, "clasp_rs": 12,
                     "clasp_gb": 12, "clasp": 12, "full_data": 6}  # fmt: skip
    assert 6 <= sizes["slot_resampling"] <= 12
    assert all(found["metrics"]["well_formed"]["mean"] == 1.0 for found in report["arms"].values())
    assert report["generation"]["accepted"] == 32
    train = load_dataset(str(out / "cells" / "draw-0" / "dataset"))["train"]
    assert train.column_names[:3] == ["text", "parse", "locale"]
    assert {row["method"] for row in train} == {"", "clasp_rs@1", "clasp_gb@1"}
    text = (out / "report.md").read_text()
    assert "| clasp_rs | 12 |" in text
    assert "Exact match is the share of rows whose parse is right as a whole" in text
    assert (out / "report.html").is_file()
    asked, before = teacher.log.read_text(), snapshot(out / "cells")
    assert ParseRun(write_recipe(tmp_path), out).report()["arms"] == report["arms"]
    assert snapshot(out / "cells") == before
    assert teacher.log.read_text() == asked


def test_words_become_entities_before_they_are_compared(tmp_path):
    changes = {
        "data": {
            **{name: {"path": f"{name}.jsonl"} for name in ("train", "test")},
            "catalogue": {"source": {"path": "catalogue.jsonl"}, "labels": {"kind": "KIND"}},
        },
        "resolution": {"defaults": {"PLANT": "(HEIGHT any )"}},
        "arms": ["real_only", "clasp_rs"],
        "few": {},
    }
    run = ParseRun(write_recipe(tmp_path, **changes), tmp_path / "run")
    settled = run.settle(read_parse("(SHOP (PLANT (COUNT two ) (KIND water lily ) ) )"))
    assert write_parse(settled) == "(SHOP (PLANT (COUNT 2 ) (KIND WATER LILY ) (HEIGHT any ) ) )"
    run.build()
    # Test rows are written in another notation than made ones: they are no part of the dataset.
    assert list(load_dataset(str(tmp_path / "run" / "cells" / "draw-0" / "dataset"))) == ["train"]


def test_arms_are_joined(tmp_path):
    run = ParseRun(write_recipe(tmp_path, arms=["real_only", "clasp_rs", "slot_resampling", BOTH]), tmp_path / "run")
    sizes = {arm: found["train_rows"] for arm, found in run.report()["arms"].items()}
    made = {arm: sizes[arm] - 4 for arm in ("clasp_rs", "slot_resampling", BOTH)}
    assert max(made["clasp_rs"], made["slot_resampling"]) < made[BOTH] <= made["clasp_rs"] + made["slot_resampling"]


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ("clasp_rs+real_only", "joins arms that have no made rows"),
        ("clasp_rs+clasp_rs", "names something twice"),
        ("clasp_rs+clasp_r", "unknown arm 'clasp_r'"),
        ("clasp_rs+grammar", "needs data.grammar"),
    ],
)
def test_arms_that_cannot_be_joined(tmp_path, arm, message):
    places = {name: {"path": f"{name}.jsonl"} for name in ("train", "test")}
    with pytest.raises(ConfigError, match=message):
        write_recipe(tmp_path, arms=["real_only", arm], data=places)


@pytest.mark.parametrize("closed", [True, False])
def test_students_write_no_value_that_a_closed_catalogue_lacks(tmp_path, monkeypatch, closed):
    parsers = []

    original = training.train_parser

    def train(*args):
        parsers.append(original(*args))
        return parsers[-1]

    monkeypatch.setattr(training, "train_parser", train)
    catalogue = {"source": {"path": "catalogue.jsonl"}, "labels": {"kind": "KIND"}, "closed": closed}
    places = {name: {"path": f"{name}.jsonl"} for name in ("train", "test")}
    changes = {"data": {**places, "catalogue": catalogue}, "few": {}, "arms": ["real_only"]}
    ParseRun(write_recipe(tmp_path, **changes), tmp_path / "run").report()
    assert [set(parser.values) for parser in parsers] == [{"COUNT", "KIND", "COLOUR", "HEIGHT"} if closed else set()]


def test_a_catalogue_that_lacks_a_slot(tmp_path):
    changes = {
        "data": {
            **{name: {"path": f"{name}.jsonl"} for name in ("train", "test")},
            "catalogue": {"source": {"path": "catalogue.jsonl"}},
        },
        "resolution": {},
        "arms": ["real_only", "clasp_rs"],
        "few": {},
    }
    recipe = write_recipe(tmp_path, **changes)
    with pytest.raises(ConfigError, match="the catalogue has no entry for KIND"):
        ParseRun(recipe, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_bad_answers_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "load_clasp_teacher", lambda *_: ScriptedTeacher(write_badly))
    out = tmp_path / "run"
    built = ParseRun(write_recipe(tmp_path, few={}, arms=["real_only", "clasp"]), out).build()
    counts = json.loads((out / "cells" / "draw-0" / "generation.json").read_text())
    assert {"malformed", "value_missing"} <= set(counts["rejected"])
    assert counts["accepted"] == len(built[0].train) - 6
    assert counts["completions"] == counts["accepted"] + sum(counts["rejected"].values())


def test_other_rows_are_another_run(tmp_path):
    recipe = write_recipe(tmp_path, few={}, arms=["real_only", "clasp"])
    ParseRun(recipe, tmp_path / "run").build()
    write_lines(tmp_path / "grammar.jsonl", [record(0, ("nine pots", "(SHOP (POT (COUNT nine ) ) )"))])
    with pytest.raises(ConfigError, match="its data has changed"):
        ParseRun(recipe, tmp_path / "run")


def test_a_made_row_that_cannot_be_copied_is_counted(tmp_path):
    recipe = write_recipe(tmp_path, few={}, arms=["real_only", "grammar"])
    write_lines(tmp_path / "grammar.jsonl", [*GRAMMAR, record(9, ("nine pots", "(SHOP (POT (COUNT 9 ) ) )"))])
    report = ParseRun(recipe, tmp_path / "run").report()
    assert report["transforms"]["grammar"] == {"requested": 8, "uncopyable": 1, "made": 2}
    assert report["arms"]["grammar"]["train_rows"] == 8
