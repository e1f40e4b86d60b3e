import json
import shutil
from collections import Counter
from dataclasses import fields, replace

import pytest
from parsed import (
    GERMAN,
    HELD_OUT,
    SEEDS,
    VALUES,
    german_splits,
    held_out_records,
    human_splits,
    read,
    record,
    seed_records,
    write_answer,
)
from small import snapshot, write_lines
from teachers.tiny import bart, word_pieces

from hf_synth.builders import clasp_rows
from hf_synth.builders.clasp import ClaspBuilder, ClaspConfig
from hf_synth.builders.clasp_generation import ClaspSettings
from hf_synth.builders.clasp_plan import ClaspPlanSettings
from hf_synth.builders.clasp_rows import build_parse_rows
from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import DatasetManifest, Writer
from hf_synth.errors import ConfigError, SchemaError, TeacherError
from hf_synth.generation import Sampling
from hf_synth.parses.tree import read_parse
from hf_synth.parses.values import find_values
from hf_synth.prompts.clasp import ClaspPrompt
from hf_synth.schema import ORIGINS, Row
from hf_synth.sources import Source
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher

SETTINGS = ClaspSettings(rows=12)
CATALOGUE = [
    *({"slot": "kind", "value": value} for value in VALUES["KIND"]),
    *({"slot": "COUNT", "value": value} for value in VALUES["COUNT"]),
    {"slot": "COLOUR", "value": "yellow", "entity": "YELLOW"},
    {"slot": "HEIGHT", "value": "tiny"},
]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    write_lines(folder / "seeds.jsonl", seed_records())
    write_lines(folder / "german.jsonl", [{**record(0, GERMAN), "locale": "de-DE"}])
    write_lines(folder / "catalogue.jsonl", CATALOGUE)
    for part in HELD_OUT:
        write_lines(folder / f"{part}.jsonl", held_out_records(part))
    return folder


@pytest.fixture
def teacher(monkeypatch):
    """A teacher that answers CLASP prompts in the place of the one that is named; counts its calls."""
    scripted = ScriptedTeacher(write_answer)
    monkeypatch.setattr(clasp_rows, "load_instructed", lambda *arguments: scripted)
    return scripted


def build(tmp_path, human=None, settings=SETTINGS, script=write_answer, chunk=256, **more):
    journal = Journal(tmp_path / "other.sqlite", chunk)
    try:
        return build_parse_rows(human or human_splits(), ScriptedTeacher(script), journal, settings, **more)
    finally:
        journal.close()


def config(data, **changes):
    values = {
        "seeds": str(data / "seeds.jsonl"),
        "validation": str(data / "validation.jsonl"),
        "test": str(data / "test.jsonl"),
        "teacher": "scripted",
        "rows": 12,
    }
    return {**values, **changes}


def config_id(data, **changes):
    return ClaspConfig(**config(data, **changes)).create_config_id({})


def builder(tmp_path, data, **changes):
    work = {"cache_dir": str(tmp_path / "cache"), "work_dir": str(tmp_path / "work")}
    return ClaspBuilder(**{**work, **config(data, **changes)})


def made_of(rows):
    return [row for row in rows if row.provenance.origin != "human"]


# build_parse_rows


def test_what_is_built(tmp_path):
    human = human_splits()
    built = build(tmp_path, human)
    assert built.train[:6] == [Row.human(utterance) for utterance in human.train]
    assert Counter(row.provenance.method for row in built.train[6:]) == {"clasp_rs@1": 6, "clasp_gb@1": 6}
    assert [row.utterance for row in built.validation] == list(human.validation)
    assert [row.utterance for row in built.test] == list(human.test)
    assert built.generated.requested == 12
    for row in made_of(built.train):
        assert not find_values(row.utterance.text, read_parse(row.utterance.parse))


def test_strategies_take_turns(tmp_path):
    methods = [row.provenance.method for row in made_of(build(tmp_path).train)]
    assert methods == ["clasp_rs@1", "clasp_gb@1"] * 6


def test_values_come_from_the_catalogue_else_from_the_seeds(tmp_path):
    settings = ClaspSettings(rows=500, plan=ClaspPlanSettings(("rs",)))
    rows = made_of(build(tmp_path, settings=settings, values={"KIND": ["cactus"], "COLOUR": []}, mixing="all").train)
    found = Counter(leaf.label + " " + leaf.value for row in rows for leaf in read_parse(row.utterance.parse).leaves())
    seeds = {leaf.value for _, parse in SEEDS for leaf in read_parse(parse).leaves() if leaf.label == "COLOUR"}
    assert "KIND cactus" in found
    assert {name.split()[1] for name in found if name.startswith("COLOUR")} == seeds


