import pytest
import torch
from tiny import bart, byte_pairs, unigrams, word_pieces

from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import ROUND, SQUARE, read_parse
from hf_synth.teachers.label_tokens import add_label_tokens, decode_parse, find_label_tokens

PIZZA = ["(ORDER (NUMBER two ) (NOT (TOPPING ham ) ) )", "(ORDER (SIZE big ) (TOPPING red onions ) )"]
WEATHER = ["[IN:GET_TIME ]", "[IN:GET_WEATHER [SL:LOCATION [IN:GET_LOCATION [SL:NAME here ] ] ] [SL:DATE 7 pm ] ]"]


def schema_of(parses, brackets):
    return ParseSchema.from_trees([read_parse(parse) for parse in parses], brackets)


@pytest.mark.parametrize("make", [word_pieces, unigrams, byte_pairs])
@pytest.mark.parametrize(("parses", "brackets"), [(PIZZA, ROUND), (WEATHER, SQUARE)])
def test_a_parse_is_its_labels_and_its_words(make, parses, brackets):
    tokenizer = make()
    model = bart(tokenizer)
    schema = schema_of(parses, brackets)
    labels = add_label_tokens(model, tokenizer, schema)
    for parse in parses:
        tokens = tokenizer(text_target=parse).input_ids
        opened = [token for token in tokens if token in labels.opens.values()]
        assert len(opened) == tokens.count(labels.close) == parse.count(brackets.open)
        assert decode_parse(tokens, tokenizer, labels, schema) == parse
        words = [tokenizer(f"a {word}", add_special_tokens=False).input_ids for word in read_parse(parse).words]
        assert all(word[-1] in tokens for word in words)
    assert model.get_input_embeddings().weight.shape[0] == len(tokenizer)


@pytest.mark.parametrize("make", [word_pieces, unigrams, byte_pairs])
def test_twice_is_once(make):
    tokenizer = make()
    model = bart(tokenizer)
    first = add_label_tokens(model, tokenizer, schema_of(PIZZA, ROUND))
    weights, size = model.get_input_embeddings().weight.detach().clone(), len(tokenizer)
    assert add_label_tokens(model, tokenizer, schema_of(PIZZA, ROUND)) == first
    assert find_label_tokens(tokenizer, schema_of(PIZZA, ROUND)) == first
    assert len(tokenizer) == size
    assert torch.equal(model.get_input_embeddings().weight, weights)


def test_a_label_starts_from_its_words():
    tokenizer = word_pieces()
    model = bart(tokenizer)
    pieces = tokenizer("[ new york", add_special_tokens=False).input_ids
    wanted = model.get_input_embeddings().weight[pieces].mean(0)
    labels = add_label_tokens(model, tokenizer, ParseSchema(("IN:NEW_YORK",), {"IN:NEW_YORK": ()}, (), SQUARE))
    for layer in (model.get_input_embeddings(), model.get_output_embeddings()):
        assert torch.allclose(layer.weight[labels.opens["IN:NEW_YORK"]], wanted)


def test_an_output_layer_of_its_own_learns_the_labels_too():
    tokenizer = word_pieces()
    model = bart(tokenizer)
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    pieces = tokenizer("[ new york", add_special_tokens=False).input_ids
    wanted = model.lm_head.weight[pieces].mean(0)
    labels = add_label_tokens(model, tokenizer, ParseSchema(("NEW_YORK",), {"NEW_YORK": ()}, ("NEW_YORK",)))
    assert torch.allclose(model.lm_head.weight[labels.opens["NEW_YORK"]], wanted)


def test_a_model_with_spare_rows_is_not_cut():
    tokenizer = word_pieces()
    model = bart(tokenizer)
    before = len(tokenizer)
    model.resize_token_embeddings(before + 50)
    add_label_tokens(model, tokenizer, schema_of(PIZZA, ROUND))
    assert model.get_input_embeddings().weight.shape[0] == before + 50
