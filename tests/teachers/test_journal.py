import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from hf_synth.errors import ConfigError
from hf_synth.generation import Draw, OwedSlot, Prompt, Sampling
from hf_synth.seeding import stable_hash
from hf_synth.teachers.journal import Journal, draw_key
from hf_synth.teachers.scripted import ScriptedTeacher

CHILD = """
import sys, time
from pathlib import Path
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher

def answer(draw, sampling):
    time.sleep(0.004)
    return f"{draw.prompt.text} {draw.number}"

folder, chunk = Path(sys.argv[1]), int(sys.argv[2])
draws = [Draw(Prompt(f"prompt {n // 3}"), n % 3) for n in range(240)]
print("ready", flush=True)
journal = Journal(folder / "journal.sqlite", chunk)
out = journal.generate(ScriptedTeacher(answer, log=folder / "log"), draws, Sampling())
(folder / "out").write_text("\\n".join(out))
"""


class Counting(ScriptedTeacher):
    """Counts the draws it is asked for."""

    def __init__(self, script, name):
        super().__init__(script, name)
        self.asked = []

    def generate(self, draws, sampling):
        self.asked.extend(draws)
        return super().generate(draws, sampling)


def counting(name="counting"):
    return Counting(lambda draw, sampling: f"{draw.prompt.text}/{draw.number}/{sampling.seed}", name)


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "deep" / "journal.sqlite")
    yield journal
    journal.close()


DRAWS = [Draw(Prompt(f"p{n}", (OwedSlot(1, ("rome",)),)), n % 2) for n in range(7)]


def test_a_hit_makes_no_call(journal):
    teacher = counting()
    first = journal.generate(teacher, DRAWS, Sampling())
    assert (first[3], len(teacher.asked), journal.calls, journal.hits) == ("p3/1/0", 7, 7, 0)
    assert journal.generate(teacher, DRAWS[::-1], Sampling()) == first[::-1]
    assert (len(teacher.asked), journal.calls, journal.hits) == (7, 7, 7)


def test_hits_outlive_the_process(tmp_path):
    Journal(tmp_path / "j").generate(counting(), DRAWS, Sampling())
    teacher = counting()
    again = Journal(tmp_path / "j")
    assert again.generate(teacher, DRAWS[2:4], Sampling()) == ["p2/0/0", "p3/1/0"]
    assert (teacher.asked, again.hits) == ([], 2)


@pytest.mark.parametrize(
    ("draw", "sampling", "name"),
    [
        (DRAWS[0], Sampling(seed=1), "counting"),
        (DRAWS[0], Sampling(temperature=0.71), "counting"),
        (DRAWS[0], Sampling(constrained=False), "counting"),
        (replace(DRAWS[0], number=5), Sampling(), "counting"),
        (Draw(Prompt("other", DRAWS[0].prompt.owed)), Sampling(), "counting"),
        (Draw(Prompt("p0", (OwedSlot(2, ("rome",)),))), Sampling(), "counting"),
        (Draw(Prompt("p0", None)), Sampling(), "counting"),
        (Draw(replace(DRAWS[0].prompt, instruction="please")), Sampling(), "counting"),
        (DRAWS[0], Sampling(), "another teacher"),
    ],
)
def test_whatever_differs_makes_a_call(journal, draw, sampling, name):
    journal.generate(counting(), DRAWS[:1], Sampling())
    teacher = counting(name)
    journal.generate(teacher, [draw], sampling)
    assert teacher.asked == [draw]
    assert draw_key("counting", DRAWS[0], Sampling()) != draw_key(name, draw, sampling)


def test_only_what_is_missing_is_asked(journal):
    journal.generate(counting(), DRAWS[2:5], Sampling())
    teacher, progress = counting(), []
    journal.chunk = 3
    journal.generate(teacher, DRAWS, Sampling(), progress=progress.append)
    assert teacher.asked == [DRAWS[index] for index in (0, 1, 5, 6)]
    assert progress == [3, 3, 1]


