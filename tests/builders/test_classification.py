import json
import shutil
from collections import Counter
from copy import deepcopy
from dataclasses import fields, replace

import pytest
from classes import CLASSES, held_out_records, human_splits, read, seed_records, write_badly, write_list
from endpoint_server import EndpointServer, answer
from small import snapshot, write_lines

from hf_synth.builders import classification
from hf_synth.builders.class_generation import ClassSettings
from hf_synth.builders.class_plan import ClassPlanSettings
from hf_synth.builders.classification import ClassificationBuilder, ClassificationConfig, build_class_rows
from hf_synth.errors import ConfigError, SchemaError, TeacherError
from hf_synth.generation import Sampling
from hf_synth.prompts.classification import ClassificationPrompt
from hf_synth.schema import ORIGINS, Row, normalise
from hf_synth.sources import Source
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher
from hf_synth.teachers.scripted import ScriptedTeacher

SETTINGS = ClassSettings(rows_per_class=4)


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    write_lines(folder / "seeds.jsonl", seed_records())
    for part in ("validation", "test"):
        write_lines(folder / f"{part}.jsonl", held_out_records(part))
    return folder


def build(tmp_path, human=None, settings=SETTINGS, script=write_list, classes=CLASSES, chunk=256, **more):
    journal = Journal(tmp_path / "other.sqlite", chunk)
    try:
        return build_class_rows(human or human_splits(), classes, ScriptedTeacher(script), journal, settings, **more)
    finally:
        journal.close()


def config(data, **changes):
    values = {
        "seeds": str(data / "seeds.jsonl"),
        "validation": str(data / "validation.jsonl"),
        "test": str(data / "test.jsonl"),
        "classes": CLASSES,
        "teacher": "scripted",
        "rows_per_class": 4,
    }
    return {**values, **changes}


def config_id(data, **changes):
    return ClassificationConfig(**config(data, **changes)).create_config_id({})


def builder(tmp_path, data, **changes):
    work = {"cache_dir": str(tmp_path / "cache"), "work_dir": str(tmp_path / "work")}
    return ClassificationBuilder(**{**work, **config(data, **changes)})


def by_class(rows, origin="synthetic"):
    return Counter(row.utterance.intent for row in rows if row.provenance.origin == origin)


# build_class_rows


def test_what_is_built(tmp_path):
    human = human_splits()
    built = build(tmp_path, human)
    assert built.train[:6] == [Row.human(utterance) for utterance in human.train]
    assert by_class(built.train) == dict.fromkeys(CLASSES, 4)
    assert {row.provenance.origin for row in built.train[6:]} == {"synthetic"}
    assert [row.utterance for row in built.validation] == list(human.validation)
    assert [row.utterance for row in built.test] == list(human.test)
    assert not built.cold_start
    assert built.generated.requested == 12


def test_no_prompt_saw_a_held_out_row(tmp_path):
    asked = []
    human = human_splits()
    build(tmp_path, human, script=lambda draw, s: asked.append(draw.prompt.text) or write_list(draw, s))
    assert asked
    for utterance in (*human.validation, *human.test):
        assert not [text for text in asked if utterance.text in text]


def test_a_held_out_text_is_not_learnt(tmp_path):
    human = human_splits()
    built = build(tmp_path, human, script=lambda draw, _: json.dumps([row.text.upper() for row in human.test]))
    assert built.generated.counts["rejected"]["held_out"]
    held_out = {normalise(row.utterance.text) for row in (*built.validation, *built.test)}
    assert not held_out & {normalise(row.utterance.text) for row in built.train}


def test_the_ratio_rule_is_kept_before_the_teacher_is_asked(tmp_path):
    many = replace(SETTINGS, rows_per_class=20)
    built = build(tmp_path, settings=many)
    assert by_class(built.train) == {"card_arrival": 5, "refund": 5, "top_up": 4}
    assert built.generated.requested == 14
    assert len(build(tmp_path, settings=many, mixing="all").train) == 6 + 60


