from hf_synth.profiles.vocabulary import compare_odds, compare_vocabulary, find_words

from .beside import made_row


def test_words_without_case_and_marks():
    assert find_words(made_row("Is IT cold, in (Saint-Denis) ?!")) == ["is", "it", "cold", "in", "saint-denis"]
    assert find_words(made_row("क्या बारिश होगी ।")) == ["क्या", "बारिश", "होगी"]
    assert find_words(made_row("?! ...")) == []


def test_new_words_are_those_that_no_human_row_has():
    found = compare_vocabulary(
        [["play", "jazz"]], [["play", "soul", "soul"], ["rain", "jazz"]], ["play", "jazz", "rain"]
    )
    assert found["words"] == {"human": 2, "made": 5}
    assert found["distinct"] == {"human": 2, "made": 4}
    assert found["unseen"] == 0.4
    assert found["new_words"] == {"soul": 2}


def test_what_stands_out_is_used_beyond_chance():
    human, made = [["the", "cat"]] * 50 + [["the", "dog"]], [["the", "dog"]] * 50 + [["the", "cat"]]
    found = compare_vocabulary(human, made, ["the", "cat", "dog"])
    assert [(word["word"], word["made"], word["human"]) for word in found["overused"]] == [("dog", 50, 1)]
    assert [(word["word"], word["made"], word["human"]) for word in found["underused"]] == [("cat", 1, 50)]
    assert compare_odds({"cat": 3, "dog": 2}, {"cat": 2, "dog": 3}) == []


def test_without_human_rows_or_made_rows_nothing_is_new():
    cold = compare_vocabulary([], [["hi"]], [])
    assert (cold["unseen"], cold["new_words"], cold["overused"], cold["underused"]) == (None, {}, [], [])
    assert compare_vocabulary([["hi"]], [], ["hi"])["unseen"] is None


def test_a_single_word_has_no_odds():
    assert compare_odds({"hi": 40}, {"hi": 2}) == []
