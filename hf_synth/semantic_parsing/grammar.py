"""Decoding that follows a schema: whatever the model prefers, its output is a parse.

A parse begins with a root; in a node stand labels that stand in it in the schema, and words where the schema has
words; only mTOP's intents are empty; the end comes when every bracket is closed, and that before the longest output is
reached. With `copy`, the words are parts of the input's words, each as often as it stands there; a slot whose values
are known holds one of them.

    (ORDER (NUMBER two ) (TOPPING |      now: a word of the input that is left
    (ORDER (NUMBER two ) (TOPPING ham |  now: a word, or `)`

States never change, and the state of a row is looked up by its tokens: rows may come in any order, so beams work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from transformers import LogitsProcessor

from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import INTENT
from hf_synth.semantic_parsing.trie import Node, make_trie
from hf_synth.teachers.label_tokens import LabelTokens

NOTHING, START, INSIDE = range(3)
Tokens = tuple[int, ...]
Used = frozenset[tuple[Tokens, int]]
_FREE = Node(whole=True, rest=0)


@dataclass(frozen=True)
class State:
    """Where an output stands.

    Args:
        open: Labels of the open nodes, from the root.
        filled: Something stands in the innermost of them.
        word: Where the word that was begun stands; None if no word was.
        used: Words of the input that were written, by their tokens, with the number of times.
        written: Number of tokens.
        started: The root was opened.
    """

    open: tuple[str, ...] = ()
    filled: bool = False
    word: Node | None = None
    used: Used = frozenset()
    written: int = 0
    started: bool = False


class InputGrammar:
    """What one input allows.

    Args:
        schema: The labels, and which stands in which.
        labels: Their tokens.
        prefix: Tokens that every output begins with.
        end: The end of text.
        longest: Tokens of an output at most, prefix and end included.
        words: How often each word, given by its tokens, may be written; None for free words.
        values: The values that a slot may have, by label: the tokens of each, and those of its words. Slots of other
            labels have any words.
    """

    def __init__(
        self,
        schema: ParseSchema,
        labels: LabelTokens,
        prefix: Sequence[int],
        end: int,
        longest: int,
        words: Mapping[Tokens, int] | None,
        values: Mapping[str, Mapping[Tokens, Sequence[Tokens]]] | None = None,
    ) -> None:
        self.schema, self.labels, self.prefix, self.end, self.longest = schema, labels, tuple(prefix), end, longest
        self.words, self.values = words, values or {}
        self.names = {token: label for label, token in labels.opens.items()}
        self.states: dict[Tokens, State] = {(): State()}
        self._parts = {value: parts for found in self.values.values() for value, parts in found.items()}
        self._tries: dict[tuple[str, Used], Node] = {}
        self._fills: dict[tuple[float, ...], dict[str, float]] = {}

    @property
    def possible(self) -> bool:
        """Whether there is a parse that is short enough."""
        fill = self._fill(State())
        return any(len(self.prefix) + fill[root] + 2 <= self.longest for root in self.schema.roots)

    def allow(self, tokens: Tokens) -> tuple[int, list[int]]:
        """What may come after some tokens.

        Args:
            tokens: What was written.

        Returns:
            Which free words may (`NOTHING`, `START`: a new one, `INSIDE`: more of the last, too), and which tokens.
        """
        state = self._find(tokens)
        if state.written < len(self.prefix):
            return NOTHING, [self.prefix[state.written]]
        if state.started and not state.open:
            return NOTHING, [self.end]
        left = self.longest - state.written - 1
        after = len(state.open) + 1  # the brackets to close, and the end
        allowed: list[int] = []
        if state.word is not None:
            allowed.extend(token for token, node in state.word.children.items() if node.rest + after <= left)
            if not state.word.whole:
                return NOTHING, allowed
        ended = self._end_word(state)
        fill = self._fill(ended)
        below = self.schema.below[state.open[-1]] if state.open else self.schema.roots
        allowed.extend(self.labels.opens[label] for label in below if fill[label] + after <= left)
        if state.open and (ended.filled or state.open[-1].startswith(INTENT)):
            allowed.append(self.labels.close)
        if not state.open or state.open[-1] not in self.schema.worded or after > left:
            return NOTHING, allowed
        if ended.filled and state.open[-1] in self.values:
            return NOTHING, allowed
        if self.words is None:
            return (START if state.word is None else INSIDE), allowed
        children = self._trie(state.open[-1], ended.used).children
        allowed.extend(token for token, node in children.items() if node.rest + after <= left)
        return NOTHING, allowed

    def _find(self, tokens: Tokens) -> State:
        if tokens not in self.states:
            self.states[tokens] = self._step(self._find(tokens[:-1]), tokens[-1])
        return self.states[tokens]

    def _step(self, state: State, token: int) -> State:
        written = state.written + 1
        if written <= len(self.prefix) or (state.started and not state.open):
            return replace(state, written=written)
        if token in self.names:
            ended = self._end_word(state)
            return replace(ended, open=(*state.open, self.names[token]), filled=False, written=written, started=True)
        if token == self.labels.close:
            return replace(self._end_word(state), open=state.open[:-1], filled=True, written=written)
        if self.words is None:
            return replace(state, word=_FREE, written=written)
        if state.word is not None and token in state.word.children:
            return replace(state, word=state.word.children[token], written=written)
        ended = self._end_word(state)
        word = self._trie(state.open[-1], ended.used).children.get(token) if state.open else None
        if word is None:  # beams without a way on are filled up with tokens that are forbidden, and come to nothing
            return State(written=written, started=True)
        return replace(ended, word=word, written=written)

    def _end_word(self, state: State) -> State:
        if state.word is None:
            return state
        used = state.used
        if self.words is not None:
            written = self._parts.get(state.word.tokens, [state.word.tokens])
            used = frozenset((Counter(dict(used)) + Counter(written)).items())
        return replace(state, word=None, filled=True, used=used)

    def _trie(self, label: str, used: Used) -> Node:
        """The words, or for some labels the values, that are left."""
        key = (label if label in self.values else "", used)
        if key not in self._tries:
            left = Counter(self.words)
            left.subtract(dict(used))
            words: Mapping[Tokens, Sequence[Tokens]] = {word: [word] for word in self.words or {}}
            found = self.values.get(label, words)
            self._tries[key] = make_trie(value for value, parts in found.items() if Counter(parts) <= left)
        return self._tries[key]

    def _fill(self, state: State) -> dict[str, float]:
        """The fewest tokens that a node of each label can still hold."""
        labels = ("", *self.values)
        least = tuple(1 if self.words is None else self._trie(label, state.used).rest for label in labels)
        if least not in self._fills:
            self._fills[least] = least_fill(self.schema, least[0], dict(zip(self.values, least[1:], strict=True)))
        return self._fills[least]


def least_fill(schema: ParseSchema, word: float, values: Mapping[str, float] | None = None) -> dict[str, float]:
    """The fewest tokens that a node of each label can hold, its closing bracket included.

    Args:
        schema: Which labels there are.
        word: The fewest tokens of a word; infinite if there is none.
        values: Those of a value, for labels whose values are known.

    Returns:
        A number for each label; infinite for one that cannot be filled.

    Examples:
        >>> schema = ParseSchema(("A",), {"A": ("B",), "B": ()}, ("B",))
        >>> least_fill(schema, word=2)
        {'A': 5, 'B': 3}
    """
    least = dict.fromkeys(schema.labels, float("inf"))
    least.update({label: (values or {}).get(label, word) + 1 for label in schema.worded})
    least.update({label: 1 for label in schema.labels if label.startswith(INTENT)})
    changed = True
    while changed:
        before = dict(least)
        for label, children in schema.below.items():
            least[label] = min([least[label], *(2 + least[child] for child in children)])
        changed = least != before
    return least


class ParseGrammar(LogitsProcessor):
    """A logits processor under which each row writes a parse.

    Args:
        inputs: What each input of the batch allows.
        masks: Which tokens begin a free word, and which go on with one; shape (2, tokens).
        start: Length of what the decoder is given.
        beams: Rows of each input.
    """

    def __init__(self, inputs: Sequence[InputGrammar], masks: torch.Tensor, start: int = 1, beams: int = 1) -> None:
        self.inputs, self.start, self.beams = inputs, start, beams
        begins, goes_on = masks
        self.masks = torch.stack([torch.zeros_like(begins), begins, begins | goes_on])

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Forbid every token that the grammar of its row does not allow."""
        modes, rows, columns = [], [], []
        for row, tokens in enumerate(input_ids[:, self.start :].tolist()):
            mode, allowed = self.inputs[row // self.beams].allow(tuple(tokens))
            modes.append(mode)
            columns.extend(allowed)
            rows.extend([row] * len(allowed))
        kept = torch.full_like(scores, float("-inf"))
        kept[rows, columns] = scores[rows, columns]
        if any(modes):
            free = self.masks.to(scores.device)[torch.tensor(modes, device=scores.device)]
            kept = torch.where(free, scores, kept)
        return kept
