"""Back-translation with the models that come with the package."""

import subprocess
import sys
from pathlib import Path

import pytest

from hf_synth.errors import ConfigError, MissingExtraError, TeacherError
from hf_synth.transforms import marian
from hf_synth.transforms.back_translation import BackTranslation
from hf_synth.transforms.marian import is_repetitive
from hf_synth.translation import engines
from hf_synth.translation.models import hash_model, shipped_pairs, shipped_pivots

TEXTS = [
    "what a lovely day it is", "where did you put my keys", "he does not want to go to school",
    "i am very tired today",
    "can you tell me the way to the station", "she bought a new car last week", "we have to leave now",
    "do you like this book", "they were playing in the garden", "it is raining again",
]  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return BackTranslation(refused="keep")({"text": TEXTS})


def test_most_texts_come_back_in_other_words(made):
    changed = [text for text, reason in zip(made["text"], made["reject"], strict=True) if not reason]
    assert len(changed) >= 4
    assert all(text == text.lower() for text in changed), "the style of the source stays"
    assert not set(changed) & set(TEXTS)
    assert set(made["reject"]) <= {"", "unchanged", "repetition"}


def test_they_are_about_the_same_thing(made):
    words = [set(source.split()) & set(text.split()) for source, text in zip(TEXTS, made["text"], strict=True)]
    assert sum(map(len, words)) > 2 * len(TEXTS), "a translation that has lost its source shares no words with it"


def test_provenance(made):
    row = made["reject"].index("")
    assert made["method"][row] == "back_translation@1"
    assert made["teacher"][row].startswith("marian-mini-en-*@")


def test_other_weights_move_the_cache_key(tmp_path):
    for way in ("en-fr", "fr-en"):
        (tmp_path / way).mkdir()
        (tmp_path / way / "model.safetensors").write_bytes(way.encode())
    models = f"{tmp_path}/{{source}}-{{target}}"
    before = BackTranslation(models=models, pivots=("fr",)).cache_key()
    assert BackTranslation(models=models, pivots=("fr",)).cache_key() == before
    (tmp_path / "fr-en" / "model.safetensors").write_bytes(b"trained on")
    hash_model.cache_clear()
    assert BackTranslation(models=models, pivots=("fr",)).cache_key() != before


def test_several_ways_back():
    several = BackTranslation(copies=3, num_beams=4, num_return_sequences=4)({"text": TEXTS})
    assert len(several["text"]) > len(TEXTS)
    assert len(set(several["text"])) == len(several["text"])


def test_drawn_translations():
    drawn = BackTranslation(temperature=1.0, num_return_sequences=3, copies=3)
    together = drawn({"text": TEXTS})["text"]
    alone = [text for source in TEXTS for text in drawn({"text": [source]})["text"]]
    assert together == alone


@pytest.fixture
def answers(monkeypatch):
    """Stand in for the models: every text gets the same translations."""

    def say(*texts):
        answer = type("Parrot", (), {"translate": lambda self, given, decoding: [list(texts) for _ in given]})()
        monkeypatch.setattr(marian, "load_once", lambda *arguments: answer)
        return BackTranslation(refused="keep")({"text": ["the cat sat on the mat"]})

    return say


def test_a_model_that_goes_round_in_circles_is_not_believed(answers):
    assert answers("the mat of the mat of the mat of the mat")["reject"] == ["repetition"]
    assert answers("nononono")["reject"] == ["repetition"]
    assert answers()["reject"] == ["no_translation"]
    assert answers("the cat sat on the mat")["reject"] == ["unchanged"]
    made = answers("a cat was sitting there")
    assert (made["reject"], made["text"]) == ([""], ["a cat was sitting there"])


def test_a_row_that_repeats_itself_may_stay_so():
    assert is_repetitive("row row row row your boat")
    assert not is_repetitive("the very, very best of the best of 1000 songs")


def test_slots_are_refused_or_verified():
    rows = {
        "tokens": [text.split() for text in ("what time is it in boston now", "we live in boston")],
        "slot_tags": [["O", "O", "O", "O", "O", "B-city", "O"], ["O", "O", "O", "B-city"]],
    }
    refused = BackTranslation(refused="keep")(rows)
    assert refused["reject"] == ["has_slots"] * 2
    verified = BackTranslation(spans="verify", refused="keep", copies=3, num_beams=4, num_return_sequences=4)(rows)
    for tokens, tags in zip(verified["tokens"], verified["slot_tags"], strict=True):
        assert [token for token, tag in zip(tokens, tags, strict=True) if tag == "B-city"] == ["boston"]


