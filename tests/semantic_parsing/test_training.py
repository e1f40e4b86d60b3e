import dataclasses

import pytest
import torch
from orders import ORDERS, ROWS, SCHEMA

from hf_synth.errors import ConfigError, SchemaError, TeacherError
from hf_synth.schema import Row, Utterance
from hf_synth.semantic_parsing import Parser, ParserSettings, train_parser

TEXTS = [text for text, _ in ORDERS]
PARSES = [parse for _, parse in ORDERS]


def share_right(parses):
    return sum(parse == gold for parse, gold in zip(parses, PARSES, strict=True)) / len(PARSES)


def weights(parser):
    return {name: weight.tolist() for name, weight in parser.model.named_parameters() if weight.requires_grad}


def row(text, parse):
    return Row.human(Utterance(tuple(text.split()), (), "", parse=parse))


def test_orders_are_learnt_by_heart(parser):
    assert parser.training["steps"] >= 150
    assert share_right(parser.predict(TEXTS)) > 0.9
    assert share_right(parser.predict(TEXTS, constrained=False)) > 0.8


def test_words_stay_and_labels_learn(parser, settings):
    from hf_synth.teachers.base_model import load_base

    before, tokenizer = load_base(settings.base)
    after = parser.model.get_input_embeddings().weight
    old = before.get_input_embeddings().weight
    changed = {index for index in range(len(old)) if not torch.equal(old[index], after[index])}
    assert changed <= {parser.labels.close, tokenizer.eos_token_id}


def test_one_seed_gives_one_parser(settings):
    short = dataclasses.replace(settings, min_steps=3)
    first, again, other = (train_parser(ROWS, SCHEMA, short, None, seed) for seed in (3, 3, 4))
    assert weights(first) == weights(again)
    assert weights(first) != weights(other)


def test_a_row_that_stands_there_twice_counts_twice(settings):
    once = dataclasses.replace(settings, min_steps=0)
    steps = [train_parser(rows, SCHEMA, once, None, 0).training["steps"] for rows in (ROWS, ROWS * 8)]
    assert steps[1] >= 3 * steps[0]


def test_free_words_are_learnt_too(settings):
    free = dataclasses.replace(settings, copy=False, min_steps=20)
    strange = row("send flowers", "(ORDER (BUNCH (FLOWER roses ) ) )")
    assert train_parser([*ROWS, strange], SCHEMA, free, None, 0).training["pairs"] == 31


@pytest.mark.parametrize(
    ("text", "parse", "message"),
    [
        ("send roses", "", "training row 1 'send roses' has no parse"),
        ("send roses", "(ORDER (FLOWER roses )", "training row 1 'send roses': character 23 of the parse: expected )"),
        ("send roses", "(ORDER (FLOWR roses ) )", "unknown label 'FLOWR'"),
        ("send roses", "(ORDER (BUNCH (FLOWER tulips ) ) )", "'tulips' stands in the parse and not in the text"),
    ],
)
def test_bad_rows_are_named(settings, text, parse, message):
    with pytest.raises(SchemaError) as caught:
        train_parser([ROWS[0], row(text, parse)], SCHEMA, settings, None, 0)
    assert message in caught.value.message


def test_rows_are_needed(settings):
    with pytest.raises(SchemaError, match="at least one training row"):
        train_parser([], SCHEMA, settings, None, 0)


def test_texts_that_are_all_too_long(settings):
    long = row("send " + "roses " * 30, "(ORDER (BUNCH (FLOWER roses ) ) )")
    with pytest.raises(ConfigError, match="longer than max_source=8"):
        train_parser([long], SCHEMA, dataclasses.replace(settings, max_length=8), None, 0)


def test_a_base_that_cannot_be_loaded():
    with pytest.raises(TeacherError, match="cannot load 'no/such-model'"):
        train_parser(ROWS, SCHEMA, ParserSettings(base="no/such-model"), None, 0)


def test_adapters_are_saved_with_the_labels(settings, tmp_path):
    adapted = dataclasses.replace(settings, lora_rank=8, min_steps=60, learning_rate=1e-2)
    parser = train_parser(ROWS, SCHEMA, adapted, tmp_path, seed=0)
    predicted = parser.predict(TEXTS)
    assert len(set(predicted)) > 5
    assert (tmp_path / "adapter_model.safetensors").is_file()
    assert not (tmp_path / "model.safetensors").exists()
    loaded = Parser.load(tmp_path)
    assert loaded.predict(TEXTS) == predicted
    assert loaded.predict(TEXTS, constrained=False) == parser.predict(TEXTS, constrained=False)
