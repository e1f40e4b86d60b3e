import json
import shutil
from dataclasses import fields, replace

import pytest
from small import held_out_records, human_splits, seed_records, snapshot, utterances, write_lines

from hf_synth.builders import linguist
from hf_synth.builders.adaptation import AdaptSettings
from hf_synth.builders.generation import GenerationSettings
from hf_synth.builders.linguist import LinguistBuilder, LinguistConfig, build_rows
from hf_synth.builders.plan import PlanSettings
from hf_synth.errors import ConfigError, SchemaError
from hf_synth.generation import Sampling
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.schema import ORIGINS, Row, normalise
from hf_synth.sources import Source
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

SETTINGS = GenerationSettings(rows_per_intent=8, plan=PlanSettings(examples=4))


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    write_lines(folder / "seeds.jsonl", seed_records())
    for part in ("validation", "test"):
        write_lines(folder / f"{part}.jsonl", held_out_records(part))
    return folder


def rows(tmp_path, human, settings=SETTINGS, script=echo_slots, **more):
    journal = Journal(tmp_path / "other.sqlite")
    try:
        return build_rows(human, ScriptedTeacher(script), journal, settings, **more)
    finally:
        journal.close()


def config(data, **changes):
    values = {
        "seeds": str(data / "seeds.jsonl"),
        "validation": str(data / "validation.jsonl"),
        "test": str(data / "test.jsonl"),
        "targets": ("set_alarm",),
        "teacher": "scripted",
        "rows_per_intent": 8,
        "generation": SETTINGS,
    }
    return {**values, **changes}


def config_id(data, **changes):
    return LinguistConfig(**config(data, **changes)).create_config_id({})


def builder(tmp_path, data, **changes):
    work = {"cache_dir": str(tmp_path / "cache"), "work_dir": str(tmp_path / "work")}
    return LinguistBuilder(**{**work, **config(data, **changes)})


# build_rows


def test_what_is_built(tmp_path):
    human = human_splits(("set_alarm",))
    built = rows(tmp_path, human)
    assert built.train[:18] == [Row.human(utterance) for utterance in human.train]
    made = built.train[18:]
    assert made == built.generated.rows
    assert len(made) == 8
    assert {row.provenance.origin for row in made} == {"synthetic"}
    assert [row.utterance for row in built.validation] == list(human.validation)
    assert [row.utterance for row in built.test] == list(human.test)
    assert {row.provenance.origin for row in (*built.validation, *built.test)} == {"human"}


def test_no_prompt_saw_a_held_out_row(tmp_path):
    asked = []
    human = human_splits(())
    human = replace(human, targets=("set_alarm", "play_music", "get_weather"))
    rows(tmp_path, human, script=lambda draw, sampling: asked.append(draw.prompt.text) or echo_slots(draw, sampling))
    assert asked
    for utterance in (*human.validation, *human.test):
        assert not [text for text in asked if utterance.text in text]


def test_a_held_out_text_is_not_learnt(tmp_path):
    human = human_splits(("set_alarm",))
    secret = "please wake me at [1 nine ]"
    built = rows(tmp_path, human, replace(SETTINGS, plan=PlanSettings(4, 1.0, 0.0, 0.0)), lambda draw, _: secret)
    assert "held_out" in built.generated.counts["rejected"]
    held_out = {normalise(row.utterance.text) for row in (*built.validation, *built.test)}
    assert not held_out & {normalise(row.utterance.text) for row in built.train}


def test_the_ratio_rule(tmp_path):
    human, many = human_splits(("set_alarm",)), replace(SETTINGS, rows_per_intent=50)
    assert len(rows(tmp_path, human, many).train) == 18 + 42
    assert len(rows(tmp_path, human, many, mixing="all").train) == 18 + 50


def test_a_share_of_the_rows_is_resampled(tmp_path):
    human = human_splits(("set_alarm",))
    built = rows(tmp_path, human, replace(SETTINGS, resampled_share=0.5))
    made = [row.provenance.origin for row in built.train[18:]]
    assert made == ["synthetic"] * 4 + ["augmented"] * 4
    assert built.generated.requested == 4
    values = {value for row in human.train for _, value in row.slots}
    for row in built.train[22:]:
        assert {value for _, value in row.utterance.slots} <= values


