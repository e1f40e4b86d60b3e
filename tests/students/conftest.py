import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from rows import INTENTS, ROWS, SLOTS, UNSEEN

from hf_synth.students import StudentSettings, train_student

QUICK = StudentSettings(epochs=8, learning_rate=4e-3, head_learning_rate=4e-3, lora_rank=8, max_tokens=128)


@pytest.fixture(scope="session")
def settings():
    return QUICK


@pytest.fixture(scope="session")
def student_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("student")


@pytest.fixture(scope="session")
def student(student_folder):
    """One student, trained on all hand-made rows and saved in `student_folder`."""
    return train_student(ROWS, UNSEEN, INTENTS, SLOTS, QUICK, student_folder, seed=0)
