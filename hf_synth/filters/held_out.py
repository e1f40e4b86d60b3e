"""Texts of the validation and test splits: a student must not train on what it is tested on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter
from hf_synth.schema import Row, Utterance, normalise


@dataclass(frozen=True)
class HeldOutFilter(TextFilter):
    """Drop a row whose text stands in held-out rows, case and white space folded.

    Args:
        texts: Normalised texts, sorted.

    Examples:
        >>> held_out = HeldOutFilter.from_utterances([Utterance(("rain", "today"), (), "GetWeather")])
        >>> held_out.judge_texts(["Rain today"], [])[0].reason
        'held_out'
    """

    name: ClassVar[str] = "held_out"
    version: ClassVar[int] = 1
    texts: tuple[str, ...] = ()

    @classmethod
    def from_utterances(cls, utterances: Iterable[Utterance]) -> HeldOutFilter:
        """Hold out the texts of some utterances."""
        return cls(tuple(sorted({normalise(utterance.text) for utterance in utterances})))

    def fit(self, human: Sequence[Row], held_out: Sequence[Row]) -> HeldOutFilter:
        """Hold out the texts of some rows as well."""
        return HeldOutFilter(tuple(sorted({*self.texts, *(normalise(row.utterance.text) for row in held_out)})))

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts."""
        held_out = set(self.texts)
        return [
            Verdict("held_out", "the text stands in validation or test") if normalise(text) in held_out else Verdict()
            for text in texts
        ]