def test_zero_shot_trains_on_no_seed_of_the_target(tmp_path):
    human = human_splits(("set_alarm",))
    built = rows(tmp_path, human, replace(SETTINGS, plan=PlanSettings(examples=0)))
    own = [row for row in built.train if row.utterance.intent == "set_alarm"]
    assert len(own) == 8
    assert {row.provenance.origin for row in own} == {"synthetic"}
    assert {row.provenance.seed_ids for row in own} == {()}
    assert not built.generated.prompt_texts


def test_a_silent_teacher_leaves_the_human_rows(tmp_path):
    built = rows(tmp_path, human_splits(("set_alarm",)), script={})
    assert {row.provenance.origin for row in built.train} == {"human"}
    assert built.generated.counts["rejected"] == {"malformed": 40}


def test_one_seed_is_too_few(tmp_path):
    human = human_splits(("set_alarm",))
    human = replace(human, train=(human.train[0], *human.others))
    with pytest.raises(SchemaError, match="intent 'set_alarm' has 1 seed"):
        rows(tmp_path, human)


# LinguistBuilder


def test_the_builder_gives_the_rows_of_build_rows(tmp_path, data):
    made = builder(tmp_path, data)
    made.download_and_prepare()
    splits = made.as_dataset()
    expected = rows(tmp_path, human_splits(("set_alarm",))).splits
    assert list(splits) == ["train", "validation", "test"]
    for name, dataset in splits.items():
        tags, intents = dataset.features["slot_tags"].feature, dataset.features["intent"]
        assert dataset.features["origin"].names == list(ORIGINS)
        named = [
            {
                **row,
                "slot_tags": tags.int2str(row["slot_tags"]),
                "intent": intents.int2str(row["intent"]),
                "origin": ORIGINS[row["origin"]],
            }
            for row in dataset
        ]
        assert [Row.from_dict(row) for row in named] == expected[name]
    assert len(splits["train"]) == 26


def test_the_builder_prepares_once(tmp_path, data, monkeypatch):
    builder(tmp_path, data).download_and_prepare()
    monkeypatch.setattr(linguist, "load_teacher", None)
    again = builder(tmp_path, data, work_dir=str(tmp_path / "elsewhere"))
    again.download_and_prepare()
    assert len(again.as_dataset(split="train")) == 26


def test_without_held_out_rows_and_targets(tmp_path, data):
    made = builder(tmp_path, data, validation=None, test=None, targets=())
    made.download_and_prepare()
    assert {name: len(split) for name, split in made.as_dataset().items()} == {"train": 18 + 24}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"seeds": ""}, ConfigError, "needs seeds"),
        ({"targets": ("set_alrm",)}, ConfigError, "target 'set_alrm' is the intent of no seed"),
        ({"seeds": "nowhere.jsonl"}, SchemaError, "nowhere.jsonl: no such file"),
    ],
)
def test_a_builder_that_cannot_be_made(tmp_path, data, changes, error, message):
    before = snapshot(tmp_path)
    with pytest.raises(error, match=message):
        builder(tmp_path, data, **changes)
    assert snapshot(tmp_path) == before


def test_a_teacher_that_cannot_adapt(tmp_path, data):
    with pytest.raises(ConfigError, match="cannot adapt"):
        builder(tmp_path, data, adapt=AdaptSettings(pairs=10)).download_and_prepare()


# The cache key


