import random

import numpy as np
import pytest
from datasets import Dataset

from hf_synth.encoder import embed
from hf_synth.errors import ConfigError
from hf_synth.filters import semantic
from hf_synth.filters.semantic import SemanticDeduplication


def at(*degrees):
    """An embedding by angle: `at(0, 20)` gives two texts, "0" and "20", that many degrees apart."""
    return [str(angle) for angle in degrees]


def by_angle(texts):
    angles = np.radians([float(text) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def judge(texts, reference=(), **settings):
    return SemanticDeduplication(embed=by_angle, **settings).judge_texts(texts, reference)


def kept(texts, reference=(), **settings):
    return [text for text, verdict in zip(texts, judge(texts, reference, **settings), strict=True) if verdict.keep]


def test_the_first_of_a_pair_stays():
    assert kept(at(0, 10, 90, 5)) == at(0, 90)
    assert kept(at(10, 0)) == at(10)


def test_only_what_stays_drops_others():
    """20 is near 10, but 10 has gone because of 0; 20 is not near 0."""
    assert kept(at(0, 10, 20)) == at(0, 20)


def test_reference_rows_stay_and_drop():
    verdicts = judge(at(5, 50), at(0, 170))
    assert [verdict.reason for verdict in verdicts] == ["semantic_duplicate", ""]
    assert verdicts[0].detail == "says the same as '0'"
    assert verdicts[0].score == pytest.approx(np.cos(np.radians(5)), abs=1e-6)


@pytest.mark.parametrize(("threshold", "other"), [(0.6, 0.8), (0.95, np.sqrt(1 - 0.95**2))])
def test_the_threshold_itself_stays(threshold, other):
    """In float32, 0.6 is 0.60000002."""
    above = threshold + 2e-6
    vectors = {"a": (1, 0), "exact": (threshold, other), "above": (above, -np.sqrt(1 - above**2))}
    filter_ = SemanticDeduplication(threshold, embed=lambda texts: np.array([vectors[text] for text in texts]))
    assert [verdict.keep for verdict in filter_.judge_texts(["a", "exact", "above"], [])] == [True, True, False]


def test_the_same_text_twice():
    verdicts = judge(at(3, 3, 3), threshold=0.999)
    assert [verdict.score for verdict in verdicts] == [None, 1.0, 1.0]


def test_the_nearest_that_stays_is_named():
    assert judge(at(0, 30, 17), threshold=0.9)[2].detail == "says the same as '30'"


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.95])
@pytest.mark.parametrize(("size", "spread"), [(16, 0.25), (200, 0.23)])
def test_block_size_changes_nothing_and_the_search_is_exact(threshold, size, spread):
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(40, size))[draw.integers(40, size=1500)] + spread * draw.normal(size=(1500, size))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [str(n) for n in range(1500)]

    def run(block):
        filter_ = SemanticDeduplication(threshold, embed=lambda t: vectors[[int(n) for n in t]], block=block)
        return filter_.judge_texts(texts[100:], texts[:100])

    exact = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    stay = [*range(100)]
    for index in range(100, 1500):
        if exact[index, stay].max().round(6) <= threshold:
            stay.append(index)
    verdicts = run(1024)
    assert [n for n in range(100, 1500) if verdicts[n - 100].keep] == stay[100:]
    assert 0 < len(stay) - 100 < 1400
    assert run(1) == run(7) == run(333) == verdicts


