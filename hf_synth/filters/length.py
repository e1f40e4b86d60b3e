"""Texts much shorter or longer than the human ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter


@dataclass(frozen=True)
class LengthFilter(TextFilter):
    """Drop a row with fewer or more words than the bounds.

    Args:
        shortest: Fewest words; None takes half of the shortest reference row, at least 1.
        longest: Most words; None takes one and a half times the longest reference row.
        percentiles: Instead of the latter two: the percentiles of the reference's lengths, such as `(1, 99)`, that a
            bound of None takes, rounded outwards; in [0, 100].

    Examples:
        >>> [verdict.reason for verdict in LengthFilter(2, 8).judge_texts(["go", "go " * 4, "go " * 9], [])]
        ['too_short', '', 'too_long']
    """

    name: ClassVar[str] = "length"
    version: ClassVar[int] = 1
    shortest: int | None = None
    longest: int | None = None
    percentiles: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.shortest is not None and self.longest is not None and self.shortest > self.longest:
            raise ConfigError(f"length filter: shortest {self.shortest} is above longest {self.longest}")
        if self.percentiles is not None and not 0 <= self.percentiles[0] <= self.percentiles[1] <= 100:
            raise ConfigError(
                f"length filter: percentiles must be ordered and lie in [0, 100], got {self.percentiles}"
            )

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts."""
        lengths = [len(text.split()) for text in reference] or [1, 10_000]
        lowest, highest = max(1, min(lengths) // 2), max(lengths) * 3 // 2
        if self.percentiles is not None:
            low, high = np.percentile(lengths, self.percentiles)
            lowest, highest = math.floor(low), math.ceil(high)
        shortest = lowest if self.shortest is None else self.shortest
        longest = highest if self.longest is None else self.longest
        verdicts: list[Verdict] = []
        for text in texts:
            words = len(text.split())
            if words < shortest:
                verdicts.append(Verdict("too_short", f"{words} words, at least {shortest} wanted", words))
            elif words > longest:
                verdicts.append(Verdict("too_long", f"{words} words, at most {longest} wanted", words))
            else:
                verdicts.append(Verdict())
        return verdicts
