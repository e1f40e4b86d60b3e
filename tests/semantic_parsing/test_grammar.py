from collections import Counter

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from orders import SCHEMA
from tiny import bart, byte_pairs, unigrams, word_pieces

from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import ROUND, SQUARE, ParseError, read_parse
from hf_synth.semantic_parsing import Parser, ParserSettings
from hf_synth.semantic_parsing.grammar import InputGrammar, least_fill
from hf_synth.semantic_parsing.words import split_words
from hf_synth.teachers.label_tokens import LabelTokens, add_label_tokens

MAKERS = {"word_pieces": word_pieces, "unigrams": unigrams, "byte_pairs": byte_pairs}
TEXTS = ["two big Pizzas with Red Onions, no ham", "at 7pm? (x) [y] ☃ soon", "☃", "))", "hi", "]", "a a a"]


@st.composite
def schemas(draw):
    """Schemas in which every root can be filled: a label may hold those before it, and the first holds words."""
    brackets = draw(st.sampled_from([ROUND, SQUARE]))
    names = draw(st.lists(st.sampled_from(["A", "B", "C", "IN:A", "IN:B", "SL:C", "SL:D"]), min_size=1, unique=True))
    below = {name: tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=3))) for name in names}
    worded = {names[0], *draw(st.lists(st.sampled_from(names)))}
    fillable = [name for name in names if name in worded or name.startswith("IN:")]
    return ParseSchema(tuple(draw(st.lists(st.sampled_from(fillable), min_size=1, unique=True))), below,
                       tuple(sorted(worded)), brackets)  # fmt: skip


def make_parser(make, schema, values=None, **settings):
    tokenizer = make()
    model = bart(tokenizer, settings.pop("seed", 0))
    add_label_tokens(model, tokenizer, schema)
    torch.nn.init.normal_(model.get_input_embeddings().weight, std=0.7)
    return Parser(model, tokenizer, ParserSettings(**settings), schema, values)


def check(parser, parses, texts=TEXTS, copied=False):
    for text, parse in zip(texts, parses, strict=True):
        tree = read_parse(parse, parser.schema.brackets)
        assert parser.schema.find_problem(tree) == ""
        if copied:
            words = [part for node in tree.walk() for word in node.words for part in split_words(word).split()]
            assert not Counter(words) - Counter(split_words(text).split())


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("copy", [True, False])
@given(schema=schemas(), seed=st.integers(0, 99), beams=st.sampled_from([1, 1, 3]), longest=st.integers(8, 30))
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_the_model_says_it_is_a_parse(make, copy, schema, seed, beams, longest):
    parser = make_parser(MAKERS[make], schema, seed=seed, num_beams=beams, max_new_tokens=longest, copy=copy)
    check(parser, parser.predict(TEXTS))


@pytest.mark.parametrize("make", MAKERS)
def test_words_are_those_of_the_input(make):
    texts = [text for text in TEXTS if text not in ("))", "]")]
    for seed in range(4):
        parser = make_parser(MAKERS[make], SCHEMA, seed=seed, max_new_tokens=40)
        parses = parser.predict(texts)
        if make != "word_pieces":  # it does not know ☃ and other signs, which it may then mistake for one another
            check(parser, parses, texts, copied=True)
        assert len(set(parses)) > 1


@pytest.mark.parametrize("make", MAKERS)
def test_slots_hold_known_values(make):
    values = {"FLOWER": ("ferns", "Red Roses", "tulips"), "NUMBER": ("two", "a"), "EXTRA": ()}
    texts = ["two big bunches of Red Roses, no ferns", "a a red ferns", "hi"]
    found = set()
    for seed in range(6):
        parser = make_parser(MAKERS[make], SCHEMA, values, seed=seed, max_new_tokens=40)
        for text, parse in zip(texts, parser.predict(texts), strict=True):
            assert SCHEMA.find_problem(read_parse(parse)) == ""
            held = {(leaf.label, leaf.value) for leaf in read_parse(parse).leaves() if leaf.label in values}
            if text == "hi":  # it has no value, so its words are free again for the labels that need one
                continue
            assert {(label, value.casefold()) for label, value in held} <= {
                ("FLOWER", "ferns"), ("FLOWER", "red roses"), ("NUMBER", "two"), ("NUMBER", "a")}  # fmt: skip
            found |= held
    assert len(found) >= 3


def test_without_constraint_a_random_model_writes_no_parse():
    parser = make_parser(word_pieces, SCHEMA, max_new_tokens=20)
    with pytest.raises(ParseError):
        check(parser, [parser.predict(["two ferns"], constrained=False)[0] or "nothing"], ["two ferns"])


LABELS = LabelTokens({"A": 10, "B": 11, "IN:C": 12}, 9)
SMALL = ParseSchema(("A",), {"A": ("B", "IN:C"), "B": (), "IN:C": ("B",)}, ("B",))
ENDED = 2


def allowed(tokens, words=None, longest=20):
    mode, found = InputGrammar(SMALL, LABELS, [], ENDED, longest, words).allow(tuple(tokens))
    return mode, sorted(found)


def test_step_by_step():
    words = {(5,): 1, (5, 6): 1}
    assert allowed([], words) == (0, [10])
    assert allowed([10], words) == (0, [11, 12])
    assert allowed([10, 11], words) == (0, [5])
    assert allowed([10, 11, 5], words) == (0, [5, 6, 9])
    assert allowed([10, 11, 5, 5], words) == (0, [6])  # `5` was written, and `5 6` is left
    assert allowed([10, 11, 5, 5, 6], words) == (0, [9])
    assert allowed([10, 11, 5, 5, 6, 9], words) == (0, [9, 12])  # no word is left for B
    assert allowed([10, 12, 9, 9], words) == (0, [ENDED])


def test_what_is_forbidden_comes_to_nothing():
    assert allowed([10, 11, 7], {(5,): 1}) == (0, [ENDED])


def test_free_words():
    assert allowed([10, 11]) == (1, [])
    assert allowed([10, 11, 5]) == (2, [9])


def test_everything_is_closed_in_time():
    assert allowed([10], longest=5) == (0, [12])  # the end would come too late
    assert allowed([10], longest=6) == (0, [11, 12])
    assert allowed([10, 11, 5], longest=6) == (0, [9])


def test_least_fill():
    assert least_fill(SMALL, 2) == {"A": 3, "B": 3, "IN:C": 1}
    assert least_fill(SMALL, float("inf"))["B"] == float("inf")
