"""More word pieces for an encoder: a language that its vocabulary cuts into crumbs gets pieces of its own.

A new piece starts from the mean of the old pieces that stood for it: `bonjour` from those of `bon ##jo ##ur`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import torch
from tokenizers import Tokenizer, models, trainers
from transformers import PreTrainedTokenizerFast

from hf_synth.errors import ConfigError

_CONTINUES = "##"
_SPECIAL = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")


def add_pieces(model: Any, tokenizer: Any, texts: Iterable[str], count: int) -> PreTrainedTokenizerFast:
    """Learn word pieces from texts and give them to an encoder.

    The old pieces keep their numbers and vectors. Accents, which BERT's uncased vocabularies drop, are kept from now
    on: they tell words apart, and in some scripts they are the vowels.

    Args:
        model: A BERT-like encoder; its word embeddings grow in place.
        tokenizer: Its tokenizer, which stays as it is.
        texts: Texts of the new language.
        count: How many pieces to add at most.

    Returns:
        The tokenizer with the new pieces.

    Raises:
        ConfigError: The tokenizer is not of the WordPiece kind.
    """
    old = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    old.no_padding()
    old.no_truncation()
    state = json.loads(old.to_str())
    if state["model"]["type"] != "WordPiece":
        raise ConfigError(
            f"pieces can be added to a WordPiece vocabulary, this encoder has {state['model']['type']}",
            hint="Set new_pieces=0; an encoder of many languages needs none.",
        )
    if (state["normalizer"] or {}).get("type") == "BertNormalizer":
        state["normalizer"]["strip_accents"] = False
    known: dict[str, int] = state["model"]["vocab"]
    learner = Tokenizer.from_str(json.dumps(state))
    # Many pieces that it learns are known already.
    learner.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=3 * count, show_progress=False))
    ranked = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    fresh = [piece for piece, _ in ranked if piece not in known][:count]
    state["model"]["vocab"] = known | {piece: len(known) + place for place, piece in enumerate(fresh)}
    _grow_embeddings(model, old, known, fresh)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer.from_str(json.dumps(state)),
        model_max_length=tokenizer.model_max_length,
        **{name: getattr(tokenizer, name) for name in _SPECIAL},
    )


def _grow_embeddings(model: Any, old: Tokenizer, known: dict[str, int], fresh: list[str]) -> None:
    """Append a vector for each new piece: the mean of its old pieces, or of all pieces if it had none."""
    unknown = {"[UNK]": known["[UNK]"]}
    inner = {piece.removeprefix(_CONTINUES): number for piece, number in known.items() if piece.startswith(_CONTINUES)}
    continued = models.WordPiece(unknown | inner, unk_token="[UNK]", continuing_subword_prefix="")
    vectors = model.get_input_embeddings().weight.detach().clone()
    model.resize_token_embeddings(len(known) + len(fresh), mean_resizing=False)
    grown = model.get_input_embeddings().weight.data
    for place, piece in enumerate(fresh, start=len(known)):
        word = piece.removeprefix(_CONTINUES)
        if piece == word:
            parts = old.encode(word, add_special_tokens=False).ids
        else:
            plain = old.normalizer.normalize_str(word) if old.normalizer else word
            parts = [token.id for token in continued.tokenize(plain)] if plain else []
        parts = [part for part in parts if part not in unknown.values()]
        grown[place] = vectors[torch.tensor(parts)].mean(0) if parts else vectors.mean(0)