def test_no_prompt_saw_a_held_out_row(tmp_path):
    asked = []
    human = human_splits()
    build(tmp_path, human, script=lambda draw, s: asked.append(draw.prompt.text) or write_answer(draw, s))
    assert asked
    for utterance in human.held_out:
        assert not [text for text in asked if utterance.text in text]


def test_a_held_out_text_is_not_learnt(tmp_path):
    text, parse = HELD_OUT["test"][0]
    plan = ClaspPlanSettings(("gb",))
    built = build(
        tmp_path, settings=ClaspSettings(12, plan=plan), script=lambda draw, _: f"{parse} ; English: {text}!"
    )
    assert [row.utterance.text for row in made_of(built.train)] == [f"{text}!"], "the mark makes it another text"
    built = build(tmp_path, settings=ClaspSettings(12, plan=plan, sampling=Sampling(seed=1)),
                  script=lambda draw, _: f"{parse} ; English: {text.upper()}")  # fmt: skip
    assert built.generated.counts["rejected"]["held_out"]
    assert made_of(built.train) == []


def test_no_more_is_asked_than_the_mixing_admits(tmp_path):
    many = replace(SETTINGS, rows=500)
    assert build(tmp_path, settings=many).generated.requested == 14
    assert len(build(tmp_path, settings=many, mixing="all").train) == 6 + 500
    with pytest.raises(ConfigError, match="600 made rows for 6 human ones is over-augmentation"):
        build(tmp_path, settings=replace(SETTINGS, rows=600), script=None, mixing="all")
    assert build(tmp_path, settings=many, script=None, mixing="0.01").train == [
        Row.human(row) for row in human_splits().train
    ]


def test_translation(tmp_path):
    asked = []

    def translate(values, locale):
        asked.append((tuple(values), locale))
        return [f"d-{value}" for value in values]

    settings = ClaspSettings(rows=8, plan=ClaspPlanSettings(("ts", "tb")))
    built = build(tmp_path, german_splits(), settings, sources=read(seed_records()), translate=translate, mixing="all")
    assert [locale for _, locale in asked] == ["de-DE"], "all values at once"
    assert list(asked[0][0]) == sorted({leaf.value for _, parse in SEEDS for leaf in read_parse(parse).leaves()})
    rows = made_of(built.train)
    assert Counter(row.provenance.method for row in rows) == {"clasp_ts@1": 4, "clasp_tb@1": 4}
    assert {row.utterance.locale for row in rows} == {"de-DE"}
    values = [
        leaf.value
        for row in rows
        if row.provenance.method == "clasp_ts@1"
        for leaf in read_parse(row.utterance.parse).leaves()
    ]
    assert all(value.startswith("d-") for value in values)
    with pytest.raises(ConfigError, match="translate gave 0 values"):
        build(tmp_path, german_splits(), settings, sources=read(seed_records()), translate=lambda *_: [], mixing="all")


def test_what_translates_a_held_out_row_is_not_asked_for(tmp_path, caplog):
    test = read([record(5, ("fünf töpfe", "(SHOP (POT (COUNT fünf ) ) )"))], "de-DE")
    human, asked = replace(german_splits(), test=test), []
    build(
        tmp_path, human, ClaspSettings(rows=8, plan=ClaspPlanSettings(("tb",))), sources=read(seed_records()),
        script=lambda draw, s: asked.append(draw.prompt.text) or write_answer(draw, s), mixing="all",
    )  # fmt: skip
    assert asked
    assert not [text for text in asked if SEEDS[5][0] in text]
    assert "1 sources have the id of a held-out row" in caplog.text


def test_seeds_of_several_languages(tmp_path):
    human = human_splits((*human_splits().train, *german_splits().train))
    with pytest.raises(ConfigError, match="the seeds have the locales de-DE, en-US"):
        build(tmp_path, human)
    rows = made_of(build(tmp_path, human, locale="en-US").train)
    assert {row.utterance.locale for row in rows} == {"en-US"}


def test_equal_rows_whatever_the_size_of_chunks(tmp_path):
    assert build(tmp_path / "a").train == build(tmp_path / "b", chunk=1).train


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (record(0, ("two", "(SHOP (POT (COUNT 2 ) ) )")), "seed-0: COUNT '2' does not stand in the text"),
        (record(0, ("a", "[SHOP [POT [COUNT a ] ] ]")), "written with"),
    ],
)
def test_seeds_that_do_not_hold_together(tmp_path, odd, message):
    with pytest.raises(SchemaError, match=message):
        build(tmp_path, human_splits((*human_splits().train, *read([odd]))), script=None)


# ClaspBuilder


