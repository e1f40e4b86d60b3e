"""Rows with slots that no human row has, or with a slot that holds no words."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import SlotFilter
from hf_synth.schema import Row


@dataclass(frozen=True)
class SlotValidity(SlotFilter):
    """Drop a row with a slot that human rows do not use, or a value that is nothing but punctuation.

    On a dataset, rows whose tags cannot be read are rejected as `malformed` before: as many tags as tokens, each `O`,
    `B-<slot>` or `I-<slot>`, or its class label. A value that people tag as another slot is the matter of
    `ValueFilter`, one that is not tagged that of `UntaggedFilter`.

    A slot may be right and only rare: 10 human rows an intent of SNIPS lack a slot of 10 to 15 % of the test rows
    (of 6 to 11 % without `per_intent`), 50 rows lack none.

    Args:
        per_intent: Human rows of the same intent must use the slot; without it, or for an intent that no human row
            has, any human row will do.

    Examples:
        >>> from hf_synth.schema import Span, Utterance
        >>> def make(word, slot):
        ...     return Row.human(Utterance(("in", word), (Span(1, 2, slot),), "GetWeather"))
        >>> rows = [make("rome", "city"), make("rome", "artist"), make("?", "city")]
        >>> [verdict.reason for verdict in SlotValidity()(rows, [make("oslo", "city")])]
        ['', 'unknown_slot', 'empty_value']
    """

    name: ClassVar[str] = "slots"
    version: ClassVar[int] = 1
    per_intent: bool = True

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows; slot names only if there are human rows in the reference."""
        known: dict[str, set[str]] = defaultdict(set)
        for row in reference:
            if row.provenance.origin == "human":
                known[row.utterance.intent].update(span.slot for span in row.utterance.spans)
        everywhere = set().union(*known.values()) if known else None
        by_intent = known if self.per_intent else {}
        return [self._judge(row, by_intent.get(row.utterance.intent, everywhere)) for row in rows]

    @staticmethod
    def _judge(row: Row, known: set[str] | None) -> Verdict:
        for slot, value in row.utterance.slots:
            if known is not None and slot not in known:
                of = f" of {row.utterance.intent!r}" if row.utterance.intent else ""
                return Verdict("unknown_slot", f"no human row{of} has the slot {slot!r}")
            if all(unicodedata.category(character)[0] in "PZCM" for character in value):
                return Verdict("empty_value", f"the slot {slot!r} holds {value!r}")
        return Verdict()
