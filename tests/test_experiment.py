"""A small recipe from seeds to report, with the scripted teacher and real students."""

import json
import shutil

import pytest
from datasets import Dataset, load_dataset
from small import human_splits, seed_records, snapshot, write_lines, write_recipe

from hf_synth import experiment
from hf_synth.builders.linguist import LinguistBuilder
from hf_synth.cards.manifest import read_manifest
from hf_synth.cards.render import render_card
from hf_synth.cards.uplift import Uplift
from hf_synth.cells import make_cells
from hf_synth.columns import features
from hf_synth.errors import ConfigError, ContaminationError, SchemaError, TeacherError
from hf_synth.experiment import Run
from hf_synth.manifest import FILE, read_json
from hf_synth.markdown import markdown_table
from hf_synth.metrics.outcomes import read_outcomes
from hf_synth.recipe import load_recipe
from hf_synth.run_folder import read_built, sum_counts
from hf_synth.schema import ORIGINS, Row, normalise
from hf_synth.students import trainer
from hf_synth.tables import arm_rows
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

NEW = {
    "new_intent": {"intents": ["set_alarm", "get_weather"], "starters": 3, "background": 5},
    "arms": ["real_only", "upsampled", "slot_resampling", "linguist", "linguist_zero_shot", "full_data"],
    "baselines": ["upsampled", "slot_resampling"],
}


