"""`hf-synth teach` on a few annotated rows, from the warm start to a teacher that generates."""

import json

import pytest
import yaml
from small import SEEDS

from hf_synth.errors import ConfigError, TeacherError
from hf_synth.generation import Draw, OwedSlot, Prompt, Sampling
from hf_synth.teach_recipe import load_teach_recipe
from hf_synth.teachers.base_model import load_base
from hf_synth.teachers.loading import load_local
from hf_synth.teaching import draw_sentences, teach


@pytest.fixture
def folder(tmp_path):
    lines = [json.dumps({"intent": intent, "utterance": text}) for intent, texts in SEEDS.items() for text in texts]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    recipe = {
        "base": "warm:sentence-transformers/all-MiniLM-L6-v2",
        "new_pieces": 50,
        "data": [{"path": "rows.jsonl"}],
        "pairs": [24],
        "checkpoint_steps": 0,
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return tmp_path


def test_teach_makes_a_teacher_that_follows_the_grammar(folder):
    out = folder / "out"
    result = teach(load_teach_recipe(folder), out)
    assert result["pairs"] == 24
    assert result["steps"] > 0
    draw = Draw(Prompt("<intent> play music </intent>", (OwedSlot(1, ("jazz",)),)))
    for model in (out / "model", *(out / "int8").iterdir()):
        (completion,) = load_local(str(model)).generate([draw], Sampling(max_new_tokens=12))
        assert "[1 jazz ]" in completion
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["result"]["pairs"] == 24


def test_as_many_numbers_of_pairs_as_sources(folder):
    with pytest.raises(ConfigError, match="1 sources but 2 numbers"):
        load_teach_recipe(folder, ["pairs=[1, 2]"])


def test_a_base_that_cannot_be_loaded(folder):
    with pytest.raises(TeacherError, match="cannot load 'no/such-model'"):
        load_base("no/such-model")


def test_sentences_come_first(folder):
    (folder / "plain.jsonl").write_text(
        "\n".join(json.dumps({"en": f"We saw the {n} swans on the northern lake."}) for n in range(20)),
        encoding="utf-8",
    )
    recipe = load_teach_recipe(
        folder, ["sentences={path: plain.jsonl, columns: {utterance: en}}", "sentence_pairs=12", "pairs=[6]"]
    )
    result = teach(recipe, folder / "out")
    assert result["pairs"] == 6
    assert result["sentences"]["pairs"] == 12
    assert result["sentences"]["steps"] > 0


def test_sentence_pairs_need_sentences(folder):
    with pytest.raises(ConfigError, match="sentence_pairs without sentences"):
        load_teach_recipe(folder, ["sentence_pairs=12"])


def test_sentences_need_a_number(folder):
    with pytest.raises(ConfigError, match="sentences without sentence_pairs"):
        load_teach_recipe(folder, ["sentences={path: plain.jsonl}"])


def test_sentences_that_cannot_be_used_leave_no_folder(folder):
    (folder / "plain.jsonl").write_text('{"utterance": "too short"}', encoding="utf-8")
    recipe = load_teach_recipe(folder, ["sentences={path: plain.jsonl}", "sentence_pairs=5"])
    with pytest.raises(ConfigError, match="no sentence of 5 to 14 words"):
        teach(recipe, folder / "out")
    assert not (folder / "out").exists()


def test_sentences_keep_their_language(folder):
    (folder / "plain.jsonl").write_text('{"utterance": "Wir sahen die Schwäne auf dem See."}', encoding="utf-8")
    recipe = load_teach_recipe(folder, ["sentences={path: plain.jsonl, locale: de-DE}", "sentence_pairs=5"])
    assert "German" in draw_sentences(recipe)[0][0]
