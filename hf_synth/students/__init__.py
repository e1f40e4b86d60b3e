"""What is trained on a data set to measure what it is worth: settings, training, prediction, scores."""

from __future__ import annotations

from hf_synth.errors import require_extra

require_extra("students", "torch", "transformers", "accelerate", "peft")

from hf_synth.students.evaluation import check_human, check_unseen, evaluate_student  # noqa: E402
from hf_synth.students.settings import StudentSettings  # noqa: E402
from hf_synth.students.student import Student  # noqa: E402
from hf_synth.students.trainer import train_student  # noqa: E402

__all__ = ["Student", "StudentSettings", "check_human", "check_unseen", "evaluate_student", "train_student"]