def test_over_augmentation_is_refused_before_the_teacher_is_asked(tmp_path):
    with pytest.raises(ConfigError, match="600 made rows for 6 human ones is over-augmentation"):
        build(tmp_path, settings=replace(SETTINGS, rows_per_class=200), script=None, mixing="all")


def test_minorities_are_balanced(tmp_path):
    human, classes = human_splits(), dict(CLASSES)
    before = deepcopy((human, classes))
    built = build(tmp_path, human, replace(SETTINGS, balance_to=3), classes=classes)
    assert (human, classes) == before, "what goes in is not changed"
    assert Counter(row.utterance.intent for row in built.train) == dict.fromkeys(CLASSES, 3)
    assert by_class(built.train) == {"refund": 2, "top_up": 1}, "card_arrival has enough"
    (seed_ids,) = {row.provenance.seed_ids for row in built.train if row.utterance.intent == "refund"}
    assert seed_ids == ("refund-0",), "one row is one seed"


def test_nothing_to_balance(tmp_path):
    built = build(tmp_path, settings=replace(SETTINGS, balance_to=1), script=None)
    assert [row.utterance for row in built.train] == list(human_splits().train)
    assert built.generated.completions == 0


def test_a_class_without_seeds_among_others(tmp_path):
    classes = {**CLASSES, "added": "something new"}
    built = build(tmp_path, human_splits(tuple(classes)), replace(SETTINGS, balance_to=3), classes=classes)
    assert by_class(built.train) == {"added": 3, "refund": 2, "top_up": 1}
    assert {row.provenance.seed_ids for row in built.train if row.utterance.intent == "added"} == {()}
    assert not built.cold_start


def test_a_cold_start(tmp_path):
    built = build(tmp_path, human_splits(train=()), replace(SETTINGS, rows_per_class=30))
    assert built.cold_start
    assert by_class(built.train) == dict.fromkeys(CLASSES, 30)
    assert {row.provenance.seed_ids for row in built.train} == {()}
    assert not built.generated.prompt_texts


def test_several_languages(tmp_path):
    settings = replace(SETTINGS, rows_per_class=5, locales=("de-DE", "en-US", "ja-JP"))
    made = build(tmp_path, settings=settings, mixing="all").generated.rows
    assert Counter(row.utterance.locale for row in made) == {"de-DE": 6, "en-US": 6, "ja-JP": 3}
    names = {"de-DE": "German", "en-US": "English", "ja-JP": "Japanese"}
    assert all(f" in {names[row.utterance.locale]} " in row.utterance.text for row in made)


def test_equal_rows_whatever_the_order_of_classes_and_the_size_of_chunks(tmp_path):
    forth = build(tmp_path / "a").train
    back = build(tmp_path / "b", human_splits(tuple(CLASSES)[::-1]), classes=dict(reversed(CLASSES.items())), chunk=1)
    assert forth == back.train


def test_a_silent_teacher_leaves_the_human_rows(tmp_path, caplog):
    built = build(tmp_path, script={})
    assert {row.provenance.origin for row in built.train} == {"human"}
    assert built.generated.counts["rejected"] == {"empty": 15}
    assert "class 'refund': 0 of 4 new rows, then its budget was spent" in caplog.text


# ClassificationBuilder


def read_back(dataset):
    labels = dataset.features["label"]
    return [{**row, "label": labels.int2str(row["label"]), "origin": ORIGINS[row["origin"]]} for row in dataset]


def test_the_builder_gives_the_rows_of_build_class_rows(tmp_path, data):
    made = builder(tmp_path, data)
    made.download_and_prepare()
    splits = made.as_dataset()
    journal = Journal(tmp_path / "again.sqlite")
    expected = build_class_rows(human_splits(), CLASSES, load_teacher("scripted"), journal, SETTINGS).splits
    journal.close()
    assert list(splits) == ["train", "validation", "test"]
    for name, dataset in splits.items():
        assert dataset.features["label"].names == sorted(CLASSES)
        assert read_back(dataset) == [row.to_labelled() for row in expected[name]]
    assert len(splits["train"]) == 6 + 12
    assert made.info.description == ""


