"""Exact duplicates, case and white space folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.schema import Row, normalise


@dataclass(frozen=True)
class DuplicateFilter:
    """Drop a row whose text stands in the reference or in an earlier row; the first of equals is kept.

    Examples:
        >>> from hf_synth.schema import Utterance
        >>> rows = [Row.human(Utterance((word, "there"), (), "greet")) for word in ("hi", "Hi", "hey")]
        >>> [verdict.reason for verdict in DuplicateFilter()(rows, [])]
        ['', 'duplicate', '']
    """

    name: ClassVar[str] = "duplicate"
    version: ClassVar[int] = 1

    def __call__(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows in order."""
        seen = {normalise(row.utterance.text) for row in reference}
        verdicts: list[Verdict] = []
        for row in rows:
            text = normalise(row.utterance.text)
            verdicts.append(Verdict("duplicate", "the text was seen before") if text in seen else Verdict())
            seen.add(text)
        return verdicts
