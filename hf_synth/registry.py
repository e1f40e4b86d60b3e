"""The parts of the library by name: `filter/duplicate`, `prompt/linguist`, `transform/slot_resampling` and so on.

A part is registered as `module:Class` and imported when it is asked for. Packages outside add theirs through the entry
point group `hf_synth.plugins`: an entry `filter.mine = mypackage:MyFilter` registers the filter `mine`.
"""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Any

from hf_synth.errors import ConfigError, suggest

KINDS = ("prompt", "filter", "transform", "metric")

_PARTS: dict[tuple[str, str], str] = {
    ("prompt", "clasp"): "hf_synth.prompts.clasp:ClaspPrompt",
    ("prompt", "classification"): "hf_synth.prompts.classification:ClassificationPrompt",
    ("prompt", "linguist"): "hf_synth.prompts.linguist:LinguistPrompt",
    ("prompt", "paraphrase"): "hf_synth.prompts.paraphrase:ParaphrasePrompt",
    ("filter", "carrier"): "hf_synth.filters.carrier:CarrierFilter",
    ("filter", "copy"): "hf_synth.filters.copied:CopyFilter",
    ("filter", "duplicate"): "hf_synth.filters.duplicate:DuplicateFilter",
    ("filter", "held_out"): "hf_synth.filters.held_out:HeldOutFilter",
    ("filter", "known_value"): "hf_synth.filters.known_value:KnownValueFilter",
    ("filter", "label"): "hf_synth.filters.label:LabelVerification",
    ("filter", "language"): "hf_synth.filters.language:LanguageFilter",
    ("filter", "leakage"): "hf_synth.filters.leakage:LeakageFilter",
    ("filter", "length"): "hf_synth.filters.length:LengthFilter",
    ("filter", "value"): "hf_synth.filters.value:ValueFilter",
    ("filter", "near_duplicate"): "hf_synth.filters.near_duplicate:NearDuplicateFilter",
    ("filter", "outlier"): "hf_synth.filters.outlier:OutlierFilter",
    ("filter", "personal_data"): "hf_synth.filters.personal_data:PersonalDataFilter",
    ("filter", "semantic"): "hf_synth.filters.semantic:SemanticDeduplication",
    ("filter", "slots"): "hf_synth.filters.slots:SlotValidity",
    ("filter", "untagged"): "hf_synth.filters.untagged:UntaggedFilter",
    ("transform", "back_translation"): "hf_synth.transforms.back_translation:BackTranslation",
    ("transform", "compose"): "hf_synth.transforms.compose:Compose",
    ("transform", "one_of"): "hf_synth.transforms.compose:OneOf",
    ("transform", "paraphrase"): "hf_synth.transforms.paraphrase:Paraphrase",
    ("transform", "random_deletion"): "hf_synth.transforms.deletion:RandomDeletion",
    ("transform", "random_swap"): "hf_synth.transforms.swap:RandomSwap",
    ("transform", "slot_resampling"): "hf_synth.transforms.slot_resampling:SlotResampling",
    ("transform", "sometimes"): "hf_synth.transforms.compose:Sometimes",
    ("transform", "spelling_noise"): "hf_synth.transforms.noise:SpellingNoise",
    ("transform", "synonym_replacement"): "hf_synth.transforms.synonym_replacement:SynonymReplacement",
    ("transform", "translation"): "hf_synth.transforms.translation:Translation",
    ("metric", "bracket_f1"): "hf_synth.metrics.bracket_f1:BracketF1",
    ("metric", "exact_match"): "hf_synth.metrics.exact_match:ExactMatch",
    ("metric", "group_gap"): "hf_synth.metrics.group_gap:GroupGap",
    ("metric", "intent_accuracy"): "hf_synth.metrics.intent_accuracy:IntentAccuracy",
    ("metric", "slot_f1"): "hf_synth.metrics.slot_f1:SlotF1",
    ("metric", "spaceless_exact_match"): "hf_synth.metrics.spaceless_exact_match:SpacelessExactMatch",
    ("metric", "target_recall"): "hf_synth.metrics.target_recall:TargetRecall",
    ("metric", "unordered_exact_match"): "hf_synth.metrics.unordered_exact_match:UnorderedExactMatch",
}


def parts() -> dict[tuple[str, str], str]:
    """All registered parts, those of installed plugins included: (kind, name) to `module:Class`."""
    found = dict(_PARTS)
    for entry in entry_points(group="hf_synth.plugins"):
        kind, _, name = entry.name.partition(".")
        if kind in KINDS and name:
            found.setdefault((kind, name), entry.value)
    return found


def find(kind: str, name: str) -> Any:
    """Import a part.

    Args:
        kind: `prompt`, `filter`, `transform` or `metric`.
        name: Its registered name.

    Returns:
        The class.

    Raises:
        ConfigError: Nothing is registered under the name.

    Examples:
        >>> find("filter", "duplicate").version
        1
    """
    known = parts()
    if (kind, name) not in known:
        raise ConfigError(f"no {kind} is called {name!r}", hint=suggest(name, [n for k, n in known if k == kind]))
    module, _, attribute = known[kind, name].partition(":")
    return getattr(importlib.import_module(module), attribute)