def test_values_are_protected(monkeypatch):
    rows = {
        "tokens": [["play", "zzyzx", "road", "by", "fleurine"]],
        "slot_tags": [["O", "B-song", "I-song", "O", "B-artist"]],
    }
    seen = []

    class Swap:
        def translate(self, texts, decoding):
            seen.extend(texts)
            return [["by mary, play tom"] for _ in texts]

    monkeypatch.setattr(marian, "load_once", lambda *arguments: Swap())
    made = BackTranslation(spans="protect")(rows)
    assert seen[0] == "play tom by mary"
    assert made["tokens"] == [["by", "fleurine", "play", "zzyzx", "road"]]
    assert made["slot_tags"] == [["O", "B-artist", "O", "B-song", "I-song"]]


def test_a_row_of_another_language_is_refused():
    made = BackTranslation(refused="keep")({"text": ["wie spät ist es"], "locale": ["de-DE"]})
    assert made["reject"] == ["other_language"]


def test_shipped_models():
    assert ("en", "fr") in shipped_pairs()
    assert "fr" in shipped_pivots("en")
    assert shipped_pivots("xx") == ()
    assert BackTranslation().pivots == shipped_pivots("en")
    assert BackTranslation(models="Helsinki-NLP/opus-mt-{source}-{target}").pivots == ("fr", "de", "zh")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pivots": ("en",)}, "pivots are other languages than 'en'"),
        ({"engine": "ct2"}, "engine is one of auto, ctranslate2, transformers"),
        ({"compute_type": "int7"}, "compute_type is one of"),
        ({"engine": "transformers", "compute_type": "int8"}, "transformers computes in float32 or bfloat16"),
        ({"num_return_sequences": 3}, "3 translations of each text need as many beams, got 1"),
        ({"engine": "ctranslate2", "temperature": 1.0}, "draws by batch"),
        ({"num_beams": 2, "temperature": 1.0}, "not both"),
        ({"num_beams": 0}, "beams must be at least 1"),
        ({"spans": "guess"}, "spans is one of refuse, verify"),
    ],
)
def test_settings(settings, message):
    with pytest.raises(ConfigError, match=message):
        BackTranslation(**settings)


def test_a_pair_that_is_not_there():
    with pytest.raises(TeacherError, match="cannot load the translation model 'marian-mini-en-sw'") as caught:
        BackTranslation(pivots=("sw",))({"text": TEXTS})
    assert "en-fr" in caught.value.hint


def test_a_folder_that_is_not_marian():
    teacher = Path(engines.__file__).parent.parent / "assets" / "linguist-mini"
    with pytest.raises(TeacherError, match="is a bart model, expected Marian"):
        BackTranslation(models=str(teacher), pivots=("fr",))({"text": TEXTS})


def test_an_engine_that_is_not_installed(monkeypatch):
    missing = engines.importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name == "ctranslate2" else missing(name, *rest)
    )
    assert engines.choose_engine("auto", "auto") == ("transformers", "float32")
    with pytest.raises(MissingExtraError, match="ctranslate2") as caught:
        engines.load_translator("marian-mini-en-fr", "ctranslate2")
    assert 'pip install "hf-synth[translation]"' in caught.value.hint


DEADLOCK = """
import torch
torch.set_num_threads(4)
torch.nn.Linear(512, 512)(torch.randn(4096, 512)).sum()   # the parent's threads are running now
from datasets import Dataset
from hf_synth import BackTranslation
rows = Dataset.from_dict({"text": ["it is raining again", "we have to leave now"] * 4})
made = rows.map(
    BackTranslation(engine="%s", refused="keep"), batched=True, batch_size=2, num_proc=2, remove_columns=["text"]
)
assert len(made) == 8
"""


@pytest.mark.parametrize("engine", ["transformers", "ctranslate2"])
def test_workers_do_not_wait_for_threads_of_their_parent(engine):
    subprocess.run([sys.executable, "-c", DEADLOCK % engine], check=True, timeout=120)
