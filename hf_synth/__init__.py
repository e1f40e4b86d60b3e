"""hf_synth: from a handful of labelled examples to a training set, with proof on real data that it helps.

Importing this package loads neither torch nor transformers; each name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hf_synth.augmentation import augment, balance
    from hf_synth.builders.clasp import ClaspBuilder
    from hf_synth.builders.classification import ClassificationBuilder
    from hf_synth.builders.embedding_gan import EmbeddingGanBuilder
    from hf_synth.builders.generation import GenerationSettings
    from hf_synth.builders.linguist import LinguistBuilder
    from hf_synth.errors import ContaminationError, HfSynthError
    from hf_synth.filters.copied import CopyFilter
    from hf_synth.filters.dataset import filter_dataset
    from hf_synth.filters.duplicate import DuplicateFilter
    from hf_synth.filters.held_out import HeldOutFilter
    from hf_synth.filters.label import LabelVerification
    from hf_synth.filters.language import LanguageFilter
    from hf_synth.filters.leakage import LeakageFilter
    from hf_synth.filters.length import LengthFilter
    from hf_synth.filters.near_duplicate import NearDuplicateFilter
    from hf_synth.filters.outlier import OutlierFilter
    from hf_synth.filters.personal_data import PersonalDataFilter
    from hf_synth.filters.semantic import SemanticDeduplication
    from hf_synth.filters.slots import SlotValidity
    from hf_synth.filters.untagged import UntaggedFilter
    from hf_synth.filters.value import ValueFilter
    from hf_synth.guard import Guard
    from hf_synth.hub.push import push_to_hub
    from hf_synth.prompts.clasp import ClaspPrompt
    from hf_synth.prompts.classification import ClassificationPrompt
    from hf_synth.prompts.linguist import LinguistPrompt
    from hf_synth.pseudo_labels.callback import PseudoLabelCallback
    from hf_synth.pseudo_labels.rows import add_pseudo_labels
    from hf_synth.registration import register
    from hf_synth.schema import Row, Span, Utterance
    from hf_synth.seeds import read_utterances
    from hf_synth.sources import Source
    from hf_synth.teachers.loading import load_teacher
    from hf_synth.transforms.back_translation import BackTranslation
    from hf_synth.transforms.compose import Compose, OneOf, Sometimes
    from hf_synth.transforms.deletion import RandomDeletion
    from hf_synth.transforms.noise import SpellingNoise
    from hf_synth.transforms.paraphrase import Paraphrase
    from hf_synth.transforms.slot_resampling import SlotResampling
    from hf_synth.transforms.swap import RandomSwap
    from hf_synth.transforms.synonym_replacement import SynonymReplacement
    from hf_synth.transforms.translation import Translation

__version__ = "0.1.0"
_HOMES = {
    "BackTranslation": "transforms.back_translation",
    "ClaspBuilder": "builders.clasp",
    "ClaspPrompt": "prompts.clasp",
    "ClassificationBuilder": "builders.classification",
    "ClassificationPrompt": "prompts.classification",
    "Compose": "transforms.compose",
    "ContaminationError": "errors",
    "CopyFilter": "filters.copied",
    "DuplicateFilter": "filters.duplicate",
    "EmbeddingGanBuilder": "builders.embedding_gan",
    "GenerationSettings": "builders.generation",
    "Guard": "guard",
    "HeldOutFilter": "filters.held_out",
    "HfSynthError": "errors",
    "LabelVerification": "filters.label",
    "LanguageFilter": "filters.language",
    "LeakageFilter": "filters.leakage",
    "LengthFilter": "filters.length",
    "LinguistBuilder": "builders.linguist",
    "LinguistPrompt": "prompts.linguist",
    "NearDuplicateFilter": "filters.near_duplicate",
    "OneOf": "transforms.compose",
    "OutlierFilter": "filters.outlier",
    "Paraphrase": "transforms.paraphrase",
    "PersonalDataFilter": "filters.personal_data",
    "PseudoLabelCallback": "pseudo_labels.callback",
    "RandomDeletion": "transforms.deletion",
    "RandomSwap": "transforms.swap",
    "Row": "schema",
    "SemanticDeduplication": "filters.semantic",
    "SlotResampling": "transforms.slot_resampling",
    "SlotValidity": "filters.slots",
    "Sometimes": "transforms.compose",
    "Source": "sources",
    "Span": "schema",
    "SpellingNoise": "transforms.noise",
    "SynonymReplacement": "transforms.synonym_replacement",
    "Translation": "transforms.translation",
    "UntaggedFilter": "filters.untagged",
    "Utterance": "schema",
    "ValueFilter": "filters.value",
    "add_pseudo_labels": "pseudo_labels.rows",
    "augment": "augmentation",
    "balance": "augmentation",
    "filter_dataset": "filters.dataset",
    "load_teacher": "teachers.loading",
    "push_to_hub": "hub.push",
    "read_utterances": "seeds",
    "register": "registration",
}
__all__ = [
    "BackTranslation",
    "ClaspBuilder",
    "ClaspPrompt",
    "ClassificationBuilder",
    "ClassificationPrompt",
    "Compose",
    "ContaminationError",
    "CopyFilter",
    "DuplicateFilter",
    "EmbeddingGanBuilder",
    "GenerationSettings",
    "Guard",
    "HeldOutFilter",
    "HfSynthError",
    "LabelVerification",
    "LanguageFilter",
    "LeakageFilter",
    "LengthFilter",
    "LinguistBuilder",
    "LinguistPrompt",
    "NearDuplicateFilter",
    "OneOf",
    "OutlierFilter",
    "Paraphrase",
    "PersonalDataFilter",
    "PseudoLabelCallback",
    "RandomDeletion",
    "RandomSwap",
    "Row",
    "SemanticDeduplication",
    "SlotResampling",
    "SlotValidity",
    "Sometimes",
    "Source",
    "Span",
    "SpellingNoise",
    "SynonymReplacement",
    "Translation",
    "UntaggedFilter",
    "Utterance",
    "ValueFilter",
    "add_pseudo_labels",
    "augment",
    "balance",
    "filter_dataset",
    "load_teacher",
    "push_to_hub",
    "read_utterances",
    "register",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'hf_synth' has no attribute {name!r}")
    return getattr(importlib.import_module(f"hf_synth.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """All names, those not imported yet included."""
    return sorted({*globals(), *__all__})
