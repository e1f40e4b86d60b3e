"""Slot-catalogue resampling: new values in a human carrier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.schema import Provenance, Row, Span, Utterance
from hf_synth.seeding import rng


@dataclass(frozen=True)
class SlotResampling:
    """Replace each slot value by another of the same slot.

    Before: `rain in [city : rome]`. After: `rain in [city : new york]`, of origin `augmented`.

    Args:
        values: Slot name to values, each a tuple of words.
        seed: Seed of the draws.

    Examples:
        >>> row = Row.human(Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "GetWeather", seed_id="s1"))
        >>> SlotResampling({"city": [("new", "york")]}).resample(row, 0).utterance.text
        'rain in new york'

    Reference: a baseline of LINGUIST (Rosenbaum et al. 2022).
    """

    name: ClassVar[str] = "slot_resampling"
    version: ClassVar[int] = 1
    values: Mapping[str, Sequence[tuple[str, ...]]]
    seed: int = 0

    def resample(self, row: Row, copy: int) -> Row:
        """Make copy number `copy` of a row; the draw depends on the text and the number alone."""
        source = row.utterance
        generator = rng(self.seed, "resample", source.text, copy)
        tokens: list[str] = []
        spans: list[Span] = []
        reached = 0
        for span in source.spans:
            tokens.extend(source.tokens[reached : span.start])
            values = self.values.get(span.slot, ())
            value = values[int(generator.integers(len(values)))] if values else source.tokens[span.start : span.end]
            spans.append(Span(len(tokens), len(tokens) + len(value), span.slot))
            tokens.extend(value)
            reached = span.end
        tokens.extend(source.tokens[reached:])
        utterance = Utterance(tuple(tokens), tuple(spans), source.intent, source.locale)
        return Row(utterance, Provenance("augmented", f"{self.name}@{self.version}", "", row.provenance.seed_ids))