def read_back(dataset):
    return [{**row, "origin": ORIGINS[row["origin"]]} for row in dataset]


def test_the_builder_gives_the_rows_of_build_parse_rows(tmp_path, data, teacher):
    made = builder(tmp_path, data)
    made.download_and_prepare()
    splits = made.as_dataset()
    expected = build(tmp_path).splits
    assert list(splits) == ["train", "validation", "test"]
    for name, dataset in splits.items():
        assert read_back(dataset) == [row.to_parsed() for row in expected[name]]
    assert len(splits["train"]) == 6 + 12


def test_a_catalogue(tmp_path, data, teacher):
    made = builder(
        tmp_path, data, catalogue=str(data / "catalogue.jsonl"), catalogue_labels={"kind": "KIND"}, rows=14,
        plan=ClaspPlanSettings(("rs",)),
    )  # fmt: skip
    made.download_and_prepare()
    parses = " ".join(row["parse"] for row in read_back(made.as_dataset(split="train")) if row["origin"] != "human")
    assert any(value in parses for value in ("cactus", "water lily", "iris", "seven", "yellow", "tiny"))


def test_translation_with_sources(tmp_path, data, teacher):
    made = builder(
        tmp_path, data, seeds=str(data / "german.jsonl"), sources=str(data / "seeds.jsonl"), validation=None,
        test=None, plan=ClaspPlanSettings(("tb",)), rows=5, mixing="all",
    )  # fmt: skip
    made.download_and_prepare()
    train = made.as_dataset(split="train")
    assert set(train["locale"]) == {"de-DE"}
    assert len(train) == 6


def test_resume_without_asking_again(tmp_path, data, teacher, monkeypatch):
    builder(tmp_path, data).download_and_prepare()
    first = read_back(builder(tmp_path, data).as_dataset(split="train"))
    monkeypatch.setattr(teacher, "script", None)
    again = builder(tmp_path, data, cache_dir=str(tmp_path / "elsewhere"))
    again.download_and_prepare()
    assert read_back(again.as_dataset(split="train")) == first, "the journal has all answers"


def test_the_builder_prepares_once(tmp_path, data, teacher, monkeypatch):
    builder(tmp_path, data).download_and_prepare()
    monkeypatch.setattr(clasp_rows, "load_instructed", None)
    again = builder(tmp_path, data, work_dir=str(tmp_path / "elsewhere"))
    again.download_and_prepare()
    assert len(again.as_dataset(split="train")) == 18


def test_equal_rows_whatever_num_proc(tmp_path, data, teacher):
    one, two = builder(tmp_path, data), builder(tmp_path, data, cache_dir=str(tmp_path / "two"))
    one.download_and_prepare()
    two.download_and_prepare(num_proc=2)
    assert read_back(one.as_dataset(split="train")) == read_back(two.as_dataset(split="train"))


def test_a_card_of_what_was_built(tmp_path):
    facts = DatasetManifest(
        name="plants", recipe="small", task="semantic_parsing", method="clasp", teacher=Writer("scripted"),
        targets=("SHOP",), license="cc-by-4.0",
    )  # fmt: skip
    manifest = write_dataset(build(tmp_path).splits, tmp_path / "dataset", facts)
    assert manifest.methods == {"clasp_gb@1": 6, "clasp_rs@1": 6}
    assert manifest.classes == {
        "SHOP": {"test": {"human": 2}, "train": {"human": 6, "synthetic": 12}, "validation": {"human": 1}}
    }
    card = (tmp_path / "dataset" / "README.md").read_text(encoding="utf-8")
    for told in ("Texts with a semantic parse", "text-generation", "(KIND roses )", "name: parse", "clasp\\_rs@1"):
        assert told in card or told.replace("\\", "") in card


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"seeds": ""}, ConfigError, "ClaspBuilder needs seeds"),
        ({"teacher": ""}, ConfigError, "ClaspBuilder needs a teacher"),
        ({"targets": ("SHOPP",)}, ConfigError, "target 'SHOPP' is the intent of no seed"),
        ({"rows": 0}, ConfigError, "rows must be at least 1"),
        ({"locale": "klingon"}, ConfigError, "no language name known for locale 'klingon'"),
        ({"seeds": "nowhere.jsonl"}, SchemaError, "nowhere.jsonl: no such file"),
        ({"seeds": "plain.jsonl"}, SchemaError, "plain-1: the row 'a rose' has no parse"),
        ({"seeds": "broken.jsonl"}, SchemaError, r"broken.jsonl:2: character 31 of the parse: expected \)"),
        ({"seeds": "amiss.jsonl"}, SchemaError, "amiss.jsonl:1: KIND 'rose' does not stand in the text 'a fern'"),
        ({"catalogue": "catalogue.jsonl"}, ConfigError, "the catalogue has no entry for KIND"),
    ],
)
def test_a_builder_that_cannot_be_made(tmp_path, data, changes, error, message, monkeypatch):
    monkeypatch.chdir(data)
    write_lines(data / "plain.jsonl", [{"id": "plain-1", "text": "a rose", "intent": "SHOP"}])
    write_lines(data / "broken.jsonl", [seed_records()[0], {"text": "a", "parse": "(SHOP (PLANT (KIND rose ) )   "}])
    write_lines(data / "amiss.jsonl", [{"text": "a fern", "parse": "(SHOP (PLANT (KIND rose ) ) )"}])
    before = snapshot(tmp_path)
    with pytest.raises(error, match=message) as caught:
        builder(tmp_path, data, **changes)
    assert caught.value.hint or "rows" in changes or error is SchemaError
    assert snapshot(tmp_path) == before


