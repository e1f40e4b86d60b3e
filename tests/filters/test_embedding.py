import numpy as np

from hf_synth.filters.embedding import EmbeddedTexts, EmbeddingFilter


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
