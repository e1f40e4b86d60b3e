"""Texts copied from a seed or from an example of the prompt, in whole or in part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.filters.word_runs import Runs, WordRuns, cut_runs
from hf_synth.schema import normalise


@dataclass(frozen=True)
class CopyFilter(TextFilter):
    """Drop a text most of whose runs of words stand in one text of the reference.

    Unlike near-duplicates, a part of a long example counts as a copy of it, too.

    Args:
        threshold: Share of the text's runs above which it is a copy, in [0, 1).
        words: Words of a run, at least 1; a shorter text is one run itself, and so a copy only of an equal text.

    Raises:
        ConfigError: The threshold or the number of words is out of its range.

    Examples:
        >>> seeds = ["could you please put on some jazz in the kitchen for me"]
        >>> [verdict.reason for verdict in CopyFilter().judge_texts(["put on some jazz", "play some jazz"], seeds)]
        ['copy', '']
    """

    name: ClassVar[str] = "copy"
    version: ClassVar[int] = 1
    threshold: float = 0.8
    words: int = 3

    def __post_init__(self) -> None:
        if not 0 <= self.threshold < 1:
            raise ConfigError(f"copy filter: threshold must lie in [0, 1), got {self.threshold}")
        if self.words < 1:
            raise ConfigError(f"copy filter: words must be at least 1, got {self.words}")

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts; the order does not matter."""
        known = sorted(set(reference))
        index = WordRuns([normalise(text).split() for text in known], self.words)
        return [self._judge(cut_runs(normalise(text).split(), self.words), index, known) for text in texts]

    def _judge(self, runs: Runs, index: WordRuns, known: list[str]) -> Verdict:
        counts = index.count_shared(runs)
        if not counts:
            return Verdict()
        source = min(counts, key=lambda number: (-counts[number], number))
        share = counts[source] / len(runs)
        if share <= self.threshold:
            return Verdict()
        return Verdict("copy", f"copied from {known[source]!r}", round(share, 3))
