import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny import bart, word_pieces

from hf_synth.errors import ConfigError
from hf_synth.teachers.finetune import TeachSettings, encode_pairs, finetune

PAIRS = [(f"<intent> {letter} </intent>", f"{letter} [1 {letter} ]") for letter in "abcdefgh"]
SETTINGS = TeachSettings(learning_rate=0.05, max_tokens=80, checkpoint_steps=0)
CHILD = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import torch
from test_finetune import RESUMED, RESUMED_PAIRS, digest
from tiny import bart, word_pieces
from hf_synth.teachers.finetune import finetune
from pathlib import Path

torch.set_num_threads(1)
tokenizer = word_pieces()
model = bart(tokenizer)
steps = []

def count(*_):
    steps.append(1)
    time.sleep(float(sys.argv[3]))

model.register_forward_pre_hook(count)
report = finetune(model, tokenizer, RESUMED_PAIRS, RESUMED, Path(sys.argv[2]))
print(json.dumps({"ran": len(steps), "digest": digest(model), **report}))
"""
RESUMED_PAIRS = [(f"<intent> {a} {b} </intent>", f"{a} [1 {b} ]") for a in "abcde" for b in "fghij"]
RESUMED = TeachSettings(learning_rate=0.01, max_tokens=60, checkpoint_steps=4)


def digest(model):
    return [round(float(weight.detach().double().abs().sum()), 3) for weight in model.parameters()]


@pytest.fixture(scope="module")
def tokenizer():
    return word_pieces()


def test_learns_eight_pairs_by_heart(tokenizer, tmp_path):
    model = bart(tokenizer)
    first = finetune(model, tokenizer, PAIRS * 2, SETTINGS, tmp_path)
    last = finetune(model, tokenizer, PAIRS * 25, SETTINGS, tmp_path)
    assert (first["pairs"], first["too_long"]) == (16, 0)
    assert first["steps"] >= 2
    assert last["loss"] < first["loss"] / 2
    assert not model.training


def test_lora_is_merged(tokenizer, tmp_path):
    model = bart(tokenizer)
    names = set(model.state_dict())
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    settings = TeachSettings(lora_rank=2, learning_rate=0.05, max_tokens=80, checkpoint_steps=0)
    report = finetune(model, tokenizer, PAIRS * 4, settings, tmp_path)
    assert report["steps"] > 4
    after = model.state_dict()
    assert set(after) == names
    changed = {name for name in names if not torch.equal(before[name], after[name])}
    assert any("q_proj.weight" in name for name in changed)
    assert "model.shared.weight" not in changed


def test_long_prompts_are_left_out_and_counted(tokenizer, tmp_path):
    long = ("<intent> " + "a " * 40 + "</intent>", "x")
    settings = TeachSettings(max_source=20, checkpoint_steps=0)
    report = finetune(bart(tokenizer), tokenizer, [*PAIRS[:3], long, long], settings, tmp_path)
    assert (report["pairs"], report["too_long"]) == (3, 2)
    with pytest.raises(ConfigError, match="all 2 prompts are longer than max_source=20 tokens"):
        finetune(bart(tokenizer), tokenizer, [long, long], settings, tmp_path)


def test_the_bound_itself_is_kept(tokenizer):
    size = len(tokenizer(PAIRS[0][0]).input_ids)
    assert len(encode_pairs(PAIRS[:1], tokenizer, size)) == 1
    assert encode_pairs(PAIRS[:1], tokenizer, size - 1) == []


def test_settings_are_checked():
    for name in ("pairs", "max_tokens", "max_source"):
        with pytest.raises(ConfigError, match=rf"teach.{name} must be at least 1, got 0"):
            TeachSettings(**{name: 0})


def test_few_pairs_are_seen_often(tokenizer, tmp_path):
    once = replace(SETTINGS, quiet=True)
    steps = finetune(bart(tokenizer), tokenizer, PAIRS, once, tmp_path)["steps"]
    assert finetune(bart(tokenizer), tokenizer, PAIRS, replace(once, epochs=3), tmp_path)["steps"] == 3 * steps
    assert finetune(bart(tokenizer), tokenizer, PAIRS, replace(once, min_steps=2), tmp_path)["steps"] == max(2, steps)
    assert 20 <= finetune(bart(tokenizer), tokenizer, PAIRS, replace(once, min_steps=20), tmp_path)["steps"] <= 21
    with pytest.raises(ConfigError, match=r"teach.epochs must be above 0, got 0"):
        TeachSettings(epochs=0)


def test_quiet(tokenizer, tmp_path, capfd):
    finetune(bart(tokenizer), tokenizer, PAIRS, replace(SETTINGS, quiet=True), tmp_path)
    assert capfd.readouterr().out == ""


def start(out, pause):
    folder = str(Path(__file__).parent)
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, folder, str(out), str(pause)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def test_killed_run_goes_on(tokenizer, tmp_path):
    killed = start(tmp_path / "out", 0.2)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out").glob("checkpoint-*/trainer_state.json")):
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    reached = max(int(folder.name.split("-")[1]) for folder in (tmp_path / "out").glob("checkpoint-*"))

    child = start(tmp_path / "out", 0)
    output, _ = child.communicate(timeout=120)
    resumed = json.loads(output.splitlines()[-1])
    model = bart(tokenizer)
    whole = finetune(model, tokenizer, RESUMED_PAIRS, RESUMED, tmp_path / "whole")
    assert resumed["steps"] == whole["steps"]
    assert 4 <= reached < whole["steps"]
    assert resumed["ran"] == whole["steps"] - reached
    assert resumed["digest"] == pytest.approx(digest(model), rel=1e-2)
