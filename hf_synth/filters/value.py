"""Invented slot values that look more like values of another slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import SlotFilter
from hf_synth.filters.embedding import EmbeddingFilter
from hf_synth.schema import Row, normalise


@dataclass(frozen=True)
class ValueFilter(EmbeddingFilter, SlotFilter):
    """Drop a row with a value that no human row has for its slot and whose nearest human value is of another slot.

    Nearness is the cosine of sentence embeddings. A value that people used for the slot is never questioned.

    Args:
        encoder: The encoder that embeds the values.
        embed: Another way to embed texts, one normalised vector a text; None uses the encoder.

    Examples:
        >>> import numpy as np
        >>> from hf_synth.schema import Span, Utterance
        >>> def make(word, slot):
        ...     return Row.human(Utterance((word,), (Span(0, 1, slot),), "GetWeather"))
        >>> vectors = {"rome": [1, 0], "rainy": [0, 1], "paris": [0.9, 0.1], "umbrella": [0.2, 0.8]}
        >>> judge = ValueFilter(embed=lambda texts: np.array([vectors[text] for text in texts]))
        >>> rows = [make("paris", "city"), make("umbrella", "city")]
        >>> [verdict.reason for verdict in judge(rows, [make("rome", "city"), make("rainy", "condition")])]
        ['', 'implausible_value']
    """

    name: ClassVar[str] = "value"
    version: ClassVar[int] = 1

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows."""
        human = [row for row in reference if row.provenance.origin == "human"]
        known = sorted({(slot, normalise(value)) for row in human for slot, value in row.utterance.slots})
        asked = sorted({(slot, normalise(value)) for row in rows for slot, value in row.utterance.slots} - set(known))
        slots = {slot for slot, _ in known}
        asked = [item for item in asked if item[0] in slots]
        if not asked:
            return [Verdict() for _ in rows]
        vectors = self.find_vectors([value for _, value in (*known, *asked)])
        scores = vectors[len(known) :] @ vectors[: len(known)].T
        nearest = {item: known[int(index)] for item, index in zip(asked, scores.argmax(1), strict=True)}
        best = {item: float(score) for item, score in zip(asked, scores.max(1), strict=True)}
        return [self._judge(row, nearest, best) for row in rows]

    @staticmethod
    def _judge(
        row: Row, nearest: dict[tuple[str, str], tuple[str, str]], best: dict[tuple[str, str], float]
    ) -> Verdict:
        for slot, value in row.utterance.slots:
            item = (slot, normalise(value))
            found = nearest.get(item)
            if found and found[0] != slot:
                detail = f"{value!r} as {slot} is nearest to {found[1]!r}, a {found[0]}"
                return Verdict("implausible_value", detail, round(best[item], 3))
        return Verdict()