def test_the_same_draw_is_asked_once(journal):
    teacher = counting()
    assert journal.generate(teacher, [DRAWS[1], DRAWS[0], DRAWS[1]], Sampling()) == ["p1/1/0", "p0/0/0", "p1/1/0"]
    assert teacher.asked == [DRAWS[1], DRAWS[0]]
    assert (journal.calls, journal.hits) == (2, 1)


def test_chunks_are_on_disk_before_the_next_is_asked(tmp_path):
    path = tmp_path / "j"

    class Failing(Counting):
        def generate(self, draws, sampling):
            with sqlite3.connect(path) as other:
                stored.append(other.execute("SELECT count(*) FROM completions").fetchone()[0])
            if len(stored) == 3:
                raise RuntimeError("out of order")
            return super().generate(draws, sampling)

    stored = []
    teacher = Failing(lambda draw, sampling: "x", "counting")
    with pytest.raises(RuntimeError, match="out of order"):
        Journal(path, 2).generate(teacher, DRAWS, Sampling())
    assert stored == [0, 2, 4]
    after = counting()
    Journal(path).generate(after, DRAWS, Sampling())
    assert after.asked == DRAWS[4:]


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 9, None])
def test_file_that_is_no_journal(tmp_path, content):
    path = tmp_path / "j"
    if content is None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE completions (something TEXT)")
        other.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="not a journal"):
        Journal(path)
    assert content is None or path.read_bytes() == before


def test_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="not a journal"):
        Journal(tmp_path / "file" / "j")
    with pytest.raises(ConfigError, match="not a journal"):
        Journal(tmp_path)


def start(folder, chunk):
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(folder), str(chunk)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    return child


def committed(folder):
    if not (folder / "journal.sqlite").exists():
        return set()
    database = sqlite3.connect(folder / "journal.sqlite")
    try:
        rows = database.execute("SELECT prompt, draw FROM completions").fetchall()
    except sqlite3.OperationalError:
        return set()
    finally:
        database.close()
    return {f"{stable_hash(prompt)[:16]} {draw}" for prompt, draw in rows}


def asked(folder):
    return (folder / "log").read_text().splitlines() if (folder / "log").exists() else []


@pytest.mark.parametrize(("chunk", "kills"), [(1, 20), (7, 6)])
def test_killed_at_random_points(tmp_path, chunk, kills):
    moments = random.Random(chunk)
    killed = 0
    while True:
        before, calls = committed(tmp_path), len(asked(tmp_path))
        child = start(tmp_path, chunk)
        if killed < kills:
            time.sleep(moments.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
            killed += child.wait() == -signal.SIGKILL
        else:
            assert child.wait() == 0
        child.stdout.close()
        assert before.isdisjoint(asked(tmp_path)[calls:])
        if (tmp_path / "out").exists():
            break
    assert killed == kills
    calls = asked(tmp_path)
    assert len(set(calls)) == 240
    assert len(calls) - 240 <= kills * chunk
    assert (tmp_path / "out").read_text().split("\n") == [f"prompt {n // 3} {n % 3}" for n in range(240)]


OPENING = """
import sys, time
from pathlib import Path
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher
start = float(sys.stdin.readline())
for n in range(40):
    while time.time() < start + n * 0.05:  # all at the same moment
        pass
    journal = Journal(Path(sys.argv[1]) / f"j{n}")
    journal.generate(ScriptedTeacher(lambda draw, sampling: "x"), [Draw(Prompt("a")), Draw(Prompt("b"))], Sampling())
    journal.close()
"""


def test_processes_may_open_a_journal_at_once(tmp_path):
    command = [sys.executable, "-c", OPENING, str(tmp_path)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    start = time.time() + 2
    for process in processes:
        process.stdin.write(f"{start}\n")
        process.stdin.flush()
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
