import pytest
import torch
from rows import ROWS
from transformers import AutoTokenizer

from hf_synth.encoder import find_encoder
from hf_synth.schema import tag_names
from hf_synth.students.intent_slots import IGNORED, align, collate, decode, encode, make_model

TAGS = tag_names(["city", "date"])


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(find_encoder())


def test_tags_stand_on_the_first_piece_of_a_split_word(tokenizer):
    (pieces,), (first,) = encode(tokenizer, [["in", "szczecin", "now"]], 32)
    names = tokenizer.convert_ids_to_tokens(pieces)
    assert [names[position] for position in first] == ["in", "s", "now"]
    assert len(pieces) == 7, "[CLS] in s ##zcz ##ecin now [SEP]"
    labels = align([0, 1, 3], first, len(pieces))
    assert [label for label in labels if label != IGNORED] == [0, 1, 3]
    best = [label if label != IGNORED else 2 for label in labels]
    assert decode(best, first, TAGS) == ("O", "B-city", "B-date")


@pytest.mark.parametrize("gone", ["\u200b", "\u200d", "\ufeff", "\u00ad"])
def test_a_word_that_the_tokenizer_drops_is_tagged_o(tokenizer, gone):
    (pieces,), (first,) = encode(tokenizer, [["in", gone, "paris"]], 32)
    assert first[1] == -1
    labels = align([0, 2, 1], first, len(pieces))
    assert labels == [IGNORED, 0, 1, IGNORED]
    assert decode([0, 0, 1, 0], first, TAGS) == ("O", "O", "B-city")


def test_nothing_but_dropped_words(tokenizer):
    (pieces,), (first,) = encode(tokenizer, [["\u200b", "\u200b"]], 32)
    assert decode([1] * len(pieces), first, TAGS) == ("O", "O")


def test_words_behind_the_end_are_tagged_o(tokenizer):
    (pieces,), (first,) = encode(tokenizer, [["rain"] * 50], 16)
    assert len(pieces) == 16
    tags = decode([1] * 16, first, TAGS)
    assert tags == ("B-city",) * 14 + ("O",) * 36


def test_every_decoded_sequence_is_iob2():
    assert decode([2, 4, 2, 1, 2], range(5), TAGS) == ("B-city", "B-date", "B-city", "B-city", "I-city")


def test_padding_changes_no_score(tokenizer):
    torch.manual_seed(0)
    model = make_model(find_encoder(), ["a", "b"], TAGS).eval()
    pieces, _ = encode(tokenizer, [ROWS[0].utterance.tokens, ROWS[0].utterance.tokens * 3], 64)
    with torch.no_grad():
        alone = model(**collate([{"input_ids": pieces[0]}]))
        beside = model(**collate([{"input_ids": row} for row in pieces]))
    torch.testing.assert_close(beside.intent_logits[0], alone.intent_logits[0], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(beside.slot_logits[0, : len(pieces[0])], alone.slot_logits[0], atol=1e-4, rtol=1e-4)
    assert alone.loss is None


def test_a_batch_without_any_tag_has_a_finite_loss():
    model = make_model(find_encoder(), ["a", "b"], TAGS)
    row = {"input_ids": [101, 102], "slot_labels": [IGNORED, IGNORED], "intent_labels": 1}
    assert torch.isfinite(model(**collate([row])).loss)