def forbid(monkeypatch):
    """From here on no student is trained and no teacher is asked."""

    def refuse(*arguments, **settings):
        raise AssertionError("this was done before")

    monkeypatch.setattr(trainer, "train_student", refuse)
    monkeypatch.setattr(experiment, "load_teacher", refuse)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A recipe with one cell, run to the end: recipe, folder, report, calls of the teacher."""
    root = tmp_path_factory.mktemp("small")
    recipe = load_recipe(write_recipe(root / "small"), ["student_seeds=[0, 1]"])
    log = root / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "load_teacher", lambda name, *settings: ScriptedTeacher(echo_slots, log=log))
        report = Run(recipe, root / "run").report()
    return recipe, root / "run", report, log.read_text().splitlines()


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """A recipe that makes two intents new, with all arms, run to the end: recipe, folder, report, trainings."""
    root = tmp_path_factory.mktemp("new")
    recipe = load_recipe(write_recipe(root / "new", **NEW))
    trained = []
    train = trainer.train_student
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "train_student", lambda rows, *rest: trained.append(list(rows)) or train(rows, *rest))
        report = Run(recipe, root / "run").report()
    return recipe, root / "run", report, trained


def test_the_run_folder(small):
    _, out, _, _ = small
    present = snapshot(out)
    assert {
        "dataset/README.md",
        "dataset/manifest.json",
        "dataset/train.parquet",
        "dataset/validation.parquet",
        "dataset/test.parquet",
        "rejects.parquet",
        "journal.sqlite",
        "manifest.json",
        "report.json",
        "report.md",
        "students/linguist/0/scores.json",
        "students/linguist/1/scores.json",
        "students/linguist/1/outcomes.parquet",
        "report.html",
    } <= set(present)
    assert [name for name in present if name.startswith("figures/") and name.endswith(".png")]
    assert not [name for name in present if name.endswith((".tmp", ".incomplete"))]


def test_the_report(small):
    recipe, out, report, _ = small
    assert report == read_json(out / "report.json")
    assert list(report["arms"]) == list(recipe.arms)
    assert (report["task"], report["test_rows"], report["baseline"]) == ("intent_slots", 6, "upsampled")
    for arm in report["arms"].values():
        for metric in ("intent_accuracy", "target_slot_f1", "target_intent_recall", "exact_match"):
            assert len(arm["metrics"][metric]["values"]) == 2
            assert all(0 <= value <= 1 for value in arm["metrics"][metric]["values"])
    rows = {name: arm["train_rows"] for name, arm in report["arms"].items()}
    assert rows == {"real_only": 18, "upsampled": 42, "linguist": 42}
    assert "linguist" in report["uplift"]
    assert report["versions"]["hf-synth"] == "0.1.0"


def test_the_uplift_is_in_the_card(small):
    _, out, report, _ = small
    found = read_manifest(out / "dataset" / FILE)
    assert found.uplift == Uplift.of(report, "linguist")
    assert found.uplift.arms["linguist"].train_rows == 42
    assert found.generation.completions == report["generation"]["completions"]
    card = (out / "dataset" / "README.md").read_text(encoding="utf-8")
    assert card == render_card(found)
    assert markdown_table(arm_rows(report)) in card


def test_facts_may_be_stated_after_the_run(tmp_path):
    folder = write_recipe(tmp_path / "small")
    Run(load_recipe(folder), tmp_path / "run").build()
    before = read_manifest(tmp_path / "run" / "dataset" / FILE)
    assert (before.license, before.sources, before.uplift) == (None, (), None)
    assert "Not measured yet" in (tmp_path / "run" / "dataset" / "README.md").read_text(encoding="utf-8")
    stated = ["card.license=cc-by-4.0", "card.sources=[Mine.]", "card.teacher_license=mit"]
    Run(load_recipe(folder, stated), tmp_path / "run").build()
    after = read_manifest(tmp_path / "run" / "dataset" / FILE)
    assert after == before.state("cc-by-4.0", "mit", ("Mine.",))
    with pytest.raises(ConfigError, match=r"copies was 3, now 4"):
        Run(load_recipe(folder, [*stated, "copies=4"]), tmp_path / "run")


def test_counts_add_up(small):
    _, out, report, log = small
    counts = report["generation"]
    assert counts["requested"] == counts["accepted"] == 24
    assert counts["completions"] == counts["accepted"] + sum(counts["rejected"].values())
    assert counts["teacher_calls"] + counts["journal_hits"] == counts["completions"]
    assert len(log) == len(set(log)) == counts["teacher_calls"]
    assert read_json(out / "manifest.json")["generation"] == counts
    rejects = Dataset.from_parquet(str(out / "rejects.parquet"))
    assert len(rejects) == sum(counts["rejected"].values())
    assert set(rejects.column_names) == {"reason", "text", "detail", "score"}
    assert set(rejects["reason"]) == set(counts["rejected"])


def test_the_dataset(small):
    _, out, _, _ = small
    data = load_dataset(str(out / "dataset"))
    human = human_splits()
    assert list(data) == ["train", "validation", "test"]
    expected = features(["get_weather", "play_music", "set_alarm"], ["artist", "city", "date", "genre", "time"])
    assert all(dict(split.features) == dict(expected) for split in data.values())
    assert {name: len(split) for name, split in data.items()} == {"train": 42, "validation": 3, "test": 6}
    for name, rows in (("validation", human.validation), ("test", human.test)):
        assert data[name]["text"] == [row.text for row in rows]
        assert set(data[name]["origin"]) == {ORIGINS.index("human")}
        assert data[name]["seed_ids"] == [[row.seed_id] for row in rows]
    held_out = {normalise(row.text) for row in (*human.validation, *human.test)}
    seed_ids = {row.seed_id for row in human.train}
    for row in data["train"]:
        assert normalise(row["text"]) not in held_out
        assert row["text"] == " ".join(row["tokens"])
        assert len(row["tokens"]) == len(row["slot_tags"])
        assert set(row["seed_ids"]) <= seed_ids
        made = ORIGINS[row["origin"]] == "synthetic"
        assert (row["method"], row["teacher"]) == (("linguist@1", "scripted") if made else ("", ""))
        assert len(row["seed_ids"]) == (5 if made else 1)
    assert sum(ORIGINS[row["origin"]] == "synthetic" for row in data["train"]) == 24


def test_the_builder_gives_the_same_rows(small, tmp_path):
    recipe, out, _, _ = small
    data = recipe.data
    builder = LinguistBuilder(
        seeds=data.train, validation=data.validation, test=data.test, teacher="scripted", rows_per_intent=8,
        generation=recipe.generation, cache_dir=str(tmp_path / "cache"), work_dir=str(tmp_path / "work"),
    )  # fmt: skip
    builder.download_and_prepare()
    ours, theirs = builder.as_dataset(), load_dataset(str(out / "dataset"))
    for name in ours:
        assert ours[name].to_list() == theirs[name].to_list()


def test_a_second_run_does_nothing_again(small, monkeypatch):
    recipe, out, report, _ = small
    before = snapshot(out)
    forbid(monkeypatch)
    assert Run(recipe, out).report() == report
    after = snapshot(out)
    assert after["report.json"] == before["report.json"]
    assert {name for name in after if after[name] != before.get(name)} <= {
        name for name in before if name.startswith("figures/")
    }
    assert [len(built.train) for built in Run(recipe, out).build()] == [42]


def test_a_lost_score_is_made_again_and_equal(small, monkeypatch, tmp_path):
    recipe, out, report, _ = small
    score = out / "students" / "linguist" / "0" / "scores.json"
    before = score.read_bytes()
    score.unlink()
    monkeypatch.setattr(experiment, "load_teacher", None)
    assert Run(recipe, out).report() == report
    assert score.read_bytes() == before


def test_what_students_made_of_every_row_is_kept(small):
    _, out, report, _ = small
    for arm, found in report["arms"].items():
        for seed in (0, 1):
            outcomes = read_outcomes(out / "students" / arm / str(seed) / "outcomes.parquet")
            assert outcomes.intents == tuple(row.intent for row in human_splits().test)
            for metric, figures in found["metrics"].items():
                assert outcomes.score(metric) == figures["values"][seed]
    assert {gain["interval"] for found in report["uplift"].values() for gain in found.values()} == {"bootstrap"}


def test_a_run_of_an_earlier_version_has_the_t_interval(small, monkeypatch, tmp_path):
    recipe, out, report, _ = small
    shutil.copytree(out, tmp_path / "run")
    for path in (tmp_path / "run").rglob("outcomes.parquet"):
        path.unlink()
    forbid(monkeypatch)
    older = Run(recipe, tmp_path / "run").report()
    assert {gain["interval"] for found in older["uplift"].values() for gain in found.values()} == {"t"}
    assert "Student's t over the pairs" in (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    assert older["arms"] == report["arms"]


def test_rows_are_read_back_as_they_were(small):
    _, out, _, _ = small
    built = read_built(out, read_json(out / "generation.json"))
    assert [row for row in built.train if row.provenance.origin == "human"] == [
        Row.human(utterance) for utterance in human_splits().train
    ]
    assert built.generated.prompt_texts == {utterance.text for utterance in human_splits().train}


def test_cells_of_new_intents(new):
    recipe, out, report, _ = new
    cells = make_cells(recipe)
    assert [cell.name for cell in cells] == ["set_alarm-0", "get_weather-0"]
    assert read_json(out / "manifest.json")["cells"] == ["set_alarm-0", "get_weather-0"]
    for cell in cells:
        (target,) = cell.human.targets
        counts = {
            i: sum(row.intent == i for row in cell.human.train) for i in ("set_alarm", "play_music", "get_weather")
        }
        assert counts == {**dict.fromkeys(counts, 5), target: 3}
        found = read_manifest(out / "cells" / cell.name / "dataset" / FILE)
        assert (found.name, found.targets) == (f"new-{cell.name}", (target,))
        assert found.prompt.text.startswith("<language> English </language> <intent>")
    assert set(report["by_target"]) == {"set_alarm", "get_weather"}
    rows = {name: arm["train_rows"] for name, arm in report["arms"].items()}
    assert (rows["real_only"], rows["upsampled"], rows["linguist"], rows["full_data"]) == (13, 21, 21, 15)
    assert rows["slot_resampling"] == 21
    assert rows["linguist_zero_shot"] == 18
    assert report["generation"]["requested"] == 2 * 2 * 8, "rows made without a seed are counted, too"


def test_the_ceiling_is_trained_once(new):
    _, out, _, trained = new
    assert len(trained) == 2 * 5 + 1
    assert not [path for path in out.rglob("*") if "incomplete" in path.name]
    full = [rows for rows in trained if len(rows) == 15]
    assert len(full) == 1
    assert {row.provenance.origin for row in full[0]} == {"human"}


def test_zero_shot_sees_no_row_of_the_target(new):
    recipe, out, _, _ = new
    for cell in make_cells(recipe):
        folder = out / "cells" / cell.name / "zero_shot"
        built = read_built(folder, read_json(folder / "generation.json"))
        found = read_manifest(folder / "dataset" / FILE)
        assert (found.name, found.uplift.arm) == (f"new-{cell.name}-zero-shot", "linguist_zero_shot")
        assert found.prompt.examples == 0
        own = [row for row in built.train if row.utterance.intent in cell.human.targets]
        assert len(own) == 8
        assert {(row.provenance.origin, row.provenance.seed_ids) for row in own} == {("synthetic", ())}
        assert not built.generated.prompt_texts


def test_a_second_run_of_new_intents(new, monkeypatch):
    recipe, out, report, _ = new
    before = (out / "report.json").read_bytes()
    forbid(monkeypatch)
    assert Run(recipe, out).report() == report
    assert (out / "report.json").read_bytes() == before


def test_a_label_is_no_path(tmp_path):
    folder = write_recipe(tmp_path / "small", **{**NEW, "new_intent": {**NEW["new_intent"], "intents": []}})
    for part in ("seeds", "validation", "test"):
        text = (folder / f"{part}.jsonl").read_text(encoding="utf-8")
        (folder / f"{part}.jsonl").write_text(text.replace('"set_alarm"', '"../../\\u001b[2Jx"'), encoding="utf-8")
    run = Run(load_recipe(folder), tmp_path / "run")
    run.build()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "small"]
    assert sorted(path.name.split(".")[0] for path in (tmp_path / "run" / "cells").iterdir()) == [
        "_2Jx", "get_weather-0", "play_music-0",
    ]  # fmt: skip
    assert read_manifest(run.dataset_folders()[0] / FILE).targets == ("../../\x1b[2Jx",)


def test_draws_have_their_own_starters_and_rows(tmp_path):
    new = {**NEW["new_intent"], "draws": 2}
    recipe = load_recipe(write_recipe(tmp_path / "draws", **{**NEW, "new_intent": new}))
    cells = make_cells(recipe)
    assert [cell.name for cell in cells] == ["set_alarm-0", "set_alarm-1", "get_weather-0", "get_weather-1"]
    assert cells[0].human.starters != cells[1].human.starters
    assert cells[0].human.full == cells[3].human.full
    run = Run(recipe, tmp_path / "run")
    texts = [{row.utterance.text for row in built.generated.rows} for built in run.build()]
    assert texts[0] != texts[1]


@pytest.mark.parametrize("folds", [0, 2, 3])
def test_no_teacher_adapts_to_an_intent_it_writes_for(tmp_path, monkeypatch, folds):
    given = []

    def adapt(teacher, others, targets, settings, folder):
        given.append(([row.intent for row in others], targets))
        return teacher

    monkeypatch.setattr(experiment, "adapt_teacher", adapt)
    monkeypatch.setattr(experiment, "check_adaptable", lambda teacher: None)
    new = {"starters": 3, "background": 5, "folds": folds}
    recipe = load_recipe(write_recipe(tmp_path / "new", **{**NEW, "new_intent": new}), ["teacher.adapt.pairs=5"])
    run = Run(recipe, tmp_path / "run")
    run.build()
    assert {cell.human.targets for cell in run.cells} == {("get_weather",), ("play_music",), ("set_alarm",)}
    served = {}
    for cell, (others, protected) in zip(run.cells, given, strict=True):
        assert others == [row.intent for row in cell.human.adaptable]
        assert set(cell.human.targets) <= set(protected)
        assert not set(protected) & set(others)
        served.setdefault(tuple(others), set()).update(cell.human.targets)
    assert len(served) == (folds or 3)
    for others, targets in served.items():
        assert not targets & set(others)


def test_targets_of_the_recipe(tmp_path):
    recipe = load_recipe(write_recipe(tmp_path / "some"), ["targets=[play_music]"])
    (built,) = Run(recipe, tmp_path / "run").build()
    assert {row.utterance.intent for row in built.generated.rows} == {"play_music"}
    assert len(built.train) == 26


@pytest.mark.parametrize(
    ("assignments", "error", "message"),
    [
        (["targets=[set_alrm]"], ConfigError, "target 'set_alrm' is the intent of no seed"),
        (["new_intent.intents=[set_alrm]", "new_intent.starters=3"], ConfigError, "target 'set_alrm'"),
        (["new_intent.starters=7"], ConfigError, "has 6 rows, 7 starters wanted"),
        (["teacher.name=./no/such/teacher"], TeacherError, "cannot load teacher './no/such/teacher'"),
        (["teacher.adapt.pairs=5", "targets=[set_alarm]"], ConfigError, "teacher 'scripted' cannot adapt"),
        (["data.test.intents=[set_alarm]"], SchemaError, "target 'get_weather' is the intent of no test row"),
        (["filters={lenght: {}}"], ConfigError, "no filter is called 'lenght'"),
        (["filters={length: {longst: 3}}"], ConfigError, "unknown key 'filters.length.longst'"),
        (["data.train.limit_per_intent=1"], SchemaError, "intent 'get_weather' has 1 seed"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_what_cannot_be_run_leaves_no_folder(tmp_path, assignments, error, message):
    recipe = load_recipe(write_recipe(tmp_path / "small"), assignments)
    with pytest.raises(error) as caught:
        Run(recipe, tmp_path / "run")
    assert message in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_changed_rows_are_another_run(tmp_path):
    folder = write_recipe(tmp_path / "small")
    Run(load_recipe(folder), tmp_path / "run").build()
    before = snapshot(tmp_path / "run")
    write_lines(folder / "seeds.jsonl", seed_records()[:-1])
    with pytest.raises(ConfigError, match="on other rows: its data has changed"):
        Run(load_recipe(folder), tmp_path / "run")
    assert snapshot(tmp_path / "run") == before


def test_counts_of_cells_are_added():
    one = {
        "requested": 1, "prompts": 2, "completions": 3, "accepted": 1, "seconds": 0.25, "teacher_calls": 3,
        "journal_hits": 0, "rejected": {"a": 2}, "teacher": "t",
    }  # fmt: skip
    total = sum_counts([one, {**one, "rejected": {"a": 1, "b": 4}, "teacher": "s"}])
    assert total["completions"] == 6
    assert total["seconds"] == 0.5
    assert total["rejected"] == {"a": 3, "b": 4}
    assert total["teachers"] == ["s", "t"]
    assert json.dumps(total)


TRANSFORMS = {
    "low_resource": {"per_intent": 3, "draws": 2},
    "transforms": {"random_swap": {}, "random_deletion": {"rate": 0.3}},
    "copies": 2,
    "arms": ["real_only", "upsampled", "random_swap", "all_transforms"],
    "baselines": ["real_only"],
}


def test_transforms_are_compared_without_a_teacher(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "load_teacher", None)
    recipe = load_recipe(write_recipe(tmp_path / "small", **TRANSFORMS))
    report = Run(recipe, tmp_path / "run").report()
    assert {arm: found["train_rows"] for arm, found in report["arms"].items()} == {
        "real_only": 9,
        "upsampled": 27,
        "random_swap": 9 + report["transforms"]["random_swap"]["made"] // 2,
        "all_transforms": 9 + report["transforms"]["all_transforms"]["made"] // 2,
    }
    assert report["transforms"]["random_swap"]["requested"] == 36
    assert (report["measured"]["cells"], list(report["by_target"])) == (2, ["all intents"])
    rows = load_dataset("parquet", data_files=str(tmp_path / "run/cells/draw-0/arms/random_swap.parquet"))["train"]
    assert set(rows["method"]) == {"", "random_swap@1"}
    forbid(monkeypatch)
    before = snapshot(tmp_path / "run")
    assert Run(recipe, tmp_path / "run").report() == report
    assert snapshot(tmp_path / "run") == before
    with pytest.raises(ConfigError, match="there is no dataset to build"):
        Run(recipe, tmp_path / "run").build()


ABLATION = {
    "filters": {"length": {"longest": 7}, "duplicate": {}},
    "ablation": "linguist",
    "arms": ["upsampled", "linguist", "two_stage", "without_length", "without_duplicate", "unfiltered"],
}


def test_each_filter_is_switched_off(tmp_path, monkeypatch):
    log, stages = tmp_path / "log", {}
    train = trainer.train_student
    monkeypatch.setattr(experiment, "load_teacher", lambda *settings: ScriptedTeacher(echo_slots, log=log))

    def watch(rows, validation, intents, slots, settings, out, seed, first):
        stages[len(stages)] = (list(first), list(rows))
        return train(rows, validation, intents, slots, settings, out, seed, first)

    monkeypatch.setattr(trainer, "train_student", watch)
    recipe, out = load_recipe(write_recipe(tmp_path / "small", **ABLATION)), tmp_path / "run"
    report = Run(recipe, out).report()
    built = {
        arm: read_built(folder, read_json(folder / "generation.json"))
        for arm, folder in {"linguist": out, **{arm: out / arm for arm in recipe.variants}}.items()
    }
    made = {
        arm: [row.utterance.text for row in found.train if row.provenance.origin != "human"]
        for arm, found in built.items()
    }
    for arm in ("linguist", "without_duplicate"):
        assert max(len(text.split()) for text in made[arm]) <= 7
    for arm in ("unfiltered", "without_length"):
        assert max(len(text.split()) for text in made[arm]) > 7
    for arm in ("linguist", "without_length"):
        assert len(set(map(normalise, made[arm]))) == len(made[arm])
    rejected = {
        arm: read_json((out / arm if arm in recipe.variants else out) / "generation.json")["rejected"] for arm in built
    }
    assert "too_long" in rejected["linguist"]
    assert "too_long" not in rejected["without_length"]
    assert not {"too_long", "duplicate"} & set(rejected["unfiltered"])
    assert set(report["transforms"]) == {"linguist", *recipe.variants}
    assert report["transforms"]["without_length"]["made"] == len(made["without_length"])
    calls = log.read_text().splitlines()
    assert len(calls) == len(set(calls)), "what one arm asked no other pays for again"
    manifest = read_manifest(out / "without_length" / "dataset" / FILE)
    assert manifest.filters == ("duplicate@1", "held_out@1")
    assert manifest.uplift.arm == "without_length"
    # Two stages: what a teacher wrote, then what people wrote.
    (first, last), *others = [(first, last) for first, last in stages.values() if first]
    assert not others
    assert {row.provenance.origin for row in first} == {"synthetic"}
    assert {row.provenance.origin for row in last} == {"human"}
    assert [*last, *first] == built["linguist"].train
    forbid(monkeypatch)
    assert Run(recipe, out).report() == report


def test_variants_of_an_arm_of_transforms_differ_in_filters_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "load_teacher", None)
    changes = {
        **TRANSFORMS,
        "filters": {"length": {"longest": 3}},
        "ablation": "random_deletion",
        "arms": ["real_only", "random_deletion", "unfiltered"],
    }
    recipe = load_recipe(write_recipe(tmp_path / "small", **changes))
    report = Run(recipe, tmp_path / "run").report()
    assert report["transforms"]["random_deletion"]["too_long"] > 0
    free, kept = (
        load_dataset("parquet", data_files=str(tmp_path / f"run/cells/draw-0/arms/{arm}.parquet"))["train"].to_list()
        for arm in ("unfiltered", "random_deletion")
    )
    assert [row for row in free if row["method"] == "" or len(row["tokens"]) <= 3] == kept


def test_the_mixing_policy_limits_copies(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "load_teacher", None)
    recipe = load_recipe(write_recipe(tmp_path / "small", **TRANSFORMS), ["mixing=0.25", "copies=5"])
    report = Run(recipe, tmp_path / "run").report()
    assert report["arms"]["random_swap"]["train_rows"] == 9 + 3
    assert report["transforms"]["random_swap"]["surplus"] > 0
    assert report["mixing"] == "0.25"


def test_a_guard_that_is_off_is_told_everywhere(tmp_path):
    folder = write_recipe(tmp_path / "small")
    file = folder / "test.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    write_lines(file, [{**lines[0], "origin": "synthetic"}, *lines[1:]])
    with pytest.raises(ContaminationError, match=r"test.jsonl:1: the row has the origin 'synthetic'"):
        Run(load_recipe(folder), tmp_path / "run")
    report = Run(load_recipe(folder, ["guard=false"]), tmp_path / "run").report()
    assert report["guard"] is False
    for text in (tmp_path / "run" / "report.md", tmp_path / "run" / "dataset" / "README.md"):
        assert "**The contamination guard was switched off.**" in text.read_text(encoding="utf-8")
    write_lines(file, lines)
    with pytest.raises(ConfigError, match="guard was False, now True"):
        Run(load_recipe(folder), tmp_path / "run")


def test_a_cold_start_is_marked_temporary(tmp_path):
    folder = write_recipe(tmp_path / "small", arms=["upsampled", "linguist_zero_shot"], baselines=["upsampled"])
    Run(load_recipe(folder), tmp_path / "run").report()
    for place, temporary in (("", False), ("zero_shot", True)):
        dataset = tmp_path / "run" / place / "dataset"
        assert read_manifest(dataset / FILE).temporary is temporary
        assert ("**Temporary: a cold start.**" in (dataset / "README.md").read_text(encoding="utf-8")) is temporary
