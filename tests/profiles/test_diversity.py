import pytest

from hf_synth.errors import MissingExtraError
from hf_synth.profiles import diversity
from hf_synth.profiles.diversity import SAMPLE, WORDS, compare_ngrams, compare_self_bleu

DIFFERENT = [[f"{letter}{place}" for place in range(5)] for letter in "abcdefghij"]


def test_distinct_runs_are_counted_in_samples_of_one_size():
    found = compare_ngrams(DIFFERENT, [["a", "b", "a", "b"]] * 5)
    assert found["1"] == {"sample": 20, "human": 1.0, "made": 0.1}
    assert found["2"] == {"sample": 15, "human": 1.0, "made": round(2 / 15, 6)}
    assert found["3"] == {"sample": 10, "human": 1.0, "made": 0.2}


def test_more_of_the_same_text_does_not_lower_the_share():
    assert compare_ngrams(DIFFERENT[:2], DIFFERENT)["2"] == {"sample": 8, "human": 1.0, "made": 1.0}


def test_rows_too_short_for_a_run():
    assert compare_ngrams([["hi"]], [["hi", "you"]])["2"] == {"sample": 1, "human": None, "made": 1.0}
    assert compare_ngrams([], [])["1"] == {"sample": 0, "human": None, "made": None}


def test_equal_rows_are_wholly_alike_and_different_ones_are_not():
    found = compare_self_bleu(DIFFERENT, [["play", "some", "jazz", "now"]] * 10)
    assert found["rows"] == 10
    assert found["made"] == pytest.approx(1)
    assert found["human"] < 0.05


def test_rows_of_one_word_are_judged_by_it():
    assert compare_self_bleu([["stop"]] * 3, [["go"], ["stop"]])["human"] == pytest.approx(1)


def test_samples_are_equal_and_not_larger_than_the_cap():
    many = [["a", str(number)] for number in range(SAMPLE + 50)]
    assert compare_self_bleu(many, many)["rows"] == SAMPLE
    assert compare_self_bleu(many[:7], many)["rows"] == 7


def test_a_side_with_fewer_than_two_rows_has_none():
    assert compare_self_bleu([["hi", "you"]], DIFFERENT)["human"] is None
    assert compare_self_bleu([["hi"]], [[], ["you"]]) is None


def test_without_nltk_the_pip_line_is_given(monkeypatch):
    def missing(extra, *modules):
        raise MissingExtraError("this needs nltk", hint=f'Run: pip install "hf-synth[{extra}]"')

    monkeypatch.setattr(diversity, "require_extra", missing)
    with pytest.raises(MissingExtraError) as caught:
        compare_self_bleu(DIFFERENT, DIFFERENT)
    assert caught.value.hint == 'Run: pip install "hf-synth[synonyms]"'


def test_of_long_rows_the_beginning_counts():
    start = [str(number) for number in range(WORDS)]
    assert compare_self_bleu([start + ["a"] * 5000, start + ["b"] * 5000], [])["human"] == pytest.approx(1)
