"""An encoder of two languages, from sentence pairs: what it learns, that it resumes, that students take it."""

import json
import sys

import numpy as np
import pytest
import yaml

from distillation.encoders import PAIRS, save_encoder
from hf_synth.cli import main
from hf_synth.distillation import training
from hf_synth.distillation.training import score_retrieval, teach_encoder
from hf_synth.encoder import embed
from hf_synth.errors import ConfigError, TeacherError
from hf_synth.manifest import read_json
from hf_synth.teach_recipe import load_teach_recipe


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("encoder")
    lines = [json.dumps({"en": one, "fr": other}) for one, other in PAIRS]
    (place / "pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    recipe = {
        "task": "encoder",
        "data": {"path": "pairs.jsonl"},
        "languages": ["en", "fr"],
        "base": save_encoder(place / "base"),
        "new_pieces": 60,
        "held_out": 30,
        "epochs": 20,
        "max_tokens": 256,
        "learning_rate": 0.005,
        "checkpoint_steps": 20,
    }
    (place / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def result(folder):
    return teach_encoder(load_teach_recipe(folder), folder / "out")


def test_it_finds_translations_that_it_has_not_seen(result):
    assert result["pairs"] > 100
    assert result["new_pieces"] > 5
    for way in ("en-fr", "fr-en"):
        assert result["before"][way] < 0.3
        assert result["after"][way] > 0.8


def test_it_still_reads_its_own_language_as_its_teacher_does(folder, result):
    texts = [one for one, _ in PAIRS[:50]]
    likeness = (embed(texts, str(folder / "base")) * embed(texts, str(folder / "out" / "model"))).sum(1)
    assert likeness.mean() > 0.9


def test_a_finished_run_is_read_back(folder, result, monkeypatch):
    monkeypatch.setattr(training, "_train", lambda *arguments: pytest.fail("trained again"))
    assert teach_encoder(load_teach_recipe(folder), folder / "out") == result
    assert read_json(folder / "out" / "manifest.json")["result"] == result


def test_a_killed_run_goes_on(folder, tmp_path, monkeypatch):
    recipe = load_teach_recipe(folder, ["epochs=2"])

    def kill(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training, "score_retrieval", kill)
        with pytest.raises(KeyboardInterrupt):
            teach_encoder(recipe, tmp_path / "out")
    assert (tmp_path / "out" / "checkpoints" / "targets.npy").is_file()
    monkeypatch.setattr(training, "embed", lambda texts, encoder, **more: embed(texts, encoder) if not more else 1 / 0)
    assert teach_encoder(recipe, tmp_path / "out")["pairs"] > 100, "the vectors of the teacher are not computed again"


def test_the_command_line_says_what_was_learnt(folder, result, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["hf-synth", "teach", str(folder), "--out", str(folder / "out")])
    with pytest.raises(SystemExit) as caught:
        main()
    out = capsys.readouterr().out
    assert caught.value.code in (0, None), out
    assert f"en-fr    {result['after']['en-fr']:.1%} of translations found" in out
    assert f"students.encoder={folder / 'out' / 'model'}" in out


def test_students_are_trained_on_it(folder, result):
    from hf_synth.schema import Row, Utterance
    from hf_synth.students import StudentSettings, train_student

    settings = StudentSettings(encoder=str(folder / "out" / "model"), lora_rank=0, epochs=1)
    rows = [Row.human(Utterance(tuple(one.split()), (), one.split()[0])) for one, _ in PAIRS]
    student = train_student(rows, [], sorted({row.utterance.intent for row in rows}), [], settings, None, 0)
    assert len(student.predict([Utterance(("un", "chat"), (), "one", "fr-FR")])) == 1


def test_retrieval_counts_equal_texts_as_right(folder):
    pairs = [("red cat", "red cat"), ("blue dog", "blue dog"), ("two dog", "blue dog")]
    scores = score_retrieval(str(folder / "base"), pairs, ("en", "fr"))
    assert scores["en-fr"] >= 2 / 3 - 1e-4
    assert set(scores) == {"en-fr", "fr-en"}


def test_a_part_of_the_pairs(folder, tmp_path):
    recipe = load_teach_recipe(folder, ["pairs=20", "epochs=1", "new_pieces=0", "checkpoint_steps=0"])
    made = teach_encoder(recipe, tmp_path / "out")
    assert (made["pairs"], made["new_pieces"]) == (20, 0)
    assert np.isfinite(made["loss"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("languages=[en, en]", "languages are two columns"),
        ("plain_share=2", "plain_share must lie in"),
        ("epochs=0", "epochs must be at least 1"),
        ("new_pieces=-1", "new_pieces must be at least 0"),
        ("held_out=0", "held_out must be at least 1"),
        ("epoch=3", "unknown key 'epoch'"),
    ],
)
def test_settings(folder, override, message):
    with pytest.raises(ConfigError, match=message):
        load_teach_recipe(folder, [override])


def test_an_encoder_that_cannot_be_loaded(folder, tmp_path):
    with pytest.raises(TeacherError, match="cannot load 'no/such-model'"):
        teach_encoder(load_teach_recipe(folder, ["base=no/such-model"]), tmp_path / "out")