def test_the_builder_says_that_it_is_a_cold_start(tmp_path, data):
    made = builder(tmp_path, data, seeds="")
    made.download_and_prepare()
    train = made.as_dataset(split="train")
    assert len(train) == 12
    assert set(train["origin"]) == {ORIGINS.index("synthetic")}
    assert "cold start" in train.info.description


def test_a_cold_start_of_names_alone(tmp_path):
    work = {"cache_dir": str(tmp_path / "cache"), "work_dir": str(tmp_path / "work")}
    made = ClassificationBuilder(classes={"good": "", "bad": ""}, teacher="scripted", rows_per_class=3, **work)
    made.download_and_prepare()
    assert {name: len(rows) for name, rows in made.as_dataset().items()} == {"train": 6}


def test_a_seed_that_is_held_out_is_no_seed(tmp_path, data):
    records = seed_records()
    records[0] = {**records[0], "text": "My card is late TEST"}
    write_lines(data / "seeds.jsonl", records)
    made = builder(tmp_path, data)
    made.download_and_prepare()
    train = made.as_dataset(split="train")
    assert "card_arrival-0" not in {seed_id for ids in train["seed_ids"] for seed_id in ids}
    assert "my card is late test" not in {normalise(text) for text in train["text"]}


def test_over_http_and_again_from_the_journal(tmp_path, data):
    with EndpointServer(lambda request, path, headers: answer(request, content=write_badly)) as server:
        changes = {"teacher": f"{server.url}#m", "rows_per_class": 30, "mixing": "all"}
        made = builder(tmp_path, data, **changes)
        made.download_and_prepare()
        asked = len(server.requests)
        again = builder(tmp_path, data, **changes, cache_dir=str(tmp_path / "elsewhere"))
        again.download_and_prepare()
        assert len(server.requests) == asked > 0
    first, second = (read_back(each.as_dataset(split="train")) for each in (made, again))
    assert first == second
    assert Counter(row["label"] for row in first if row["origin"] == "synthetic") == dict.fromkeys(CLASSES, 30)


def test_the_builder_prepares_once(tmp_path, data, monkeypatch):
    builder(tmp_path, data).download_and_prepare()
    monkeypatch.setattr(classification, "load_instructed", None)
    again = builder(tmp_path, data, work_dir=str(tmp_path / "elsewhere"))
    again.download_and_prepare()
    assert len(again.as_dataset(split="train")) == 18


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"seeds": "", "classes": {}}, ConfigError, "neither seeds nor classes"),
        ({"targets": ("refnd",)}, ConfigError, "target 'refnd' is none of the classes"),
        ({"classes": {"refnd": "x"}}, ConfigError, "class 'refnd' is described, but is that of no seed"),
        ({"classes": {"": "x"}}, ConfigError, "a class needs a name"),
        ({"rows_per_class": 0}, ConfigError, "rows_per_class must be at least 1"),
        ({"locales": ("klingon",)}, ConfigError, "no language name known for locale 'klingon'"),
        ({"teacher": ""}, ConfigError, "needs a teacher that follows instructions"),
        ({"seeds": "nowhere.jsonl"}, SchemaError, "nowhere.jsonl: no such file"),
        ({"seeds": Source("seeds.jsonl", locale="qq")}, ConfigError, "no language name known for locale 'qq'"),
    ],
)
def test_a_builder_that_cannot_be_made(tmp_path, data, changes, error, message, monkeypatch):
    monkeypatch.chdir(data)
    before = snapshot(tmp_path)
    with pytest.raises(error, match=message):
        builder(tmp_path, data, **changes)
    assert snapshot(tmp_path) == before


