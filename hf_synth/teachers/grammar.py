"""Decoding that follows the bracket grammar of each prompt.

After `[` only the number of a slot still owed; after a number with a given value exactly that value and `]`; an
invented value is not empty and is closed; no `[` when nothing is owed; no end before everything owed is written.
`pattern` writes the same grammar as a regular expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from transformers import LogitsProcessor

from hf_synth.generation import OwedSlot
from hf_synth.teachers.pattern import write_owed
from hf_synth.teachers.vocabulary import FREE, NEW_WORD, NOTHING, VISIBLE, VISIBLE_WORD, GrammarVocabulary

MAX_VALUE_TOKENS = 12


@dataclass
class _Row:
    """Where one completion stands in its grammar."""

    owed: list[OwedSlot]
    ordered: bool = False
    forced: list[tuple[OwedSlot, tuple[int, ...], int]] = field(default_factory=list)
    inventing: list[int] | None = None
    filled: bool = False
    free: list[int] = field(default_factory=list)
    said: bool = False
    written: int = 0
    last: int = -1
    after_slot: bool = False
    done: bool = False


class BracketGrammar(LogitsProcessor):
    """A logits processor that lets each row follow its own prompt's grammar.

    Args:
        vocabulary: The tokenizer's part of the grammar.
        owed: Slots owed by each row of the batch.
        ends: End-of-text tokens.
        max_new_tokens: Longest completion; what is owed is written before it is reached.
        weigh: Keep in `log_mass` how much of the model's probability the grammar let through, summed over the steps of
            each row: the log of the importance weight that corrects constrained for free decoding. It is low where a
            slot was forced into a place that the model finds unlikely.
        carriers: For each row, tokens of words that are favoured outside of slots.
        carrier_bias: What all other words lose in score outside of slots.
        ordered: For each row, whether its slots come in the order they are owed; none do if left out.
    """

    def __init__(
        self,
        vocabulary: GrammarVocabulary,
        owed: Sequence[Sequence[OwedSlot]],
        ends: Sequence[int],
        max_new_tokens: int,
        weigh: bool = False,
        carriers: Sequence[Sequence[int]] = (),
        carrier_bias: float = 0.0,
        ordered: Sequence[bool] = (),
    ) -> None:
        self.vocabulary, self.ends, self.max_new_tokens = vocabulary, tuple(ends), max_new_tokens
        self.weigh = weigh
        self.log_mass = torch.zeros(len(owed))
        self.bias: torch.Tensor | None = None
        if carrier_bias:
            self.bias = torch.where(vocabulary.masks[FREE], -carrier_bias, 0.0).repeat(len(owed), 1)
            for row, tokens in enumerate(carriers):
                self.bias[row, list(tokens)] = 0.0
        self.owed = [list(slots) for slots in owed]
        self.ordered = list(ordered) or [False] * len(self.owed)
        self.rows: list[_Row] = []
        self.seen: torch.Tensor | None = None
        self.offset = 0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Forbid every token that the grammar of its row does not allow."""
        self._advance(input_ids)
        modes: list[int] = []
        rows: list[int] = []
        allowed: list[int] = []
        for index, row in enumerate(self.rows):
            mode, tokens = self._allow(row)
            modes.append(mode)
            allowed.extend(tokens)
            rows.extend([index] * len(tokens))
        permitted = self.vocabulary.masks.to(scores.device)[torch.tensor(modes, device=scores.device)]
        if rows:
            permitted[rows, allowed] = True
        kept = scores.masked_fill(~permitted, float("-inf"))
        if self.bias is not None:
            outside = torch.tensor([[row.inventing is None] for row in self.rows], device=scores.device)
            kept = torch.where(outside, kept + self.bias.to(scores.device), kept)
        if self.weigh:
            mass = kept.logsumexp(-1) - scores.logsumexp(-1)
            running = torch.tensor([not row.done for row in self.rows], device=scores.device)
            self.log_mass = self.log_mass.to(scores.device) + torch.where(running, mass, 0.0)
        return kept

    def _advance(self, input_ids: torch.Tensor) -> None:
        """Bring all rows up to date; if rows were reordered or replaced, read them again from the start."""
        if self.seen is None:
            self.offset, self.rows = (
                input_ids.shape[1],
                [_Row(list(slots), ordered) for slots, ordered in zip(self.owed, self.ordered, strict=True)],
            )
        elif input_ids.shape[1] == self.seen.shape[1] + 1 and torch.equal(input_ids[:, :-1], self.seen):
            for row, token in zip(self.rows, input_ids[:, -1].tolist(), strict=True):
                self._step(row, token)
        else:
            self.rows = [_Row(list(slots), ordered) for slots, ordered in zip(self.owed, self.ordered, strict=True)]
            for row, tokens in zip(self.rows, input_ids[:, self.offset :].tolist(), strict=True):
                for token in tokens:
                    self._step(row, token)
        self.seen = input_ids.clone()

    def _sequences(self, row: _Row) -> list[tuple[OwedSlot, tuple[int, ...], int]]:
        """Ways to open a slot; an invented value waits until the given values of its number are written."""
        if row.ordered:
            return [(slot, ids, self._begun(row, ids)) for slot, ids in self._texts(row, row.owed[:1])]
        given = {slot.number for slot in row.owed if slot.value is not None}
        slots = [slot for slot in dict.fromkeys(row.owed) if slot.value is not None or slot.number not in given]
        return [(slot, ids, self._begun(row, ids)) for slot, ids in self._texts(row, slots)]

    def _texts(self, row: _Row, slots: Sequence[OwedSlot]) -> list[tuple[OwedSlot, tuple[int, ...]]]:
        return [(slot, self.vocabulary.encode(write_owed(slot), row.written == 0)) for slot in slots]

    def _begun(self, row: _Row, ids: Sequence[int]) -> int:
        """How many tokens of a bracket's text stand there already: its space, if that is a token of its own."""
        return int(row.last == ids[0] and self.vocabulary.leads(ids))

    def _step(self, row: _Row, token: int) -> None:
        if row.done or token in self.ends:
            row.done = True
            return
        if row.inventing is not None:
            self._step_invented(row, token)
        else:
            candidates = row.forced or self._sequences(row)
            row.forced = [
                (slot, ids, at + 1)
                for slot, ids, at in candidates
                if ids[at] == token and not (at == 0 and self.vocabulary.leads(ids))
            ]
            row.after_slot = False
            if row.forced:
                row.said = True
            elif not row.said:
                row.free.append(token)
                row.said = self.vocabulary.shows(row.free)
            for slot, ids, at in row.forced:
                if at == len(ids):
                    row.owed.remove(slot)
                    row.forced = []
                    row.inventing, row.filled = ([] if slot.value is None else None), False
                    row.after_slot = slot.value is not None
                    break
        row.written += 1
        row.last = token

    def _step_invented(self, row: _Row, token: int) -> None:
        """Follow an invented value; `forced` holds the closing bracket once it has begun."""
        assert row.inventing is not None
        close = self.vocabulary.close
        closing = row.forced[0][2] if row.forced else self._begun(row, close)
        starts = row.filled and not (closing == 0 and self.vocabulary.leads(close))
        if token == close[closing] and (row.forced or starts):
            row.forced = [(OwedSlot(0), close, closing + 1)]
            if closing + 1 == len(close):
                row.inventing, row.forced, row.after_slot = None, [], True
            return
        row.inventing.append(token)
        row.filled = self.vocabulary.shows(row.inventing)

    def _allow(self, row: _Row) -> tuple[int, list[int]]:
        """The mask and the further tokens that a row may take next."""
        if row.done:
            return FREE, []
        left = self.max_new_tokens - row.written
        if row.inventing is not None:
            if row.forced:
                return NOTHING, [row.forced[0][1][row.forced[0][2]]]
            spare = left - self._needed(row) - len(self.vocabulary.close)
            full = spare <= 0 or len(row.inventing) >= MAX_VALUE_TOKENS
            close = [self.vocabulary.close[self._begun(row, self.vocabulary.close)]] if row.filled else []
            if full and close:
                return NOTHING, close
            return self._text_mode(not row.inventing, not row.filled and (full or spare == 1)), close
        if row.forced:
            return NOTHING, sorted({ids[at] for _, ids, at in row.forced})
        tokens = sorted({ids[0] for _, ids, _ in self._sequences(row)})
        if not row.owed and row.said:
            tokens.extend(self.ends)
        if row.owed and left <= self._needed(row):
            return NOTHING, tokens
        new_word = row.after_slot or (row.written == 0 and self.vocabulary.spaced)
        return self._text_mode(new_word, not row.owed and not row.said and left <= 2), tokens

    @staticmethod
    def _text_mode(new_word: bool, visible: bool) -> int:
        """The mask of free text: does the next token start a word, and must it be more than white space?"""
        if visible:
            return VISIBLE_WORD if new_word else VISIBLE
        return NEW_WORD if new_word else FREE

    def _needed(self, row: _Row) -> int:
        """Tokens that the slots still owed take at least, and the end."""
        invented = len(self.vocabulary.close) + 2
        return 1 + sum(
            len(self.vocabulary.encode(write_owed(slot), False)) + (invented if slot.value is None else 0)
            for slot in row.owed
        )