def test_teachers_of_other_prompts(tmp_path, data):
    """One taught CLASP prompts is asked with them; one taught others is refused."""
    tokenizer = word_pieces()
    model = bart(tokenizer)
    for name in ("other", ClaspPrompt.name):
        model.config.hf_synth_prompt = f"{name}@{ClaspPrompt.version}"
        for part in (model, tokenizer):
            part.save_pretrained(tmp_path / name)
    with pytest.raises(TeacherError, match="was taught other@1 prompts only") as caught:
        builder(tmp_path, data, teacher=str(tmp_path / "other")).download_and_prepare()
    assert "clasp@1" in caught.value.hint
    made = builder(tmp_path, data, teacher=str(tmp_path / ClaspPrompt.name), rows=2, max_completions=1.0,
                   sampling=Sampling(max_new_tokens=4))  # fmt: skip
    made.download_and_prepare()
    assert len(made.as_dataset(split="train")) == 6, "it knows no language yet"


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
    for field in fields(ClaspSettings):
        value = getattr(SETTINGS, field.name)
        if field.name in ("plan", "sampling"):
            for inner in fields(value):
                yield {field.name: replace(value, **{inner.name: other_value(getattr(value, inner.name))})}
        else:
            yield {field.name: 7.0 if field.name == "max_completions" else other_value(value)}


def test_all_settings_are_looked_at():
    for field in fields(ClaspSettings):
        assert getattr(ClaspConfig(), field.name) == getattr(ClaspSettings(), field.name), "one default"
    assert len(list(generation_changes())) == 3 + len(fields(ClaspPlanSettings)) + len(fields(Sampling))


@pytest.mark.parametrize("changes", list(generation_changes()), ids=str)
def test_the_key_moves_with_every_setting_of_generation(data, changes):
    assert config_id(data, **changes) != config_id(data)


def test_the_key_moves_with(data):
    before = config_id(data)
    catalogue = {"catalogue": str(data / "catalogue.jsonl"), "catalogue_labels": {"kind": "KIND"}}
    for changes in (
        {"teacher": "linguist-mini"},
        {"mixing": "all"},
        {"validation": None},
        {"test": None},
        {"locale": "de-DE"},
        {"sources": str(data / "german.jsonl")},
        {"filters": {"length": {}}},
        {"endpoint": EndpointSettings(form="text"), "teacher": "http://localhost:1/v1#m"},
        catalogue,
    ):
        assert config_id(data, **changes) != before
    first = config_id(data, **catalogue)
    write_lines(data / "catalogue.jsonl", [*CATALOGUE, {"slot": "COUNT", "value": "ten"}])
    assert config_id(data, **catalogue) != first


def test_the_key_moves_with_the_parse_of_a_seed(data):
    before = config_id(data)
    records = seed_records()
    records[0] = {**records[0], "parse": "(SHOP (PLANT (COUNT two ) ) )"}
    write_lines(data / "seeds.jsonl", records)
    assert config_id(data) != before


def test_the_key_moves_with_nothing_else(data, tmp_path):
    before = config_id(data)
    copies = tmp_path / "copies"
    shutil.copytree(data, copies)
    moved = {part: str(copies / f"{part}.jsonl") for part in ("seeds", "validation", "test")}
    assert config_id(data, work_dir="/elsewhere") == before
    assert config_id(data, **moved) == before
    assert config_id(data, seeds=Source(str(data / "seeds.jsonl"))) == before
    assert config_id(data, endpoint=EndpointSettings(concurrency=2)) == before
    spaced = [{**line, "parse": line["parse"].replace(" )", ")")} for line in seed_records()]
    write_lines(data / "seeds.jsonl", [json.dumps(line) for line in spaced])
    assert config_id(data) == before, "white space in a parse says nothing"
