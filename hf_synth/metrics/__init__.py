"""What a student is scored with: plain functions, and `evaluate.Metric` classes that load without a network.

`SlotF1().compute(...)` and `evaluate.load("<folder>/slot_f1.py")` are the same metric.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hf_synth.errors import require_extra
from hf_synth.metrics.counts import score_accuracy, score_groups, score_recall, score_spans
from hf_synth.metrics.parse_counts import match_spaceless, match_unordered, score_brackets

if TYPE_CHECKING:
    from hf_synth.metrics.bracket_f1 import BracketF1
    from hf_synth.metrics.exact_match import ExactMatch
    from hf_synth.metrics.group_gap import GroupGap
    from hf_synth.metrics.intent_accuracy import IntentAccuracy
    from hf_synth.metrics.slot_f1 import SlotF1
    from hf_synth.metrics.spaceless_exact_match import SpacelessExactMatch
    from hf_synth.metrics.target_recall import TargetRecall
    from hf_synth.metrics.unordered_exact_match import UnorderedExactMatch

__all__ = [
    "BracketF1",
    "ExactMatch",
    "GroupGap",
    "IntentAccuracy",
    "SlotF1",
    "SpacelessExactMatch",
    "TargetRecall",
    "UnorderedExactMatch",
    "match_spaceless",
    "match_unordered",
    "score_accuracy",
    "score_brackets",
    "score_groups",
    "score_recall",
    "score_spans",
]

_FILES = {
    "BracketF1": "bracket_f1",
    "ExactMatch": "exact_match",
    "GroupGap": "group_gap",
    "IntentAccuracy": "intent_accuracy",
    "SlotF1": "slot_f1",
    "SpacelessExactMatch": "spaceless_exact_match",
    "TargetRecall": "target_recall",
    "UnorderedExactMatch": "unordered_exact_match",
}


def __getattr__(name: str) -> Any:
    """Import a metric class on first use, so that `evaluate` is only needed by those who use one."""
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_extra("students", "evaluate")
    return getattr(importlib.import_module(f"{__name__}.{_FILES[name]}"), name)
