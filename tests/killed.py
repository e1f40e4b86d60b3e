"""Runs `build` of a recipe in one process after the other, each a fresh fork, so that a test can kill it.

Reads lines `OUT LOG SECONDS` from standard input, kills each build after so many seconds (below 0: never), and answers
with the exit status and the time it took. The scripted teacher is slow and writes every draw it is asked for to LOG.
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from hf_synth import experiment, running
from hf_synth.recipe import load_recipe
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

CHUNK = 4


def slow_echo(draw, sampling):
    time.sleep(0.002)
    return "[" if draw.number % 2 and len(draw.prompt.text) % 3 == 0 else echo_slots(draw, sampling)


def build(recipe, out, log):
    settings = load_recipe(recipe)
    if settings.teacher.name == "scripted":
        experiment.load_teacher = lambda name, *settings: ScriptedTeacher(slow_echo, log=log)
        running.Journal = partial(Journal, chunk=CHUNK)
    experiment.Run(settings, out).build()


def main(recipe):
    os.environ["TQDM_DISABLE"] = "1"
    for line in sys.stdin:
        out, log, seconds = line.split()
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            try:
                build(recipe, Path(out), Path(log))
            except BaseException:
                import traceback

                traceback.print_exc()
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        if float(seconds) >= 0:
            time.sleep(float(seconds))
            os.kill(child, signal.SIGKILL)  # still there, if only as a zombie: it is waited for below
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)} {time.monotonic() - started}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
