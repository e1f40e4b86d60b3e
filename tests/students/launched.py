"""Trains a student on the hand-made rows, as one of two processes. Argument: folder to save it in."""

import os
import sys
from pathlib import Path

from rows import INTENTS, ROWS, SLOTS

from hf_synth.students import StudentSettings, train_student

if __name__ == "__main__":
    assert os.environ["WORLD_SIZE"] == "2"
    settings = StudentSettings(epochs=8, learning_rate=4e-3, head_learning_rate=4e-3, lora_rank=8, max_tokens=64)
    train_student(ROWS, [], INTENTS, SLOTS, settings, Path(sys.argv[1]), seed=0)