def other_value(value):
    """Another value of the same type that every setting takes."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value * 0.5 + 0.01 if isinstance(value, float) else f"{value}2"


def generation_changes():
    top = [f for f in fields(GenerationSettings) if f.name not in ("plan", "sampling", "rows_per_intent")]
    for field in top:
        yield {field.name: other_value(getattr(SETTINGS, field.name) * 4)}
    for part in ("plan", "sampling"):
        settings = getattr(SETTINGS, part)
        for field in fields(settings):
            yield {part: replace(settings, **{field.name: other_value(getattr(settings, field.name))})}


def test_all_settings_are_looked_at():
    assert len(list(generation_changes())) == 3 + len(fields(PlanSettings)) + len(fields(Sampling))


@pytest.mark.parametrize("changes", list(generation_changes()), ids=str)
def test_the_key_moves_with_every_setting_of_generation(data, changes):
    assert config_id(data, generation=replace(SETTINGS, **changes)) != config_id(data)


@pytest.mark.parametrize("field", [field.name for field in fields(AdaptSettings)])
def test_the_key_moves_with_adaptation(data, field):
    base = AdaptSettings(pairs=5)
    changed = replace(base, **{field: other_value(getattr(base, field))})
    assert config_id(data, adapt=changed) != config_id(data, adapt=base) != config_id(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": ("play_music",)},
        {"targets": ()},
        {"teacher": "linguist-mini"},
        {"rows_per_intent": 9},
        {"mixing": "all"},
        {"validation": None},
        {"test": None},
    ],
    ids=str,
)
def test_the_key_moves_with(data, changes):
    assert config_id(data, **changes) != config_id(data)


@pytest.mark.parametrize("part", ["seeds", "validation", "test"])
@pytest.mark.parametrize(
    "change",
    [
        {"utterance": "something else"},
        {"utterance": "please wake me at nine"},
        {"locale": "de-DE"},
        {"intent": "get_weather"},
        {"id": "x"},
    ],
    ids=str,
)
def test_the_key_moves_with_the_content_of_each_file(data, part, change):
    before = config_id(data)
    lines = [json.loads(line) for line in (data / f"{part}.jsonl").read_text().splitlines()]
    write_lines(data / f"{part}.jsonl", [{**lines[0], **change}, *lines[1:]])
    assert config_id(data) != before


def test_the_key_moves_with_the_order_of_seeds(data):
    before = config_id(data)
    write_lines(data / "seeds.jsonl", seed_records()[::-1])
    assert config_id(data) != before


def test_the_key_moves_with_the_versions_of_prompt_and_filters(data, monkeypatch):
    before = config_id(data)
    with monkeypatch.context() as patch:
        patch.setattr(LinguistPrompt, "version", 2)
        assert config_id(data) != before
    with monkeypatch.context() as patch:
        patch.setattr(type(linguist.FILTERS[0]), "version", 2)
        assert config_id(data) != before
    with monkeypatch.context() as patch:
        patch.setattr(linguist.HeldOutFilter, "version", 2)
        assert config_id(data) != before
    assert config_id(data) == before


def test_the_key_moves_with_the_weights_of_a_local_teacher(data, tmp_path):
    folder = tmp_path / "teacher"
    folder.mkdir()
    ids = set()
    for content in (b"a", b"b"):
        (folder / "model.safetensors").write_bytes(content)
        ids.add(config_id(data, teacher=str(folder)))
    assert len(ids) == 2


def test_the_key_moves_with_nothing_else(data, tmp_path):
    before = config_id(data)
    copies = tmp_path / "copies"
    shutil.copytree(data, copies)
    moved = {part: str(copies / f"{part}.jsonl") for part in ("seeds", "validation", "test")}
    assert config_id(data, work_dir="/elsewhere") == before
    assert config_id(data, **moved) == before
    assert config_id(data, seeds=Source(moved["seeds"])) == before
    (copies / "seeds.jsonl").rename(copies / "named.jsonl")
    assert config_id(data, **{**moved, "seeds": str(copies / "named.jsonl")}) == before, "these rows have ids"
    ours = replace(SETTINGS, rows_per_intent=99)
    assert config_id(data, generation=ours) == before, "the builder's own rows_per_intent counts"
    assert config_id(data, adapt=AdaptSettings(pairs=0, learning_rate=1.0)) == before, "no adaptation is done"


def test_rows_without_ids_have_the_same_key_in_another_folder(data, tmp_path):
    write_lines(data / "seeds.jsonl", [{k: v for k, v in record.items() if k != "id"} for record in seed_records()])
    copies = tmp_path / "deep" / "copies"
    shutil.copytree(data, copies)
    assert config_id(data, seeds=str(copies / "seeds.jsonl")) == config_id(data)
    made = builder(tmp_path, data, seeds=str(copies / "seeds.jsonl"), targets=())
    made.download_and_prepare()
    assert made.as_dataset(split="train")[0]["seed_ids"] == ["seeds.jsonl:1"]


def test_targets_by_name_or_by_default_are_the_same(data):
    named = ("set_alarm", "play_music", "get_weather", "set_alarm")
    assert config_id(data, targets=named) == config_id(data, targets=())
    assert len(utterances(seed_records())) == 18


def test_equal_ids_give_equal_rows_whatever_the_order_of_targets(tmp_path):
    forth, back = (
        rows(tmp_path, human_splits(t)).train for t in (("set_alarm", "play_music"), ("play_music", "set_alarm"))
    )
    assert forth == back
