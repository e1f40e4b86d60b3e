"""Labels of parses as tokens: each opening bracket with its label is one token, and so is the closing bracket.

A parse then takes few tokens, and a model need not learn to spell its labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import AddedToken

from hf_synth.parses.schema import ParseSchema
from hf_synth.schema import label_words

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class LabelTokens:
    """The tokens of a schema's brackets.

    Args:
        opens: Token of the opening bracket with each label.
        close: Token of the closing bracket.
    """

    opens: Mapping[str, int]
    close: int

    @property
    def all(self) -> tuple[int, ...]:
        """All of them, in order of their numbers."""
        return tuple(sorted({*self.opens.values(), self.close}))


def add_label_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, schema: ParseSchema) -> LabelTokens:
    """Give a model a token for each label of a schema; those that it has already stay as they are.

    `(ORDER (NUMBER two ) )` is then `(ORDER`, `(NUMBER`, `▁two`, `)`, `)`. A new embedding starts from the mean of the
    pieces of the label's words and a square bracket, whatever the kind: what closes one kind closes the other.

    Args:
        model: A model whose word embeddings can grow; changed in place.
        tokenizer: Its tokenizer, a fast one; changed in place.
        schema: Whose labels.

    Returns:
        The tokens of all labels.
    """
    opening, closing = schema.brackets.open, schema.brackets.close
    words = {opening + label: f"[ {label_words(label.rpartition(':')[2])}" for label in schema.labels}
    words[closing] = "]"
    known = len(tokenizer)
    pieces = {text: tokenizer(meaning, add_special_tokens=False).input_ids for text, meaning in words.items()}
    # White space before a bracket is part of it, that after it is left to the word: `▁two`, not `two`.
    tokenizer.add_tokens([AddedToken(text, lstrip=True, normalized=False) for text in words])
    layer: Any = model.get_input_embeddings()
    if len(tokenizer) > layer.weight.shape[0]:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    numbers = tokenizer.get_vocab()
    for weight in _embeddings(model):
        for text, parts in pieces.items():
            token = numbers[text]
            if token >= known:
                weight[token] = weight[parts].mean(0) if parts else weight[:known].mean(0)
    return find_label_tokens(tokenizer, schema)


def find_label_tokens(tokenizer: PreTrainedTokenizerBase, schema: ParseSchema) -> LabelTokens:
    """The tokens of labels that `add_label_tokens` gave to a tokenizer."""
    numbers = tokenizer.get_vocab()
    opens = {label: numbers[schema.brackets.open + label] for label in schema.labels}
    return LabelTokens(opens, numbers[schema.brackets.close])


def decode_parse(
    tokens: Sequence[int], tokenizer: PreTrainedTokenizerBase, labels: LabelTokens, schema: ParseSchema
) -> str:
    """Write tokens as a parse, with a single space between brackets and words.

    Args:
        tokens: What a model generated; special tokens are left out.
        tokenizer: Its tokenizer.
        labels: Its tokens of the labels.
        schema: The schema of the labels.

    Returns:
        A parse, if the tokens are those of one.
    """
    written = {token: schema.brackets.open + label for label, token in labels.opens.items()}
    written[labels.close] = schema.brackets.close
    special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    parts: list[str] = []
    run: list[int] = []
    for token in [*tokens, labels.close]:
        if token in written:
            parts.extend(str(tokenizer.decode(run, clean_up_tokenization_spaces=False)).split())
            parts.append(written[token])
            run = []
        elif token not in special:
            run.append(token)
    return " ".join(parts[:-1])


def _embeddings(model: Any) -> list[torch.Tensor]:
    """The weights of a model's word embeddings: one matrix, or two where those of the output are its own."""
    layers: list[Any] = [model.get_input_embeddings(), model.get_output_embeddings()]
    return list({layer.weight.data_ptr(): layer.weight.detach() for layer in layers if layer is not None}.values())
