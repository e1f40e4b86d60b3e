"""Rows that give away what stands in validation or test: word for word, in large part, or in other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.filters.embedding import EmbeddedTexts, EmbeddingFilter
from hf_synth.filters.semantic import SemanticDeduplication
from hf_synth.filters.word_runs import WordRuns, cut_runs
from hf_synth.schema import Row, normalise

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LeakageFilter(EmbeddingFilter, TextFilter):
    """Drop a row that is equal to a held-out text, shares most of its runs of words, or says the same.

    The three are looked for in this order, each with its own reason: `leak_exact` (equal but for case and white
    space), `leak_ngram` and `leak_semantic`. Held-out texts are those of `fit`; without that those of the reference.
    `filter_dataset(train, [LeakageFilter()], test)[1]` lists all leaks of a dataset into another with the texts.

    `leak_ngram` means that most runs of the shorter of the two texts stand in the longer. Short texts stand in many
    others by chance, so that a text below `shortest` words leaks only where the words of both are the same, whatever
    their punctuation. A text without spaces between its words is one word; for such languages the other two count.

    People repeat themselves, too: of the 10,003 training rows of Banking77, 7 are equal to a test row, 69 share its
    runs and 15 % say the same by the default bounds; of the 13,084 of SNIPS 64, 2 and 0.6 %. Where a domain is narrow,
    a higher cosine is worth a try.

    Args:
        words: Words of a run, at least 1.
        overlap: Share of the runs above which it is a leak, in [0, 1); None switches this off.
        shortest: Words of the shorter text from which on a share counts, at least 1.
        cosine: Cosine of the embeddings above which it is a leak, in (0, 1]; None switches this off, and no encoder is
            needed.
        encoder: The encoder that embeds the texts.
        embed: Another way to embed texts, one normalised vector a text; None uses the encoder.

    Raises:
        ConfigError: A setting is out of its range.

    Examples:
        >>> test = ["Will it rain in Paris at the end of next week?"]
        >>> train = ["i ask will it rain in paris at the end of next week", "will it rain", "play some jazz"]
        >>> for verdict in LeakageFilter(cosine=None).judge_texts(train, test):
        ...     print(verdict.reason, verdict.detail)
        leak_ngram 100 % of the runs of 3 words are shared with 'Will it rain in Paris at the end of next week?'
        <BLANKLINE>
        <BLANKLINE>
    """

    name: ClassVar[str] = "leakage"
    version: ClassVar[int] = 1
    words: int = 3
    overlap: float | None = 0.9
    shortest: int = 8
    cosine: float | None = 0.95
    held_out: EmbeddedTexts | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.words < 1:
            raise ConfigError(f"leakage filter: words must be at least 1, got {self.words}")
        if self.overlap is not None and not 0 <= self.overlap < 1:
            raise ConfigError(f"leakage filter: overlap must lie in [0, 1), got {self.overlap}")
        if self.shortest < 1:
            raise ConfigError(f"leakage filter: shortest must be at least 1, got {self.shortest}")
        if self.cosine is not None and not 0 < self.cosine <= 1:
            raise ConfigError(f"leakage filter: cosine must lie in (0, 1], got {self.cosine}")

    def fit(self, human: Sequence[Row], held_out: Sequence[Row]) -> LeakageFilter:
        """Hold out the texts of some rows."""
        fitted = replace(self)
        object.__setattr__(fitted, "held_out", self._hold_out([row.utterance.text for row in held_out]))
        return fitted

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts; their order does not matter, and the reference only if the filter is not fitted."""
        held_out = self._hold_out(reference) if self.held_out is None else self.held_out
        verdicts: dict[str, Verdict] = dict.fromkeys(texts, Verdict())
        if held_out.texts:
            for judge in (self._judge_exact, self._judge_runs, self._judge_vectors):
                verdicts |= judge([text for text, verdict in verdicts.items() if verdict.keep], held_out)
        return [verdicts[text] for text in texts]

    def _hold_out(self, texts: Sequence[str]) -> EmbeddedTexts:
        if self.cosine is not None:
            return self.embed_distinct(texts)
        return EmbeddedTexts(tuple(sorted(set(texts))), np.zeros((0, 0), dtype=np.float32))

    def _judge_exact(self, texts: list[str], held_out: EmbeddedTexts) -> dict[str, Verdict]:
        known = {normalise(text): text for text in reversed(held_out.texts)}
        return {
            text: Verdict("leak_exact", f"the held-out text {known[normalise(text)]!r}", 1.0)
            for text in texts
            if normalise(text) in known
        }

    def _judge_runs(self, texts: list[str], held_out: EmbeddedTexts) -> dict[str, Verdict]:
        if self.overlap is None:
            return {}
        known = [_WORD.findall(text.casefold()) for text in held_out.texts]
        index = WordRuns(known, self.words)
        found: dict[str, Verdict] = {}
        for text in texts:
            words = _WORD.findall(text.casefold())
            runs = cut_runs(words, self.words)
            shares = {
                number: shared / min(len(runs), len(index.runs[number]))
                if min(len(words), len(known[number])) >= self.shortest
                else float(words == known[number])
                for number, shared in index.count_shared(runs).items()
            }
            best = min(shares, key=lambda number: (-shares[number], number), default=None)
            if best is not None and shares[best] > self.overlap:
                share, source = shares[best], held_out.texts[best]
                detail = f"{share * 100:.0f} % of the runs of {self.words} words are shared with {source!r}"
                found[text] = Verdict("leak_ngram", detail, round(share, 3))
        return found

    def _judge_vectors(self, texts: list[str], held_out: EmbeddedTexts) -> dict[str, Verdict]:
        if self.cosine is None or not texts:
            return {}
        vectors = np.concatenate([held_out.vectors, self.find_vectors(texts, held_out)])
        search = SemanticDeduplication(self.cosine)
        return {
            text: Verdict("leak_semantic", f"says the same as {held_out.texts[near[1]]!r}", near[0])
            for text, near in zip(
                texts, search.find_neighbours(vectors, len(held_out.texts), among=False), strict=True
            )
            if near
        }
