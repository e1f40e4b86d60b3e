"""Exact duplicates, case and white space folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.schema import normalise


@dataclass(frozen=True)
class DuplicateFilter(TextFilter):
    """Drop a row whose text stands in the reference or in an earlier row; the first of equals is kept.

    Examples:
        >>> [verdict.reason for verdict in DuplicateFilter().judge_texts(["hi there", "Hi  there", "hey"], [])]
        ['', 'duplicate', '']
    """

    name: ClassVar[str] = "duplicate"
    version: ClassVar[int] = 1

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts in order."""
        seen = {normalise(text) for text in reference}
        verdicts: list[Verdict] = []
        for text in map(normalise, texts):
            verdicts.append(Verdict("duplicate", "the text was seen before") if text in seen else Verdict())
            seen.add(text)
        return verdicts