@pytest.mark.parametrize("block", [1, 7, 1024])
def test_known_vectors_alone(block):
    vectors = np.random.default_rng(1).normal(size=(300, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    exact = vectors[50:].astype(np.float64) @ vectors[:50].astype(np.float64).T
    found = SemanticDeduplication(0.98, block=block).find_neighbours(vectors, 50, among=False)
    nearest = zip(exact.max(axis=1).round(6), exact.argmax(axis=1), strict=True)
    assert found == [(cosine, place) if cosine > 0.98 else None for cosine, place in nearest]
    assert 0 < found.count(None) < 250


def test_nothing_to_judge():
    assert SemanticDeduplication().judge_texts([], []) == []
    assert judge([], at(1)) == []


def test_on_a_dataset_with_the_default_encoder():
    texts = ["Will it rain in Paris today?", "play some jazz", "will it rain in paris today", "Play some JAZZ"]
    data, reference = Dataset.from_dict({"text": texts}), Dataset.from_dict({"text": ["could you play some jazz"]})
    assert SemanticDeduplication(0.95)(data)["text"] == texts[:2]
    assert SemanticDeduplication(0.8)(data, reference)["text"] == texts[:1]


def utterances():
    """Utterances of which some pairs are just below and some just above a cosine of 0.95."""
    times = (
        "today",
        "tonight",
        "tomorrow",
        "this morning",
        "this evening",
        "at noon",
        "now",
        "on monday",
        "next week",
    )
    asked = ("will it rain in {} {}", "is it going to rain in {} {}", "tell me if it rains in {} {}")
    texts = [text.format(city, when) for city in ("paris", "oslo", "london") for when in times for text in asked]
    random.Random(0).shuffle(texts)
    return texts


def test_bf16_gives_the_verdicts_of_float32(monkeypatch):
    texts = utterances()
    exact = SemanticDeduplication(embed=embed).judge_texts(texts, [])
    assert 0 < sum(verdict.keep for verdict in exact) < len(texts)
    again = []

    def embed_and_note(texts, *arguments, bf16=False):
        if not bf16:
            again.extend(texts)
        return embed(texts, *arguments, bf16=bf16)

    monkeypatch.setattr(semantic, "supports_bf16", lambda: True)
    monkeypatch.setattr(semantic, "embed_once", embed_and_note)
    for block in (1, 7, 1024):
        again.clear()
        rough = SemanticDeduplication(block=block).judge_texts(texts, [])
        assert [verdict.keep for verdict in rough] == [verdict.keep for verdict in exact]
        assert 0 < len(again) < len(texts)


def test_rough_vectors_do_not_decide_close_to_the_threshold(monkeypatch):
    """Rough vectors say 0.9515 for the pair that is 0.9495, and the other way round."""

    def embed_roughly(texts, *_, bf16=False):
        cosines = {"root": 1.0, "below": 0.9515 if bf16 else 0.9495, "above": 0.9485 if bf16 else 0.9505, "far": 0.946}
        signs = {"root": 1, "below": 1, "above": -1, "far": 1}
        return np.array([[cosines[t], signs[t] * np.sqrt(1 - cosines[t] ** 2)] for t in texts], dtype=np.float32)

    monkeypatch.setattr(semantic, "supports_bf16", lambda: True)
    monkeypatch.setattr(semantic, "embed_once", embed_roughly)
    assert [v.keep for v in SemanticDeduplication().judge_texts(["root", "below", "above"], [])] == [True, True, False]
    assert SemanticDeduplication().judge_texts(["far"], ["root"])[0].keep


@pytest.mark.parametrize("bf16", [False, True])
def test_the_order_of_the_others_and_the_batch_change_no_verdict(monkeypatch, bf16):
    """A text is judged the same beside texts of other lengths, and in a batch of its own."""
    monkeypatch.setattr(semantic, "supports_bf16", lambda: bf16)
    texts, reference = utterances()[:40], utterances()[40:]
    verdicts = SemanticDeduplication().judge_texts(texts, reference)
    assert SemanticDeduplication().judge_texts(texts, reference[::-1]) == verdicts
    monkeypatch.setattr(semantic, "embed_once", lambda *args, **how: embed(*args, batch_tokens=1, **how))
    again = SemanticDeduplication().judge_texts(texts, reference)
    assert [verdict.keep for verdict in again] == [verdict.keep for verdict in verdicts]


@pytest.mark.parametrize("settings", [{"threshold": 0}, {"threshold": 1.1}, {"block": 0}])
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="semantic filter"):
        SemanticDeduplication(**settings)
