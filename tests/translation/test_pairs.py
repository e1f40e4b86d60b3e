import json

import pytest

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.sources import Source
from hf_synth.translation.pairs import plain, read_pairs, split_pairs, typed_pairs

PAIRS = [(f"Sentence {n}.", f"Phrase {n}.") for n in range(20)]


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return Source(str(path))


def test_pairs_are_read_once_and_whole(tmp_path):
    rows = [
        {"en": " Go. ", "fr": "Va !"},
        {"en": "Go.", "fr": "Va !"},
        {"en": "", "fr": "x"},
        {"en": "Go.", "fr": "Pars."},
    ]
    assert read_pairs(write(tmp_path / "p.jsonl", rows), ("en", "fr")) == [("Go.", "Va !"), ("Go.", "Pars.")]


def test_a_missing_language_names_the_columns(tmp_path):
    with pytest.raises(SchemaError, match="expected a text under 'de', got None") as caught:
        read_pairs(write(tmp_path / "p.jsonl", [{"en": "Go.", "fr": "Va !"}]), ("en", "de"))
    assert "en, fr" in caught.value.hint


def test_no_sentence_stands_in_both_parts():
    pairs = [*PAIRS, ("SENTENCE 3", "Autre."), ("Another.", "phrase 3"), ("Third.", "Autre.")]
    for seed in range(5):
        splits = split_pairs(pairs, 8, seed)
        assert len(splits.held_out) == 8
        for side in (0, 1):
            held = {plain(pair[side]) for pair in splits.held_out}
            assert not held & {plain(pair[side]) for pair in splits.train}
    assert split_pairs(pairs, 8, 0) == split_pairs(pairs, 8, 0)
    assert split_pairs(pairs, 8, 0) != split_pairs(pairs, 8, 1)


def test_every_translation_of_a_held_out_sentence_stays_out():
    pairs = [("Go.", "Va !"), ("Go!", "Pars."), ("I said: leave.", "Pars."), ("Stop.", "Halte.")]
    for seed in range(6):
        splits = split_pairs(pairs, 1, seed)
        if plain(splits.held_out[0][0]) == "go":
            assert splits.train == (("Stop.", "Halte."),)


@pytest.mark.parametrize("held_out", [0, 20, 99])
def test_too_many_held_out(held_out):
    with pytest.raises(ConfigError, match=r"held_out must lie in \[1, 19\]"):
        split_pairs(PAIRS, held_out, 0)


def test_some_pairs_are_typed():
    made = typed_pairs(PAIRS * 20, 0.5, seed=0)
    share = sum(one.islower() for one, _ in made) / len(made)
    assert share == pytest.approx(0.5, abs=0.1)
    assert typed_pairs(PAIRS, 0.0, seed=0) == PAIRS
    assert typed_pairs([("!", "?")], 1.0, seed=0) == [("!", "?")]
