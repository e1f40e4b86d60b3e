"""Texts much shorter or longer than the human ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter


@dataclass(frozen=True)
class LengthFilter(TextFilter):
    """Drop a row with fewer or more words than the bounds.

    Args:
        shortest: Fewest words; None takes half of the shortest reference row, at least 1.
        longest: Most words; None takes one and a half times the longest reference row.

    Examples:
        >>> [verdict.reason for verdict in LengthFilter(2, 8).judge_texts(["go", "go " * 4, "go " * 9], [])]
        ['too_short', '', 'too_long']
    """

    name: ClassVar[str] = "length"
    version: ClassVar[int] = 1
    shortest: int | None = None
    longest: int | None = None

    def __post_init__(self) -> None:
        if self.shortest is not None and self.longest is not None and self.shortest > self.longest:
            raise ConfigError(f"length filter: shortest {self.shortest} is above longest {self.longest}")

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts."""
        lengths = [len(text.split()) for text in reference] or [1, 10_000]
        shortest = self.shortest if self.shortest is not None else max(1, min(lengths) // 2)
        longest = self.longest if self.longest is not None else max(lengths) * 3 // 2
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
