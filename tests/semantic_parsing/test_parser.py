import dataclasses

import pytest
from orders import ORDERS, SCHEMA

from hf_synth.errors import ConfigError, HfSynthError
from hf_synth.parses.tree import read_parse
from hf_synth.semantic_parsing import Parser

TEXTS = [text for text, _ in ORDERS]
UNSEEN = ["send five Lilies", "ten white tulips, please", "two ferns without ribbon", "hello ☃"]


def test_saved_and_loaded(parser, parser_folder):
    loaded = Parser.load(parser_folder)
    assert loaded.predict([*TEXTS, *UNSEEN]) == parser.predict([*TEXTS, *UNSEEN])
    assert loaded.settings == parser.settings
    assert loaded.schema == parser.schema
    assert loaded.training == parser.training


def test_batches_do_not_matter(parser):
    assert parser.predict(TEXTS, batch_tokens=1) == parser.predict(TEXTS, batch_tokens=10_000)


def test_no_texts(parser):
    assert parser.predict([]) == []


def test_words_keep_their_spelling(parser):
    (parse,) = parser.predict(["send two Red ROSES"])
    assert read_parse(parse).walk()
    assert {word for leaf in read_parse(parse).leaves() for word in leaf.words} <= {"send", "two", "Red", "ROSES"}


def test_beams(parser):
    beams = Parser(parser.model, parser.tokenizer, dataclasses.replace(parser.settings, num_beams=3), SCHEMA)
    assert sum(a == b for a, b in zip(beams.predict(TEXTS), parser.predict(TEXTS), strict=True)) > 20
    assert all(SCHEMA.find_problem(read_parse(parse)) == "" for parse in beams.predict(UNSEEN))


def test_too_few_tokens_for_any_parse(parser):
    short = Parser(parser.model, parser.tokenizer, dataclasses.replace(parser.settings, max_new_tokens=4), SCHEMA)
    with pytest.raises(ConfigError, match="max_new_tokens=4"):
        short.predict(TEXTS[:1])


def test_a_folder_without_a_parser(tmp_path):
    with pytest.raises(HfSynthError, match=r"found no parser\.json"):
        Parser.load(tmp_path)
