"""What is trained on a data set to measure what it is worth: settings, training, prediction, scores.

The settings can be read without torch; each other name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hf_synth.errors import require_extra
from hf_synth.students.settings import StudentSettings

if TYPE_CHECKING:
    from hf_synth.students.evaluation import check_human, check_unseen, evaluate_student
    from hf_synth.students.student import Student
    from hf_synth.students.trainer import train_student

_HOMES = {
    "Student": "student",
    "check_human": "evaluation",
    "check_unseen": "evaluation",
    "evaluate_student": "evaluation",
    "train_student": "trainer",
}
__all__ = ["Student", "StudentSettings", "check_human", "check_unseen", "evaluate_student", "train_student"]


def require_students() -> None:
    """Check that what students are trained with is installed."""
    require_extra("students", "torch", "transformers", "accelerate", "peft")


def __getattr__(name: str) -> Any:
    """Import a name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_students()
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """All names, those not imported yet included."""
    return sorted({*globals(), *__all__})
