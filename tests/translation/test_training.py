"""Small Marian models from nothing: the form on disk, both engines, and a recipe that resumes."""

import json

import pytest
import yaml

from hf_synth.errors import ConfigError
from hf_synth.teach_recipe import load_teach_recipe
from hf_synth.translation import engines
from hf_synth.translation.engines import Decoding, load_translator
from hf_synth.translation.training import TranslationRecipe, teach_translation

WORDS = {"one": "un", "two": "deux", "red": "rouge", "blue": "bleu", "cat": "chat", "dog": "chien", "bird": "oiseau"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("marian")
    names = list(WORDS)
    pairs = [(f"{a} {b} {c}.", f"{WORDS[a]} {WORDS[c]} {WORDS[b]}.") for a in names for b in names for c in names]
    lines = [json.dumps({"en": one, "fr": other}) for one, other in pairs]
    (place / "pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    recipe = {
        "task": "translation",
        "data": {"path": "pairs.jsonl"},
        "languages": ["en", "fr"],
        "held_out": 30,
        "epochs": 40,
        "max_tokens": 400,
        "learning_rate": 0.001,
        "shape": {"pieces": 60, "width": 64, "heads": 2, "encoder_layers": 2, "feed_forward": 128},
    }
    (place / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def result(folder):
    return teach_translation(load_teach_recipe(folder), folder / "out")


def test_it_learns_to_translate(result):
    assert set(result) == {"en-fr", "fr-en"}
    for scores in result.values():
        assert scores["held_out"] == 30
        assert scores["bleu"] > 60, "a vocabulary of seven words should be learnt"
        assert scores["chrf"] > scores["bleu"] / 2
        assert scores["parameters"] < 200_000


def test_both_engines_say_the_same_on_every_form(folder, result, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_SYNTH_CACHE", str(tmp_path))
    texts = ["one red cat.", "two blue dog.", "bird one two.", "red red red."] * 3
    for decoding in (Decoding(), Decoding(beams=4, returned=2), Decoding(batch_tokens=1)):
        plain = load_translator(str(folder / "out" / "en-fr"), "transformers", "float32").translate(texts, decoding)
        fast = load_translator(str(folder / "out" / "en-fr"), "ctranslate2", "float32").translate(texts, decoding)
        # Further hypotheses may differ: the engines end a beam search by different rules.
        assert [found[0] for found in plain] == [found[0] for found in fast]
        assert all(len(found) == decoding.returned for found in plain)
    small = load_translator(str(folder / "out" / "int8" / "en-fr"), "ctranslate2", "int8").translate(texts, Decoding())
    right = [["un chat rouge."], ["deux chien bleu."]]
    assert sum(one == other for one, other in zip(small[:2], right, strict=True)) >= 1


def test_the_form_on_disk_is_that_of_opus_mt(folder, result):
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, MarianMTModel, MarianTokenizer

    place = folder / "out" / "en-fr"
    names = {
        "config.json",
        "generation_config.json",
        "source.spm",
        "target.spm",
        "vocab.json",
        "tokenizer_config.json",
    }
    assert names <= {file.name for file in place.iterdir()}
    assert isinstance(AutoModelForSeq2SeqLM.from_pretrained(place), MarianMTModel)
    tokenizer = AutoTokenizer.from_pretrained(place)
    assert isinstance(tokenizer, MarianTokenizer)
    model = AutoModelForSeq2SeqLM.from_pretrained(place)
    assert model.get_input_embeddings().weight[tokenizer.pad_token_id].abs().max() == 0


def test_drawn_translations_depend_on_the_text_alone(folder, result):
    translator = load_translator(str(folder / "out" / "en-fr"), "transformers", "float32")
    texts = [f"{a} {b} cat." for a in WORDS for b in WORDS]
    together = translator.translate(texts, Decoding(returned=2, temperature=2.0))
    alone = [translator.translate([text], Decoding(returned=2, temperature=2.0))[0] for text in texts[:9]]
    assert together[:9] == alone
    assert together != translator.translate(texts, Decoding(returned=2, temperature=2.0, seed=1))
    assert any(len(set(found)) == 2 for found in together)


def test_a_translation_that_runs_on_is_left_out(folder, result, monkeypatch):
    monkeypatch.setattr(engines, "SLACK", -8)  # as if every translation were longer than it may be
    for engine in ("transformers", "ctranslate2"):
        translator = load_translator(str(folder / "out" / "en-fr"), engine, "float32")
        assert translator.translate(["one red cat.", "two blue dog."], Decoding(beams=2, returned=2)) == [[], []]


def test_texts_that_are_too_long_have_no_translation(folder, result):
    translator = load_translator(str(folder / "out" / "en-fr"), "transformers", "float32")
    assert translator.translate(["cat " * 500, "one red cat."], Decoding())[0] == []
    assert translator.translate([], Decoding()) == []


def test_a_finished_run_is_read_back(folder, result):
    weights = folder / "out" / "en-fr" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    assert teach_translation(load_teach_recipe(folder), folder / "out") == result
    assert weights.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("languages=[en, en]", "languages are two columns"),
        ("directions=[en-de]", "no direction 'en-de'"),
        ("plain_share=2", "plain_share must lie in"),
        ("epochs=0", "epochs must be at least 1"),
        ("shape.width=65", "width 65 is no multiple of heads 2"),
        ("epoch=3", "unknown key 'epoch'"),
    ],
)
def test_settings(folder, override, message):
    with pytest.raises(ConfigError, match=message):
        load_teach_recipe(folder, [override])


def test_the_task_decides_what_is_read(folder):
    assert isinstance(load_teach_recipe(folder), TranslationRecipe)
    with pytest.raises(ConfigError, match=r"task is one of linguist, translation, .*, got 'translate'"):
        load_teach_recipe(folder, ["task=translate"])
