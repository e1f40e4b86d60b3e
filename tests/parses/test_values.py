from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import tokens

from hf_synth.parses.tree import Tree, read_parse
from hf_synth.parses.values import cut_tokens, find_values


def tree(*values):
    return Tree("A", tuple(Tree("B", tuple(value.split())) for value in values))


def missing(text, *values, **settings):
    return [value for _, value in find_values(text, tree(*values), **settings)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("are you coming soon?", ["soon"]),
        ("let's go", ["let"]),
        ("at 7pm", ["7 pm"]),
        ("at 7:30pm", ["7 : 30 pm"]),
        ("HAM please", ["ham"]),
        ("stra\N{LATIN SMALL LETTER SHARP S}e", ["STRASSE"]),
        ("ham, ham and ham", ["ham", "ham", "ham"]),
        ("olives with black olives", ["olives", "black olives"]),
        ("a coca-cola", ["coca-cola", "a"]),
        ("e\u0301clair", ["\u00e9clair"]),
    ],
)
def test_what_stands_in_a_text(text, values):
    assert missing(text, *values) == []


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a hamburger", ["ham"], ["ham"]),
        ("black olives", ["olives", "black olives"], ["olives"]),
        ("a ham pie", ["ham", "ham"], ["ham"]),
        ("the the", ["the the", "the"], ["the"]),
        ("olives black", ["black olives"], ["black olives"]),
        ("कि", ["क"], ["क"]),
        ("", ["x"], ["x"]),
    ],
)
def test_what_does_not(text, values, expected):
    assert missing(text, *values) == expected


def test_values_with_gaps():
    text = "erinnere mich , dass Sams Schule am Montag beginnt"
    assert missing(text, "Sams Schule beginnt", "am Montag") == ["Sams Schule beginnt"]
    assert missing(text, "Sams Schule beginnt", "am Montag", gaps=True) == []
    assert missing(text, "beginnt Sams Schule", gaps=True) == ["beginnt Sams Schule"], "the order counts"
    assert missing("black big olives", "black olives", "black olives", gaps=True) == ["black olives"]
    assert missing("ham black x olives", "ham", "ham x", gaps=True) == ["ham x"], "a word serves one value"
    assert missing("a b a x b", "a b", "a b", gaps=True) == ["a b"], "what stands in one piece needs another piece"


def test_synonyms():
    synonyms = {"two": ["2", "a pair of"]}
    assert missing("2 pies", "Two") == ["Two"]
    assert missing("2 pies", "Two", synonyms=synonyms) == []
    assert missing("a pair of pies", "Two", synonyms=synonyms) == []
    assert missing("2 pies", "Two", "Two", synonyms=synonyms) == ["Two"]


def test_values_are_those_of_leaves():
    parse = read_parse("[IN:A [SL:B [IN:C [SL:D new york ] ] ] [SL:E now ] ]")
    assert find_values("now in paris", parse) == [("SL:D", "new york")]
    assert find_values("anything", read_parse("[IN:GET_TIME ]")) == []


@given(st.lists(tokens, max_size=8))
def test_tokens_are_the_text(words):
    text = " ".join(words)
    cut = cut_tokens(text)
    assert "".join(text[token.start : token.end] for token in cut) == "".join(words)
    assert all(one.end <= other.start for one, other in pairwise(cut))


@given(st.lists(st.lists(tokens, min_size=1, max_size=3), min_size=1, max_size=5))
def test_a_text_of_all_values_holds_them(values):
    """Whatever the order; without a value it lacks one."""
    joined = [" ".join(value) for value in values]
    assert missing(" separator ".join(reversed(joined)), *joined) == []
    assert missing(" separator ".join(joined[1:]), *joined)
