"""Five thousand prompts, a server that fails one request in five, and twenty kills: nothing is lost or asked twice."""

import json
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from endpoint_server import EndpointServer
from small import snapshot
from test_kill import Builds, read_journal

from hf_synth.generation import Prompt, Sampling
from hf_synth.recipe import load_recipe
from hf_synth.teachers.endpoint import Ask
from hf_synth.teachers.loading import load_teacher

SEEDS = Path(__file__).parents[1] / "recipes" / "quickstart"
SERVER = Path(__file__).parent / "endpoint_server.py"
PARTS = {"train": "seeds", "validation": "validation", "test": "test"}
KILLS, CONCURRENCY = 20, 32


@pytest.fixture
def server(tmp_path):
    command = [sys.executable, str(SERVER), "--latency", "0.02", "--faults", "0.2", "--log", str(tmp_path / "served")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


def write_recipe(folder, url):
    folder.mkdir()
    for part in PARTS.values():
        shutil.copy(SEEDS / f"{part}.jsonl", folder)
    settings = {
        "data": {name: {"path": f"{part}.jsonl"} for name, part in PARTS.items()},
        "teacher": {
            "name": f"{url}#stub",
            "endpoint": {"form": "text", "concurrency": CONCURRENCY, "timeout": 0.5, "backoff": 0.02, "attempts": 15},
        },
        "generation": {"rows_per_intent": 800, "draws_per_prompt": 1},
        "mixing": "all",
        "arms": ["real_only", "upsampled", "linguist"],
        "baselines": ["upsampled"],
    }  # fmt: skip
    (folder / "recipe.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return folder


def on_record(out, recipe, scratch):
    """What the journal of a run holds, under the names that the server gives to requests."""
    teacher = load_teacher(recipe.teacher.name, recipe.teacher.endpoint)
    sampling: Sampling = recipe.generation.sampling
    asks = [Ask(Prompt(text), [(0, draw)]) for text, draw in read_journal(out, scratch)]
    return {EndpointServer.name(json.loads(teacher.write_body(ask, sampling))) for ask in asks}


@pytest.mark.timeout(900)
def test_nothing_is_lost_and_nothing_is_doubled(tmp_path, server):
    folder, chance = write_recipe(tmp_path / "recipe", server), random.Random()
    recipe, log = load_recipe(folder), tmp_path / "served"

    def served():
        return Counter(log.read_text().split()) if log.exists() else Counter()

    with (tmp_path / "stderr").open("w") as stderr:
        builds = Builds(folder, stderr)
        status, seconds = builds.run(tmp_path / "undisturbed", "-")
        assert status == 0, (tmp_path / "stderr").read_text()
        undisturbed = served()
        assert len(undisturbed) >= 5000
        assert set(undisturbed.values()) == {1}

        out, known, kills = tmp_path / "out", set(), 0
        while kills < KILLS:
            before = served()
            status, _ = builds.run(out, "-", chance.uniform(0.2, 1.4 * seconds / KILLS))
            assert status in (0, -signal.SIGKILL), (tmp_path / "stderr").read_text()
            assert status, "the build was done before it had been killed often enough"
            kills += 1
            assert not known & set(served() - before), "a completion that was on disk was asked for again"
            now = on_record(out, recipe, tmp_path / "scratch")
            assert known <= now, "a completion was lost"
            known = now
        status, _ = builds.run(out, "-")
        assert status == 0, (tmp_path / "stderr").read_text()
        builds.process.stdin.close()
        builds.process.wait()
        builds.process.stdout.close()

    disturbed = served() - undisturbed
    assert set(disturbed) == set(undisturbed)
    repeated = disturbed.total() - len(disturbed)
    # What was under way at a kill, and what had come in the last hundredths of a second.
    assert repeated <= KILLS * 2 * CONCURRENCY
    result, expected = snapshot(out), snapshot(tmp_path / "undisturbed")
    assert set(result) == set(expected)
    for name in expected:
        if name.startswith("dataset") or name == "rejects.parquet":
            assert result[name] == expected[name], name
