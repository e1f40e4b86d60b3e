"""LINGUIST on SNIPS: the law of the prompt on every human row, and a small run from end to end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from datasets import load_dataset

from hf_synth.generation import Reject
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.prompts.tuning import PairSettings, make_request
from hf_synth.schema import normalise
from hf_synth.seeding import rng
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source
from hf_synth.splits import draw_new_intent

pytestmark = pytest.mark.real_data
COLUMNS = {"tokens": "tokens", "slot_tags": "tags", "intent": "intent"}
RECIPE = Path(__file__).parents[2] / "recipes" / "snips-new-intent"


@pytest.fixture(scope="module")
def snips(data):
    return {
        split: read_utterances(Source(str(data / "snips"), split, COLUMNS))
        for split in ("train", "validation", "test")
    }


def test_all_rows_are_read(snips):
    assert {split: len(rows) for split, rows in snips.items()} == {"train": 13_084, "validation": 700, "test": 700}


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "hi-IN", "ar-SA", "ja-JP"])
def test_round_trip_holds_on_every_massive_row(data, locale):
    columns = {"utterance": "annot_utt", "intent": "intent", "locale": "locale"}
    rows = read_utterances(Source(str(data / "massive" / locale), "test", columns))
    assert len(rows) == 2974
    check_round_trip(rows)


def test_round_trip_holds_on_every_snips_row(snips):
    check_round_trip(snips["train"])


def check_round_trip(rows):
    prompt = LinguistPrompt()
    for number, row in enumerate(rows):
        request, target = make_request(row, (), PairSettings(), rng(0, number))
        parsed = prompt.parse(prompt.render_target(target, request), request)
        assert not isinstance(parsed, Reject), (row, parsed)
        assert (parsed.tokens, parsed.spans) == (target.tokens, target.spans)


def test_splits_of_a_new_intent_share_no_text(snips):
    human = draw_new_intent(snips["train"], snips["validation"], snips["test"], "GetWeather", 10, 500, 0)
    held_out = {normalise(row.text) for row in (*human.validation, *human.test)}
    assert len(human.starters["GetWeather"]) == 10
    assert len(human.train) == 10 + 6 * 500
    assert not held_out & {normalise(row.text) for row in (*human.train, *human.full)}


def test_a_small_run_from_end_to_end(data, tmp_path):
    """The shipped teacher adapts, writes for a new intent, and two arms are scored on human rows."""
    source = data / "snips"
    command = [
        *(sys.executable, "-m", "hf_synth.cli", "run", str(RECIPE), "--out", str(tmp_path / "run")),
        *(f"data.{split}.path={source}" for split in ("train", "validation", "test")),
        "new_intent={intents: [GetWeather], starters: 10, background: 60, draws: 1}",
        "teacher.adapt.pairs=96",
        "generation.rows_per_intent=50",
        "arms=[upsampled, linguist]",
        "students.epochs=2",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["test_rows"] == 698  # two texts of the test split stand there twice or in validation
    assert set(report["arms"]) == {"upsampled", "linguist"}
    generation = report["generation"]
    grammar = ("malformed", "unknown_number", "literal_mismatch", "wildcard_unfilled", "extra_slot")
    assert sum(generation["rejected"].get(reason, 0) for reason in grammar) < 0.1 * generation["completions"]
    dataset = load_dataset(str(tmp_path / "run" / "cells" / "GetWeather-0" / "dataset"))
    origin = dataset["train"].features["origin"]
    assert [origin.int2str(value) for value in dataset["train"]["origin"]].count("synthetic") == 50
    for split in ("validation", "test"):
        assert set(dataset[split]["origin"]) == {origin.str2int("human")}
