"""Slot values that a teacher wrote as plain words: the row would teach a student not to tag them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import SlotFilter
from hf_synth.schema import Row, Utterance

_LONGEST = 4


@dataclass(frozen=True)
class UntaggedFilter(SlotFilter):
    """Drop a row in which words that are a slot value in the reference stand outside of any slot.

    A run of words counts as a value if at least `share` of its occurrences in the reference lie inside slots, and it
    was a whole value at least once.

    Args:
        share: In (0, 1].

    Examples:
        >>> from hf_synth.schema import Span
        >>> human = [Row.human(Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "GetWeather"))]
        >>> made = [Row.human(Utterance(("snow", "in", "rome"), (), "GetWeather"))]
        >>> UntaggedFilter()(made, human)[0].reason
        'untagged_value'
    """

    name: ClassVar[str] = "untagged"
    version: ClassVar[int] = 1
    share: float = 0.8

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ConfigError(f"untagged filter: share must lie in (0, 1], got {self.share}")

    def judge_rows(self, rows: Sequence[Row], reference: Sequence[Row]) -> list[Verdict]:
        """Judge rows."""
        values = self._values([row.utterance for row in reference])
        return [self._judge(row.utterance, values) for row in rows]

    def _values(self, reference: Sequence[Utterance]) -> set[str]:
        whole = {value.casefold() for utterance in reference for _, value in utterance.slots}
        outside = Counter(run for utterance in reference for run in plain_runs(utterance))
        inside = Counter(value.casefold() for utterance in reference for _, value in utterance.slots)
        return {value for value in whole if inside[value] >= self.share * (inside[value] + outside[value])}

    def _judge(self, utterance: Utterance, values: set[str]) -> Verdict:
        for run in plain_runs(utterance):
            if run in values:
                return Verdict("untagged_value", f"{run!r} is a slot value elsewhere")
        return Verdict()


def plain_runs(utterance: Utterance) -> list[str]:
    """All runs of up to four words outside of slots, case-folded."""
    tags = utterance.slot_tags
    runs: list[str] = []
    for start in range(len(tags)):
        for end in range(start + 1, min(start + _LONGEST, len(tags)) + 1):
            if tags[end - 1] != "O":
                break
            runs.append(" ".join(utterance.tokens[start:end]).casefold())
    return runs
