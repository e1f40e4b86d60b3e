"""Slot-catalogue resampling: new values in a human carrier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.generation import Reject
from hf_synth.schema import Provenance, Row, Utterance
from hf_synth.seeding import rng
from hf_synth.transforms.base import Transform
from hf_synth.transforms.passage import Passage


@dataclass(frozen=True)
class SlotResampling(Transform):
    """Replace each slot value by another of the same slot; the words around it stay.

    Before: `rain in [city : rome]`. After: `rain in [city : new york]`, of origin `augmented`.

    Args:
        values: Slot name to values, each a tuple of words; a slot that is not there keeps its value.
        (others): See `Transform`.

    Examples:
        >>> batch = {"tokens": [["rain", "in", "rome"]], "slot_tags": [["O", "O", "B-city"]]}
        >>> made = SlotResampling({"city": [("new", "york")]})(batch)
        >>> made["tokens"], made["slot_tags"]
        ([['rain', 'in', 'new', 'york']], [['O', 'O', 'B-city', 'I-city']])

    Reference: a baseline of LINGUIST (Rosenbaum et al. 2022).
    """

    name: ClassVar[str] = "slot_resampling"
    version: ClassVar[int] = 1
    values: Mapping[str, Sequence[tuple[str, ...]]]

    def change(self, passage: Passage, copy: int) -> Passage | Reject:
        """Put other values into one passage."""
        if not any(self.values.get(span.slot) for span in passage.spans):
            return Reject("no_slots", passage.text, "no slot of the row has values to choose from")
        generator = rng(self.seed, "resample", passage.text, copy)
        changes: dict[int, Sequence[str]] = {}
        for span in passage.spans:
            values = self.values.get(span.slot, ())
            if values:
                changes.update(dict.fromkeys(range(span.start, span.end), ()))
                changes[span.start] = values[int(generator.integers(len(values)))]
        return passage.replace_words(changes)

    def resample(self, row: Row, copy: int) -> Row:
        """Make copy number `copy` of a row; the draw depends on the text and the number alone."""
        source = row.utterance
        changed = self.change(Passage(source.tokens, source.spans), copy)
        made = source if isinstance(changed, Reject) else changed
        utterance = Utterance(made.tokens, made.spans, source.intent, source.locale)
        return Row(utterance, Provenance("augmented", self.method, "", row.provenance.seed_ids))
