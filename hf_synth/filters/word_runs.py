"""Runs of words that texts have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeAlias

Runs: TypeAlias = set[tuple[str, ...]]


def cut_runs(words: Sequence[str], size: int) -> Runs:
    """The distinct runs of so many neighbouring words; a shorter text is one run itself.

    Args:
        words: The words of a text.
        size: Words of a run, at least 1.

    Returns:
        At least one run; none if there are no words.

    Examples:
        >>> sorted(cut_runs(["play", "some", "jazz"], 2))
        [('play', 'some'), ('some', 'jazz')]
    """
    return {tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1))} if words else set()


class WordRuns:
    """Known texts by their runs of words.

    Args:
        texts: The words of each text.
        size: Words of a run, at least 1.
    """

    def __init__(self, texts: Sequence[Sequence[str]], size: int) -> None:
        self.runs = [cut_runs(words, size) for words in texts]
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, runs in enumerate(self.runs):
            for run in runs:
                self._places[run].append(number)

    def count_shared(self, runs: Runs) -> Counter[int]:
        """How many of some runs stand in each known text, by its number; a text that has none is left out."""
        return Counter(number for run in runs for number in self._places.get(run, ()))
