"""Labels that a classifier finds itself: missing ones, wrong ones, and how sure it was before.

What needs no torch can be read without it; each other name is imported when it is first used.

Reference: Kim and Kim, "Pseudo labeling and negative feedback learning for large-scale multi-label domain
classification", ICASSP 2020 (arXiv:2003.03728).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hf_synth.errors import require_extra
from hf_synth.pseudo_labels.calibration import fit_temperature, fit_threshold, fit_thresholds
from hf_synth.pseudo_labels.labelling import PseudoLabel, balance_labels
from hf_synth.pseudo_labels.rows import LabelRow, add_pseudo_labels, read_labels
from hf_synth.pseudo_labels.settings import ClassifierSettings, LabelLossSettings
from hf_synth.pseudo_labels.shortlists import measure_coverage, shortlist
from hf_synth.pseudo_labels.soft_targets import SoftTargets
from hf_synth.pseudo_labels.tracker import FoundLabel, PseudoLabelTracker, TrackerSettings

if TYPE_CHECKING:
    from hf_synth.pseudo_labels.callback import PseudoLabelCallback
    from hf_synth.pseudo_labels.classifier import TextClassifier
    from hf_synth.pseudo_labels.reranking import Reranker, train_reranker
    from hf_synth.pseudo_labels.trainer import LabelCollator, LabelTrainer
    from hf_synth.pseudo_labels.training import train_classifier

_HOMES = {
    "LabelCollator": "trainer",
    "LabelTrainer": "trainer",
    "PseudoLabelCallback": "callback",
    "Reranker": "reranking",
    "TextClassifier": "classifier",
    "train_classifier": "training",
    "train_reranker": "reranking",
}
__all__ = [
    "ClassifierSettings",
    "FoundLabel",
    "LabelCollator",
    "LabelLossSettings",
    "LabelRow",
    "LabelTrainer",
    "PseudoLabel",
    "PseudoLabelCallback",
    "PseudoLabelTracker",
    "Reranker",
    "SoftTargets",
    "TextClassifier",
    "TrackerSettings",
    "add_pseudo_labels",
    "balance_labels",
    "fit_temperature",
    "fit_threshold",
    "fit_thresholds",
    "measure_coverage",
    "read_labels",
    "shortlist",
    "train_classifier",
    "train_reranker",
]


def __getattr__(name: str) -> Any:
    """Import a name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_extra("students", "torch", "transformers", "accelerate", "peft")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """All names, those not imported yet included."""
    return sorted({*globals(), *__all__})
