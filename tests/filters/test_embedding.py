from functools import cache

import numpy as np

from hf_synth.filters import embedding
from hf_synth.filters.embedding import EmbeddedTexts, EmbeddingFilter, embed_once


def count_letters(texts, asked):
    asked.append(list(texts))
    return np.array([[len(text), 1] for text in texts])


def test_each_text_is_embedded_once_and_in_order():
    asked = []
    filter_ = EmbeddingFilter(embed=lambda texts: count_letters(texts, asked))
    known = filter_.embed_distinct(["bb", "a", "bb"])
    assert known.texts == ("a", "bb")
    assert filter_.find_vectors(["ccc", "bb", "ccc", "a"], known)[:, 0].tolist() == [3, 2, 3, 1]
    assert filter_.find_vectors(["bb", "a"], known)[:, 0].tolist() == [2, 1]
    assert filter_.find_vectors(["dddd"]).dtype == np.float32
    assert asked == [["a", "bb"], ["ccc"], ["dddd"]]


def test_no_texts():
    filter_ = EmbeddingFilter(embed=lambda texts: 1 / 0)
    assert filter_.find_vectors([]).shape == (0, 0)
    assert filter_.embed_distinct([]) == EmbeddedTexts((), np.zeros((0, 0), dtype=np.float32))
    assert len(filter_.find_vectors([], filter_.embed_distinct([]))) == 0


def test_the_encoder_is_asked_once_for_a_text(monkeypatch):
    asked = []

    def embed(texts, encoder, bf16=False):
        asked.append((list(texts), encoder, bf16))
        return count_letters(texts, []).astype(np.float32) if texts else np.zeros((0, 0), dtype=np.float32)

    monkeypatch.setattr(embedding, "embed", embed)
    monkeypatch.setattr(embedding, "_memory", cache(lambda encoder, bf16: {}))
    assert embed_once(["bb", "a", "bb"])[:, 0].tolist() == [2, 1, 2]
    assert embed_once(["a", "ccc"])[:, 0].tolist() == [1, 3]
    embed_once(["a"], "other")
    embed_once(["a"], bf16=True)
    assert [texts for texts, *_ in asked] == [["bb", "a"], ["ccc"], ["a"], ["a"]]
    monkeypatch.setattr(embedding, "_REMEMBERED", 3)
    assert embed_once(["a", "dddd"])[:, 0].tolist() == [1, 4], "too many: only these are remembered"
    assert embed_once(["bb", "a", "dddd"])[:, 0].tolist() == [2, 1, 4]
    assert [texts for texts, *_ in asked[4:]] == [["dddd"], ["bb"]]
    assert embed_once(list("wxyz"))[:, 0].tolist() == [1] * 4
    assert embed_once([]).shape == (0, 0)
