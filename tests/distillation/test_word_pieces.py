import numpy as np
import pytest
import torch
from teachers.tiny import byte_pairs
from transformers import AutoModel, AutoTokenizer

from distillation.encoders import PAIRS, save_encoder
from hf_synth.distillation.word_pieces import add_pieces
from hf_synth.errors import ConfigError

FRENCH = [french for _, french in PAIRS]


@pytest.fixture
def old(tmp_path):
    folder = save_encoder(tmp_path / "old")
    return AutoModel.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def test_words_of_the_new_language_become_whole(old):
    model, tokenizer = old
    vectors = model.get_input_embeddings().weight.detach().clone()
    assert len(tokenizer.tokenize("rouge chien")) == 10
    new = add_pieces(model, tokenizer, FRENCH, 60)
    assert new.tokenize("rouge chien") == ["rouge", "chien"]
    assert new.tokenize("red dog") == ["red", "dog"]
    assert len(new) - len(tokenizer) <= 60
    grown = model.get_input_embeddings().weight.detach()
    assert grown.shape[0] == len(new) == model.config.vocab_size
    assert torch.equal(grown[: len(vectors)], vectors), "old pieces keep their numbers and vectors"
    mean = vectors[tokenizer("rouge", add_special_tokens=False)["input_ids"]].mean(0)
    torch.testing.assert_close(grown[new.convert_tokens_to_ids("rouge")], mean)


def test_a_continuation_starts_from_continuations(old):
    model, tokenizer = old
    vectors = model.get_input_embeddings().weight.detach().clone()
    new = add_pieces(model, tokenizer, ["abouge", "coouge", "douge"] * 9, 9)
    piece = next(piece for piece in new.get_vocab() if piece.startswith("##ou"))
    parts = tokenizer.convert_tokens_to_ids([f"##{letter}" for letter in piece[2:]])
    torch.testing.assert_close(
        model.get_input_embeddings().weight[new.convert_tokens_to_ids(piece)], vectors[parts].mean(0)
    )


def test_accents_are_kept(old):
    model, tokenizer = old
    assert tokenizer.tokenize("heuré") == tokenizer.tokenize("heure")
    new = add_pieces(model, tokenizer, [*FRENCH, "heure"], 80)
    assert "[UNK]" not in new.tokenize("heuré")
    assert new.tokenize("heuré") != new.tokenize("heure")


def test_it_is_saved_and_read_back_without_padding(old, tmp_path):
    model, tokenizer = old
    new = add_pieces(model, tokenizer, FRENCH, 60)
    new.save_pretrained(tmp_path / "new")
    again = AutoTokenizer.from_pretrained(tmp_path / "new", add_prefix_space=True)
    encoded = again([["rouge", "chien"]], is_split_into_words=True)
    assert encoded["input_ids"] == [new("rouge chien")["input_ids"]]
    assert encoded.word_ids(0) == [None, 0, 1, None]
    assert np.shape(encoded["input_ids"]) == (1, 4)


def test_other_vocabularies_cannot_grow(old):
    with pytest.raises(ConfigError, match="WordPiece vocabulary, this encoder has BPE") as caught:
        add_pieces(old[0], byte_pairs(), FRENCH, 60)
    assert "new_pieces=0" in caught.value.hint
