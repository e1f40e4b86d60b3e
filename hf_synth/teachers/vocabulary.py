"""A tokenizer as the bracket grammar sees it: which tokens may stand in free text, and how slots are written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import torch

from hf_synth.errors import TeacherError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_MARKUP = frozenset("[]<*\\")
_WORD_STARTS = ("▁", "Ġ")
NOTHING, FREE, NEW_WORD, VISIBLE, VISIBLE_WORD = range(5)


class GrammarVocabulary:
    """What the grammar needs to know of a tokenizer: which tokens may stand in free text, and how slots are written.

    Args:
        tokenizer: A tokenizer that keeps spaces.
        size: Width of the model's scores.

    Raises:
        TeacherError: The tokenizer does not keep spaces, or does not write a bracket by itself.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, size: int) -> None:
        self.tokenizer = tokenizer
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        special = set(tokenizer.all_special_ids) | set(tokenizer.get_added_vocab().values())
        self.masks = torch.zeros(5, size, dtype=torch.bool)
        for index, piece in enumerate(pieces):
            if index in special or _MARKUP & set(piece) or (piece.startswith("<0x") and piece.endswith(">")):
                continue
            self.masks[FREE, index] = True
            self.masks[NEW_WORD, index] = piece.startswith(_WORD_STARTS)
            self.masks[VISIBLE, index] = self._decode([index]).replace("\ufffd", "").strip() != ""
        self.masks[VISIBLE_WORD] = self.masks[NEW_WORD] & self.masks[VISIBLE]
        self.visible = frozenset(self.masks[VISIBLE].nonzero().flatten().tolist())
        self.blank = frozenset((self.masks[FREE] & ~self.masks[VISIBLE]).nonzero().flatten().tolist())
        self.spaced = any(piece.startswith("▁") for piece in pieces)
        self._cache: dict[tuple[str, bool], tuple[int, ...]] = {}
        self.close = self.encode("]", False)
        opening = self.encode("[1", False)
        marks = [*opening[self.leads(opening) :][:1], *self.close[self.leads(self.close) :]]
        whole = self._decode([*opening, *self.close]).split() == ["[1", "]"]
        if self.masks[FREE, marks].any() or not whole or not self.masks[VISIBLE_WORD].any():
            raise TeacherError(
                "the teacher's tokenizer has no token for a bracket at the start of a word",
                hint="Set sampling.constrained to false, or choose another teacher.",
            )

    def encode(self, text: str, first: bool) -> tuple[int, ...]:
        """Tokens of a text, as written first or after another word."""
        key = (text, first)
        if key not in self._cache:
            lead = [] if first else encode_plain(self.tokenizer, "a")
            self._cache[key] = tuple(encode_plain(self.tokenizer, text if first else f"a {text}")[len(lead) :])
        return self._cache[key]

    def leads(self, tokens: Sequence[int]) -> bool:
        """Say whether a bracket's first token is a mere space, which free text may hold as well."""
        return len(tokens) > 1 and tokens[0] in self.blank

    def shows(self, tokens: Sequence[int]) -> bool:
        """Say whether tokens hold more than white space (several may make up one rare space)."""
        return not self.visible.isdisjoint(tokens) or self._decode(tokens).strip() != ""

    def _decode(self, tokens: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(tokens), clean_up_tokenization_spaces=False))


def word_masks(tokenizer: PreTrainedTokenizerBase, size: int, forbidden: str, taken: Collection[int]) -> torch.Tensor:
    """Which tokens may begin a word, and which may go on with one.

    Args:
        tokenizer: A tokenizer that keeps spaces.
        size: Width of the model's scores.
        forbidden: Signs that no word may hold.
        taken: Tokens that are no words.

    Returns:
        Shape (2, size); a token that begins a word shows something by itself.
    """
    masks = torch.zeros(2, size, dtype=torch.bool)
    for index, piece in enumerate(tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))):
        byte = piece.startswith("<0x") and piece.endswith(">")
        if index in taken or byte or set(forbidden) & set(piece):
            continue
        text = str(tokenizer.decode([index], clean_up_tokenization_spaces=False)).replace("\ufffd", "")
        begins = piece.startswith(_WORD_STARTS)
        masks[0, index] = begins and len(text.split()) == 1
        masks[1, index] = not begins and len(f"a{text}".split()) == 1
    return masks


def encode_plain(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Tokens of a text without special tokens, should the text name one (a value may be `</s>`)."""
    special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    return [index for index in tokenizer(text, add_special_tokens=False).input_ids if index not in special]
