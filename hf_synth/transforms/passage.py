"""What a transform works on: the words of one row, the white space between them, and the slots over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain

from hf_synth.schema import Span

_SPACE = re.compile(r"(\s+)")


@dataclass(frozen=True)
class Passage:
    """The words of a row.

    Args:
        tokens: Words, each non-empty and without white space; punctuation stays with its word.
        spans: Slots over the tokens, in order, disjoint; none for plain text.
        gaps: White space before, between and after the tokens, one more than there are tokens; single spaces between
            them if left out.
        locale: Language of the words, as a BCP 47 tag; empty if not known.
        method: What made the passage, if a transform inside another did; `a@1+b@1` for one after the other.

    Examples:
        >>> Passage.from_text("rain  in Rome?").tokens, Passage.from_text("rain  in Rome?").text
        (('rain', 'in', 'Rome?'), 'rain  in Rome?')
    """

    tokens: tuple[str, ...]
    spans: tuple[Span, ...] = ()
    gaps: tuple[str, ...] = ()
    locale: str = ""
    method: str = ""

    @classmethod
    def from_text(cls, text: str, locale: str = "") -> Passage:
        """Split a plain text on white space, so that joining gives it back."""
        parts = _SPACE.split(text)
        words, gaps = parts[::2], parts[1::2]
        lead = gaps.pop(0) if words and not words[0] and gaps else ""
        words = words[1:] if words and not words[0] else words
        tail = gaps.pop() if words and not words[-1] and gaps else ""
        words = words[:-1] if words and not words[-1] else words
        return cls(tuple(words), (), (lead, *gaps, tail) if words else (), locale)

    @cached_property
    def text(self) -> str:
        """The words with the white space between them."""
        if not self.gaps:
            return " ".join(self.tokens)
        pieces = [self.gaps[0]]
        for token, gap in zip(self.tokens, self.gaps[1:], strict=True):
            pieces += (token, gap)
        return "".join(pieces)

    @property
    def free(self) -> list[int]:
        """Positions of the words that belong to no slot."""
        taken = {index for span in self.spans for index in range(span.start, span.end)}
        return [index for index in range(len(self.tokens)) if index not in taken]

    def value(self, span: Span) -> str:
        """The words of a span, joined by single spaces."""
        return " ".join(self.tokens[span.start : span.end])

    def replace_words(self, changes: Mapping[int, Sequence[str]]) -> Passage:
        """Put other words in the place of some; spans move with their words.

        Args:
            changes: Position of a word to the words that take its place; none removes it. A slot's words may only be
                replaced by at least one word in all.

        Returns:
            The changed passage; the white space before a removed word goes with it.

        Examples:
            >>> Passage(("rain", "in", "rome"), (Span(2, 3, "city"),)).replace_words({0: ("heavy", "rain")})
            Passage(tokens=('heavy', 'rain', 'in', 'rome'), spans=(Span(start=3, end=4, slot='city'),), gaps=(), \
locale='', method='')
        """
        words = [changes.get(index, (token,)) for index, token in enumerate(self.tokens)]
        at = [0, *accumulate(map(len, words))]
        tokens = tuple(chain.from_iterable(words))
        spans = tuple(Span(at[span.start], at[span.end], span.slot) for span in self.spans)
        gaps = self._change_gaps(words) if self.gaps and tokens else ()
        return Passage(tokens, spans, gaps, self.locale, self.method)

    def _change_gaps(self, words: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """The white space around the words that take the place of each token."""
        gaps = [self.gaps[0]]
        for new, gap in zip(words, self.gaps[1:], strict=True):
            gaps.extend([" "] * (len(new) - 1))
            if new:
                gaps.append(gap)
        if not words[-1]:
            gaps[-1] = self.gaps[-1]
        return tuple(gaps)