def test_a_teacher_of_other_prompts_is_refused(tmp_path, data):
    with pytest.raises(TeacherError, match="was taught linguist@1 prompts only"):
        builder(tmp_path, data, teacher="linguist-mini").download_and_prepare()


# The cache key


def other_value(value):
    """Another value of the same type that every setting takes."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return value[1:]
    return value + 1 if isinstance(value, int) else value * 0.5 + 0.01 if isinstance(value, float) else f"{value}2"


def generation_changes():
    """A change of each setting of generation, as arguments of the builder."""
    special = {"balance_to": 5, "max_completions": 7.0, "locales": ("de-DE",)}
    for field in fields(ClassSettings):
        value = getattr(SETTINGS, field.name)
        if field.name in ("plan", "sampling"):
            for inner in fields(value):
                changed = 4 if inner.name == "examples" else other_value(getattr(value, inner.name))
                yield {field.name: replace(value, **{inner.name: changed})}
        else:
            yield {field.name: special.get(field.name, other_value(value))}


def test_all_settings_are_looked_at():
    own = {field.name for field in fields(ClassificationConfig)}
    assert {field.name for field in fields(ClassSettings)} < own
    count = len(fields(ClassSettings)) - 2 + len(fields(ClassPlanSettings)) + len(fields(Sampling))
    assert len(list(generation_changes())) == count
    for name in ("rows_per_class", "balance_to", "texts_per_prompt", "max_completions", "locales", "plan", "sampling"):
        assert getattr(ClassificationConfig(), name) == getattr(ClassSettings(), name), "one default"


@pytest.mark.parametrize("changes", list(generation_changes()), ids=str)
def test_the_key_moves_with_every_setting_of_generation(data, changes):
    assert config_id(data, **changes) != config_id(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": ("refund",)},
        {"teacher": "linguist-mini"},
        {"mixing": "all"},
        {"validation": None},
        {"test": None},
        {"seeds": ""},
        {"classes": {}},
        {"classes": {**CLASSES, "added": ""}},
        {"classes": {**CLASSES, "refund": "else"}},
        {"endpoint": EndpointSettings(form="text"), "teacher": "http://localhost:1/v1#m"},
    ],
    ids=str,
)
def test_the_key_moves_with(data, changes):
    assert config_id(data, **changes) != config_id(data)


@pytest.mark.parametrize("part", ["seeds", "validation", "test"])
@pytest.mark.parametrize("change", [{"text": "x y"}, {"locale": "de-DE"}, {"intent": "top_up"}, {"id": "x"}], ids=str)
def test_the_key_moves_with_the_content_of_each_file(data, part, change):
    before = config_id(data)
    lines = [json.loads(line) for line in (data / f"{part}.jsonl").read_text().splitlines()]
    write_lines(data / f"{part}.jsonl", [{**lines[0], **change}, *lines[1:]])
    assert config_id(data) != before


def test_the_key_moves_with_the_versions_of_prompt_and_filters(data, monkeypatch):
    before = config_id(data)
    for part in (ClassificationPrompt, *map(type, classification.FILTERS), classification.HeldOutFilter):
        with monkeypatch.context() as patch:
            patch.setattr(part, "version", 2)
            assert config_id(data) != before
    assert config_id(data) == before


def test_the_key_moves_with_nothing_else(data, tmp_path):
    before = config_id(data)
    copies = tmp_path / "copies"
    shutil.copytree(data, copies)
    moved = {part: str(copies / f"{part}.jsonl") for part in ("seeds", "validation", "test")}
    assert config_id(data, work_dir="/elsewhere") == before
    assert config_id(data, **moved) == before
    assert config_id(data, classes=dict(reversed(CLASSES.items()))) == before
    assert config_id(data, classes={name: f" {meaning} " for name, meaning in CLASSES.items()}) == before
    assert config_id(data, targets=(*CLASSES, "refund")) == before
    assert config_id(data, endpoint=EndpointSettings(concurrency=2)) == before
    assert len(read(seed_records())) == 6
