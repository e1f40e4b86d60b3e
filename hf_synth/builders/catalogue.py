"""Slot values to ask a teacher for, gathered from human rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hf_synth.schema import Utterance


@dataclass(frozen=True)
class Catalogue:
    """Values of each slot.

    Args:
        values: Slot name to its distinct values, each a tuple of words, sorted.

    Examples:
        >>> from hf_synth.schema import Span
        >>> rows = [Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "GetWeather")]
        >>> Catalogue.from_utterances(rows).values
        {'city': (('rome',),)}
    """

    values: Mapping[str, Sequence[tuple[str, ...]]]

    @classmethod
    def from_utterances(cls, utterances: Iterable[Utterance]) -> Catalogue:
        """Collect the distinct values of each slot."""
        found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for utterance in utterances:
            for span in utterance.spans:
                found[span.slot].add(utterance.tokens[span.start : span.end])
        return cls({slot: tuple(sorted(values)) for slot, values in sorted(found.items())})

    def draw(self, slot: str, generator: np.random.Generator) -> tuple[str, ...] | None:
        """Draw a value; None if the slot has none."""
        values = self.values.get(slot, ())
        return values[int(generator.integers(len(values)))] if values else None
