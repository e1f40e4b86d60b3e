"""A recipe whose teacher writes texts of classes, from seeds to report, card and dataset, over HTTP."""

import json
import re

import pytest
import yaml
from classes import CLASSES, held_out_records, seed_records, write_badly
from datasets import load_dataset
from endpoint_server import EndpointServer, answer
from small import snapshot, write_lines

from hf_synth.errors import ConfigError, TeacherError
from hf_synth.experiment import Run
from hf_synth.forecast import forecast, tell_forecast
from hf_synth.recipe import load_recipe


@pytest.fixture(scope="module")
def server():
    def content(text, seed, number):
        return write_badly(text, seed, number)

    with EndpointServer(lambda request, *_: answer(request, content=content)) as server:
        yield server


def write_recipe(folder, server, **changes):
    folder.mkdir(parents=True)
    write_lines(folder / "train.jsonl", seed_records())
    for part in ("validation", "test"):
        write_lines(folder / f"{part}.jsonl", held_out_records(part))
    settings = {
        "name": "messages",
        "data": {part: {"path": f"{part}.jsonl"} for part in ("train", "validation", "test")},
        "teacher": {"name": f"{server.url}#m"},
        "classes": {name: meaning for name, meaning in CLASSES.items() if meaning},
        "classification": {"rows_per_class": 4, "texts_per_prompt": 4, "max_completions": 20},
        "arms": ["real_only", "upsampled", "classification"],
        "baselines": ["upsampled"],
        "students": {"epochs": 1, "lora_rank": 0},
        **changes,
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return load_recipe(folder)


def test_from_seeds_to_report(tmp_path, server):
    recipe, out = write_recipe(tmp_path / "messages", server), tmp_path / "out"
    made = forecast(recipe, out)
    assert (made.rows, made.draws) == (12, (3, 60))
    assert "classifier" in tell_forecast(made, recipe)
    server.requests.clear()
    report = Run(recipe, out).report()
    asked = [body["messages"][0]["content"] for body, _, _ in server.requests]
    assert made.least.requests <= len(asked) <= made.most.requests
    assert report["metric"] == "intent_accuracy"
    assert set(report["arms"]) == {"real_only", "upsampled", "classification"}
    assert report["arms"]["classification"]["train_rows"] == report["arms"]["upsampled"]["train_rows"] == 18
    assert report["generation"]["requests"] == len(asked)

    data = load_dataset(str(out / "dataset"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in data.items()} == {"train": 18, "validation": 3, "test": 3}
    assert data["train"].features["label"].names == sorted(CLASSES)
    assert set(data["test"]["origin"]) == set(data["validation"]["origin"]) == {0}
    assert set(data["train"]["method"]) == {"", "classification@1"}
    held_out = {record["text"] for part in ("validation", "test") for record in held_out_records(part)}
    assert not any(text in prompt for text in held_out for prompt in asked)

    card = (out / "dataset" / "README.md").read_text(encoding="utf-8")
    front = yaml.safe_load(card.split("---\n")[1])
    assert front["task_categories"] == ["text-classification"]
    for told in ("Texts with a class", "`classification@1` (12 rows)", "the customer wants money back", "`m:chat`"):
        assert told in card
    assert "adds the texts that the teacher wrote" in card
    assert re.search(r"Students trained on this dataset .* `classification` against `upsampled`", card)

    # A second run reads everything back and asks for nothing.
    before, count = snapshot(out / "dataset"), len(server.requests)
    (out / "students").rename(tmp_path / "gone")
    again = Run(recipe, out).report()
    assert len(server.requests) == count
    assert snapshot(out / "dataset") == before
    assert {k: v for k, v in again["arms"].items()} == report["arms"]


def test_few_rows_of_each_class(tmp_path, server):
    recipe = write_recipe(
        tmp_path / "messages",
        server,
        low_resource={"per_intent": 2, "draws": 2},
        data={
            "train": {"path": "train.jsonl", "without_intents": ["refund"]},
            "test": {"path": "test.jsonl", "without_intents": ["refund"]},
        },
        classes={},
    )
    built = Run(recipe, tmp_path / "out").build()
    assert [len(each.train) for each in built] == [4 + 8, 4 + 8]
    prompts = [
        json.loads((tmp_path / "out" / "cells" / f"draw-{n}" / "dataset" / "manifest.json").read_text())["prompt"]
        for n in (0, 1)
    ]
    assert prompts[0] != prompts[1], "draws differ in seeds"


def test_bad_settings(tmp_path, server):
    with pytest.raises(ConfigError, match="class 'refnd' is described, but is that of no seed"):
        Run(write_recipe(tmp_path / "a", server, classes={"refnd": "money"}), tmp_path / "out").build()
    with pytest.raises(TeacherError, match="was taught"):
        Run(write_recipe(tmp_path / "b", server, teacher={"name": "linguist-mini"}), tmp_path / "out")
