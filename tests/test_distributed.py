import os
import subprocess
import sys

import pytest
from datasets import ClassLabel, Dataset, Features, List, Value

from hf_synth.augmentation import augment
from hf_synth.distributed import augment_on_ray, augment_part, find_part, read_parts
from hf_synth.errors import ConfigError
from hf_synth.transforms.noise import SpellingNoise

ROWS = Dataset.from_dict(
    {
        "text": [f"some words of row number {n}" for n in range(40)] + ["", "x"],
        "label": [n % 2 for n in range(42)],
        "scores": [[0.5, 1.5]] * 42,
    },
    features=Features(
        {"text": Value("string"), "label": ClassLabel(names=["a", "b"]), "scores": List(Value("float32"))}
    ),
)
SCRIPT = """
import sys
from datasets import load_from_disk
from hf_synth.distributed import augment_part
from hf_synth.transforms.noise import SpellingNoise
augment_part(load_from_disk(sys.argv[1]), SpellingNoise(), sys.argv[2], copies=2)
"""


@pytest.fixture(scope="module")
def wanted():
    return augment(ROWS, SpellingNoise(), copies=2)


def test_two_processes(wanted):
    made = augment(ROWS, SpellingNoise(), copies=2, num_proc=2)
    assert made[:] == wanted[:]
    assert made.features == wanted.features


@pytest.mark.parametrize(
    "launcher", [("RANK", "WORLD_SIZE"), ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT")], ids=["torchrun", "slurm"]
)
def test_an_array_of_two(wanted, tmp_path, launcher):
    ROWS.save_to_disk(str(tmp_path / "rows"))
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "rows"), str(tmp_path / "out")]
    jobs = [subprocess.Popen(command, env={**os.environ, launcher[0]: str(part), launcher[1]: "2"}) for part in (0, 1)]
    assert [job.wait(120) for job in jobs] == [0, 0]
    made = read_parts(tmp_path / "out")
    assert made[:] == wanted[:]
    assert made.features == wanted.features


def test_a_part_is_written_once(wanted, tmp_path):
    for part in (0, 1, 2):
        augment_part(ROWS, SpellingNoise(), tmp_path / "out", copies=2, part=part, parts=3)
    times = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").glob("part-*")}
    augment_part(ROWS, SpellingNoise(), tmp_path / "out", copies=2, part=1, parts=3)
    assert {file: file.stat().st_mtime_ns for file in times} == times
    assert read_parts(tmp_path / "out")[:] == wanted[:]


def test_missing_parts_are_named(tmp_path):
    augment_part(ROWS, SpellingNoise(), tmp_path / "out", part=1, parts=3)
    with pytest.raises(ConfigError, match=r"lacks 2 of 3 parts: \[0, 2\]"):
        read_parts(tmp_path / "out")
    with pytest.raises(ConfigError, match="holds no part"):
        read_parts(tmp_path)


def test_a_folder_belongs_to_one_work(tmp_path):
    augment_part(ROWS, SpellingNoise(), tmp_path / "out", part=0, parts=2)
    with pytest.raises(ConfigError, match="with other settings"):
        augment_part(ROWS, SpellingNoise(rate=0.9), tmp_path / "out", part=1, parts=2)
    with pytest.raises(ConfigError, match="on other rows"):
        augment_part(ROWS.select(range(9)), SpellingNoise(), tmp_path / "out", part=1, parts=2)


def test_where_a_process_stands(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_ARRAY_TASK_ID"):
        monkeypatch.delenv(name, raising=False)
    assert find_part() == (0, 1)
    monkeypatch.setenv("SLURM_PROCID", "3")
    monkeypatch.setenv("SLURM_NTASKS", "3")
    with pytest.raises(ConfigError, match="SLURM_PROCID=3, but there are 3 parts"):
        find_part()


def test_ray_gives_the_same_rows(wanted):
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False)
    try:
        made = augment_on_ray(ROWS, SpellingNoise(), copies=2, workers=2, cpus=0.5, batch_size=7)
    finally:
        ray.shutdown()
    assert made[:] == wanted[:]
    assert made.features == wanted.features
