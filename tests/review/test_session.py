"""The whole path: a dataset is built, judged on the command line, and published or refused."""

import json
import subprocess
import sys

import pytest
from hub.ready import write_run
from scores import some_report
from small import write_recipe

from hf_synth.cards.manifest import read_manifest
from hf_synth.dataset_facts import update_dataset
from hf_synth.errors import ConfigError
from hf_synth.hub.checks import find_refusals, tell_review
from hf_synth.recipe_settings import CardSettings
from hf_synth.report import write_report
from hf_synth.review.session import Session

from .reviewed import write_dataset


def shell(folder, *arguments, answers=""):
    command = [sys.executable, "-m", "hf_synth.cli", *map(str, arguments)]
    return subprocess.run(command, input=answers, capture_output=True, text=True, cwd=folder, check=False)


def test_from_recipe_to_refusal(tmp_path):
    write_recipe(tmp_path / "small")
    assert shell(tmp_path, "build", "small", "--out", "run").returncode == 0
    facts = ("--license", "cc-by-4.0", "--teacher-license", "mit")
    assert shell(tmp_path, "card", "run", *facts).returncode == 0
    dataset = tmp_path / "run" / "dataset"
    assert tell_review(dataset) == "not reviewed"

    half = shell(tmp_path, "review", "run", "--terminal", answers="1\n" * 12)
    assert half.returncode == 0, half.stderr
    assert "Judged   12 of 24 rows" in half.stdout
    assert tell_review(dataset) == "not reviewed"

    rest = shell(tmp_path, "review", "run", "--terminal", answers="3 not the time\n" + "1\n" * 11 + "q\n")
    assert "Review   passed: 1 of 24 rows wrong" in rest.stdout
    assert "Next     hf-synth push run USER/NAME --dry-run" in rest.stdout
    told = "People read 24 made rows and found 1 wrong (4.2%, 95% interval 0.7% to 20.2%); the check was passed."
    assert told in (dataset / "README.md").read_text(encoding="utf-8")
    assert find_refusals(dataset) == ()

    worse = shell(tmp_path, "review", "run", "--terminal", answers="b\n2\nq\n")
    assert "Review   failed: 2 of 24 rows wrong" in worse.stdout
    assert "mend the recipe" in worse.stdout
    (reason,) = find_refusals(dataset)
    assert "the review failed: 2 of 24 rows wrong" in reason

    assert shell(tmp_path, "build", "small", "--out", "run").returncode == 0
    assert tell_review(dataset) == "2 of 24 rows wrong", "a build that finds its rows there leaves the outcome"
    update_dataset(dataset / "manifest.json", CardSettings())
    assert read_manifest(dataset / "manifest.json").review.reviewers == ("reviewer",)


def test_the_report_of_a_run_is_told(tmp_path):
    for place in ("dataset", "cells/a/dataset", "cells/a/zero_shot/dataset"):
        root = tmp_path / place.replace("/", "-")
        run = write_dataset((root / place).parent, made=3)
        write_report(some_report(), root)
        before = json.loads((root / "report.json").read_text(encoding="utf-8"))
        session = Session(run)
        for item in session.items:
            session.judge(item.key, "right")
        session.finish()
        report = json.loads((root / "report.json").read_text(encoding="utf-8"))
        assert report.pop("reviews")["alarms"]["passed"] is True
        assert report == before
        text = (root / "report.md").read_text(encoding="utf-8")
        assert "alarms: people read 3 made rows and found 0 wrong" in text
        assert "](figures/arms.png)" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none"], "holds no dataset"),
        (["run", "--reviewer", "../ann"], "a reviewer is named by"),
        (["run", "--rows", "0"], "at least 1 row"),
        (["human"], "no made row"),
    ],
)
def test_bad_input(tmp_path, arguments, message):
    write_dataset(tmp_path / "run")
    write_dataset(tmp_path / "human", made=0)
    done = shell(tmp_path, "review", *arguments, "--terminal")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_several_datasets_are_named(tmp_path):
    for cell in "ab":
        write_run(tmp_path / "cells" / cell)
    with pytest.raises(ConfigError, match=r"holds 2 datasets: .*cells/a/dataset, .*cells/b/dataset"):
        Session(tmp_path)
    assert Session(tmp_path / "cells" / "a").folder == (tmp_path / "cells" / "a" / "review").resolve()
