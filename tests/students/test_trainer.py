import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rows import INTENTS, ROWS, SLOTS, UNSEEN

from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.schema import Provenance, Row
from hf_synth.students import Student, train_student
from hf_synth.training import LengthBatches


def share_right(student):
    predictions = student.predict([row.utterance for row in ROWS])
    wanted = [(row.utterance.intent, row.utterance.slot_tags) for row in ROWS]
    return sum(guess == gold for guess, gold in zip(predictions, wanted, strict=True)) / len(wanted)


def weights(student):
    return {name: weight.tolist() for name, weight in student.model.named_parameters() if "_head" in name}


def test_one_seed_gives_one_student(settings):
    short = dataclasses.replace(settings, epochs=1)
    first, again, other = (train_student(ROWS[:24], [], INTENTS, SLOTS, short, None, seed) for seed in (3, 3, 4))
    assert weights(first) == weights(again)
    assert weights(first) != weights(other)


def test_two_processes_train_the_same_kind_of_student(student, tmp_path):
    script = Path(__file__).parent / "launched.py"
    # `accelerate launch --cpu` starts one process whatever it is told, unless there is MPI; torchrun starts two.
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [*launch, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    shared = Student.load(tmp_path)
    assert share_right(shared) > 0.9
    assert share_right(student) > 0.9


def test_processes_share_all_batches():
    lengths = [index % 13 + 3 for index in range(100)]
    whole = LengthBatches(lengths, max_tokens=64, seed=0).batches()
    shares = [list(LengthBatches(lengths, 64, 0, process, processes=3)) for process in range(3)]
    assert {len(share) for share in shares} == {-(-len(whole) // 3)}
    assert {tuple(batch) for share in shares for batch in share} == {tuple(batch) for batch in whole}


def test_labels_must_be_known(settings):
    with pytest.raises(ConfigError, match="PlayMusic"):
        train_student(ROWS, [], ["GetWeather"], SLOTS, settings, None, 0)
    with pytest.raises(ConfigError, match="-city"):
        train_student(ROWS, [], INTENTS, ["date", "genre", "artist"], settings, None, 0)


def test_rows_are_needed(settings):
    with pytest.raises(SchemaError, match="at least one training row"):
        train_student([], [], INTENTS, SLOTS, settings, None, 0)


def test_validation_rows_are_human(settings):
    made = Row(UNSEEN[0].utterance, Provenance("synthetic", "linguist@1"))
    with pytest.raises(ContaminationError, match="validation row 0"):
        train_student(ROWS, [made], INTENTS, SLOTS, settings, None, 0)
