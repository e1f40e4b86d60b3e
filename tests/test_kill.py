"""A build that is killed at any point and started again asks for nothing twice and ends with the same bytes."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from killed import CHUNK
from small import snapshot, write_recipe

from hf_synth.seeding import stable_hash

DRIVER = Path(__file__).parent / "killed.py"
KILLS = 24


class Builds:
    """The driver: one build after the other, each in a process of its own."""

    def __init__(self, recipe, stderr):
        self.process = subprocess.Popen(
            [sys.executable, str(DRIVER), str(recipe)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            bufsize=1,
        )

    def run(self, out, log, kill_after=-1.0):
        """Build, and kill it after some seconds; gives its exit status and how long it took."""
        self.process.stdin.write(f"{out} {log} {kill_after}\n")
        status, seconds = self.process.stdout.readline().split()
        return int(status), float(seconds)


def read_journal(out, scratch):
    """Prompts and draw numbers in the journal of a run, read from a copy so that nothing is mended on the way."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for file in out.glob("journal.sqlite*"):
        shutil.copy(file, scratch)
    if not (scratch / "journal.sqlite").exists():
        return []
    database = sqlite3.connect(scratch / "journal.sqlite")
    try:
        return database.execute("SELECT prompt, draw FROM completions").fetchall()
    except sqlite3.OperationalError:  # killed before the table was made
        return []
    finally:
        database.close()


def committed(out, scratch):
    """The draws in the journal, as the log of the teacher names them."""
    return {f"{stable_hash(prompt)[:16]} {draw}" for prompt, draw in read_journal(out, scratch)}


def asked(log):
    """Draws that the teacher was asked for; a line that was cut short counts for none."""
    return (
        [line.strip() for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        if log.exists()
        else []
    )


@pytest.fixture
def builds(tmp_path):
    with (tmp_path / "stderr").open("w") as stderr:
        builds = Builds(write_recipe(tmp_path / "small"), stderr)
        yield builds
        builds.process.stdin.close()
        builds.process.wait()
        builds.process.stdout.close()


def test_killed_at_random_points(tmp_path, builds):
    status, seconds = builds.run(tmp_path / "undisturbed", tmp_path / "undisturbed.log")
    assert status == 0, (tmp_path / "stderr").read_text()
    expected, all_draws = snapshot(tmp_path / "undisturbed"), asked(tmp_path / "undisturbed.log")
    assert len(all_draws) == len(set(all_draws)) > 20 * CHUNK
    chance, kills, points = random.Random(), 0, []
    for trial in range(10 * KILLS):
        if kills >= KILLS:
            break
        out, done, logs = tmp_path / f"run{trial}", set(), []
        for attempt in range(3):
            log = tmp_path / f"run{trial}-{attempt}.log"
            # The first kill may fall anywhere in the run; the second mostly into what the first left to do.
            left = seconds * (1 - len(done) / len(all_draws) * 0.6)
            status, _ = builds.run(out, log, chance.uniform(0, left) if attempt < 2 else -1.0)
            assert status in ((0, -signal.SIGKILL) if attempt < 2 else (0,)), (tmp_path / "stderr").read_text()
            assert not done & set(asked(log)), "a completion that was on disk was asked for again"
            assert len(asked(log)) == len(set(asked(log)))
            logs += asked(log)
            now = committed(out, tmp_path / "scratch")
            assert done <= now, "a completion was lost"
            assert len(set(asked(log)) - now) <= CHUNK, "a kill loses one chunk at most"
            done = now
            kills += status != 0
            points.append(len(done))
        assert done == set(all_draws) == set(logs)
        assert len(logs) <= len(all_draws) + 2 * CHUNK
        result = snapshot(out)
        assert set(result) == set(expected)
        for name in expected:
            if name.startswith("dataset") or name == "rejects.parquet":
                assert result[name] == expected[name], name
    assert kills >= KILLS
    assert len({point for point in points if 0 < point < len(all_draws)}) >= 5, "the kills landed all over the run"
