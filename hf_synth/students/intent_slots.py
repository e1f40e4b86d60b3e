"""The joint student: one encoder, a head for the intent and a head for the slot tags.

`rain in new york` is cut into wordpieces; the first piece of each word carries the word's tag, all others none:

    pieces   [CLS] rain in new      york     [SEP]
    tags     -     O    O  B-city   I-city   -
    intent   GetWeather, read from the mean of all states
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.utils.generic import ModelOutput

from hf_synth.schema import spans_to_tags, tags_to_spans
from hf_synth.training import pad

IGNORED = -100


class IntentSlotConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]
    """Configuration of `IntentSlotModel`.

    Args:
        encoder: Configuration of the encoder, as a dictionary.
        intents: Intent names, in class order.
        tags: IOB2 tags, in class order.
        **rest: Fields that every configuration has.
    """

    model_type = "hf_synth_intent_slots"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        intents: Sequence[str] = (),
        tags: Sequence[str] = ("O",),
        **rest: Any,
    ) -> None:
        self.encoder, self.intents, self.tags = encoder or {"model_type": "bert"}, list(intents), list(tags)
        super().__init__(**rest)


@dataclass
class IntentSlotOutput(ModelOutput):
    """What the model returns; `loss` only where labels were given."""

    loss: Tensor | None = None
    intent_logits: Tensor | None = None
    slot_logits: Tensor | None = None


class IntentSlotModel(PreTrainedModel):  # type: ignore[no-untyped-call]
    """An encoder with an intent head on the mean of its states and a slot head on the state of every piece."""

    config_class = IntentSlotConfig
    base_model_prefix = "encoder"

    def __init__(self, config: IntentSlotConfig) -> None:
        super().__init__(config)
        encoder = AutoConfig.for_model(**config.encoder)
        self.encoder = AutoModel.from_config(encoder)  # type: ignore[no-untyped-call]
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None  # unused here, and a parameter without a gradient stalls other processes
        self.dropout = nn.Dropout(0.1)
        self.intent_head = nn.Linear(encoder.hidden_size, max(1, len(config.intents)))
        self.slot_head = nn.Linear(encoder.hidden_size, len(config.tags))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Draw the heads small."""
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        intent_labels: Tensor | None = None,
        slot_labels: Tensor | None = None,
    ) -> IntentSlotOutput:
        """Score intents and tags.

        Args:
            input_ids: Wordpieces, shape (rows, pieces).
            attention_mask: 1 for a piece and 0 for padding, same shape.
            intent_labels: Intent classes, shape (rows,).
            slot_labels: Tag classes, shape (rows, pieces); -100 where a piece carries no tag.

        Returns:
            Intent logits (rows, intents), slot logits (rows, pieces, tags), and the sum of both mean cross entropies.
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        intent_logits = self.intent_head(self.dropout((states * mask).sum(1) / mask.sum(1)))
        slot_logits = self.slot_head(self.dropout(states))
        loss = None
        if intent_labels is not None and slot_labels is not None:
            slot_loss = functional.cross_entropy(
                slot_logits.float().flatten(0, 1), slot_labels.flatten(), ignore_index=IGNORED, reduction="sum"
            ) / (slot_labels != IGNORED).sum().clamp(min=1)
            loss = functional.cross_entropy(intent_logits.float(), intent_labels) + slot_loss
        return IntentSlotOutput(loss, intent_logits, slot_logits)


def make_model(encoder: str, intents: Sequence[str], tags: Sequence[str]) -> IntentSlotModel:
    """Put fresh heads on a pretrained encoder.

    Args:
        encoder: What `find_encoder` returns.
        intents: Intent names, in class order.
        tags: IOB2 tags, in class order.

    Returns:
        The model in float32; its encoder has lost its pooler, which nothing here reads.
    """
    pretrained = AutoModel.from_pretrained(encoder, dtype=torch.float32)
    config = IntentSlotConfig(pretrained.config.to_dict(), intents, tags)
    model = IntentSlotModel(config)
    if getattr(pretrained, "pooler", None) is not None:
        pretrained.pooler = None
    model.encoder = pretrained
    return model


def encode(
    tokenizer: Any, sentences: Sequence[Sequence[str]], max_length: int
) -> tuple[list[list[int]], list[list[int]]]:
    """Cut words into pieces and find the first piece of each word.

    Args:
        tokenizer: A fast tokenizer.
        sentences: Words of each utterance.
        max_length: Longest row of pieces, special pieces included.

    Returns:
        Pieces of each row, and for each of its words the position of its first piece, or -1 for a word that the
        tokenizer drops or that lies behind `max_length`.
    """
    encoded = tokenizer([list(words) for words in sentences], is_split_into_words=True, truncation=True,
                        max_length=max_length)  # fmt: skip
    firsts: list[list[int]] = []
    for row, words in enumerate(sentences):
        first = [-1] * len(words)
        for position, word in enumerate(encoded.word_ids(row)):
            if word is not None and first[word] < 0:
                first[word] = position
        firsts.append(first)
    return encoded["input_ids"], firsts


def align(tags: Sequence[int], first: Sequence[int], length: int) -> list[int]:
    """Put the tag of each word on its first piece.

    Args:
        tags: Class of each word's tag.
        first: Position of each word's first piece, or -1 for none.
        length: Number of pieces.

    Returns:
        A class for each piece; -100, which the loss skips, where no word begins.

    Examples:
        >>> align([0, 7], first=[1, 2], length=5)
        [-100, 0, 7, -100, -100]
    """
    labels = [IGNORED] * length
    for tag, position in zip(tags, first, strict=True):
        if position >= 0:
            labels[position] = tag
    return labels


def decode(best: Sequence[int], first: Sequence[int], tags: Sequence[str]) -> tuple[str, ...]:
    """Read one IOB2 tag for each word from the best class of each piece; an `I-` that continues nothing becomes `B-`.

    Args:
        best: Best class of each piece.
        first: Position of each word's first piece, or -1 for none.
        tags: IOB2 tags, in class order.

    Returns:
        One tag a word; `O` for a word without a piece.

    Examples:
        >>> decode([0, 2, 2, 0], first=[1, 2, -1], tags=["O", "B-city", "I-city"])
        ('B-city', 'I-city', 'O')
    """
    read = ["O" if position < 0 else tags[best[position]] for position in first]
    return spans_to_tags(tags_to_spans(read), len(read))


def collate(rows: Sequence[dict[str, Any]]) -> dict[str, Tensor]:
    """Stack rows with `input_ids` (and `intent_labels`, `slot_labels` where they have them) into a batch."""
    pieces = [row["input_ids"] for row in rows]
    batch = {
        "input_ids": torch.from_numpy(pad(pieces, 0)),
        "attention_mask": torch.from_numpy(pad([[1] * len(row) for row in pieces], 0)),
    }
    if "slot_labels" in rows[0]:
        batch["slot_labels"] = torch.from_numpy(pad([row["slot_labels"] for row in rows], IGNORED))
        batch["intent_labels"] = torch.tensor([row["intent_labels"] for row in rows])
    return batch
