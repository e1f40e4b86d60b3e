"""The whole profile, with the real encoder."""

import json
import logging
import subprocess
import sys

import pytest

from hf_synth.errors import ConfigError, MissingExtraError
from hf_synth.profiles import diversity, plane, rows
from hf_synth.profiles.rows import profile_rows
from hf_synth.profiles.text import render_profile

from .beside import human_rows, made_row, made_rows


@pytest.fixture(scope="module")
def profile():
    return profile_rows(human_rows(), made_rows())


def test_every_part_is_there_and_is_json(profile):
    assert json.loads(json.dumps(profile)) == profile
    assert not [part for part, value in profile.items() if value is None]
    assert profile["left_out"] == {}
    assert profile["rows"] == {"human": 18, "made": 12, "compared": 18}
    assert profile["classes"]["play_music"] == {"human": 6, "synthetic": 4}
    assert profile["label_distance"] == 0
    assert len(profile["plane"]) == 30


def test_the_encoder_finds_what_is_nearly_a_human_row(profile):
    nearest = [pair["text"] for pair in profile["neighbours"]["nearest"]]
    assert "wake me at [time : seven] please" in nearest
    assert "play some [genre : jazz] now" in nearest
    assert "zeppelins over [city : rome]" in [pair["text"] for pair in profile["neighbours"]["farthest"]]


def test_the_order_of_rows_does_not_matter_and_the_seed_does(profile):
    assert profile_rows(human_rows()[::-1], made_rows()[::-1]) == profile
    assert profile_rows(human_rows(), made_rows(), seed=1)["plane"] != profile["plane"]


def test_rows_are_not_changed():
    human, made = human_rows(), made_rows()
    profile_rows(human, made, encoder=None)
    assert (human, made) == (human_rows(), made_rows())


def test_rows_on_the_wrong_side_are_refused():
    with pytest.raises(ConfigError, match="'ring' stands among the human rows: its origin is synthetic"):
        profile_rows([made_row("ring")], [])
    with pytest.raises(ConfigError, match="stands among the made rows: its origin is human"):
        profile_rows([], human_rows())


def test_only_human_rows_of_the_same_classes_are_compared():
    made = [made_row("is it [time : ten]")]
    profile = profile_rows(human_rows(), made, encoder=None)
    assert profile["rows"]["compared"] == 6
    assert profile["vocabulary"]["words"]["human"] == sum(
        len(row.utterance.tokens) for row in human_rows() if row.utterance.intent == "set_alarm"
    )
    assert profile["vocabulary"]["new_words"] == {"ten": 1}, "a word of another class is not new"
    assert profile_rows(human_rows(), [made_row("hi", "greet")], encoder=None)["rows"]["compared"] == 18


@pytest.mark.parametrize(
    ("human", "made"),
    [
        ([], []),
        (human_rows(), []),
        ([], made_rows()),
        ([], made_rows()[:1]),
        (human_rows()[:1], made_rows()[:1]),
        (human_rows()[:6], made_rows()[:4]),
        (human_rows()[:1], [made_row("?!")]),
        (human_rows(), [made_row("stop")] * 30),
    ],
    ids=["nothing", "no made", "no human", "one made", "one each", "one class", "only marks", "equal rows"],
)
def test_few_rows(human, made):
    profile = profile_rows(human, made)
    assert json.loads(json.dumps(profile)) == profile
    assert render_profile(profile)
    assert profile["left_out"] == {}


def missing(extra, *modules):
    raise MissingExtraError(f"this needs {modules[0]}", hint=f'Run: pip install "hf-synth[{extra}]"')


def test_without_nltk_and_scikit_learn_two_lines_say_what_to_install(monkeypatch, caplog):
    monkeypatch.setattr(diversity, "require_extra", missing)
    monkeypatch.setattr(plane, "require_extra", missing)
    with caplog.at_level(logging.WARNING, rows.__name__):
        profile = profile_rows(human_rows(), made_rows())
    assert (profile["self_bleu"], profile["plane"]) == (None, None)
    assert profile["neighbours"]
    assert [record.getMessage() for record in caplog.records] == [
        'a profile without self-BLEU: this needs nltk. Run: pip install "hf-synth[synonyms]"',
        'a profile without plane: this needs sklearn. Run: pip install "hf-synth[plots]"',
    ]
    assert "Left out: self-BLEU" in "\n".join(render_profile(profile))


def test_without_an_encoder_one_line_says_what_is_missing(caplog):
    with caplog.at_level(logging.WARNING, rows.__name__):
        profile = profile_rows(human_rows(), made_rows(), encoder="./no-such-folder")
    assert (profile["neighbours"], profile["plane"]) == (None, None)
    assert len(caplog.records) == 1
    assert "no such folder" in profile["left_out"]["nearest human rows and plane"]


def test_many_rows_are_sampled_for_the_encoder(monkeypatch):
    monkeypatch.setattr(rows, "EMBEDDED", 9)
    near = profile_rows(human_rows(), made_rows())["neighbours"]
    assert (near["human_rows"], near["made_rows"]) == (9, 9)
    few = [made_row("wake me at [time : seven]"), made_row("get me up at [time : six thirty] sharp")]
    assert profile_rows(human_rows(), few)["neighbours"]["memorised"] == 1, "rows of the same class are all there"


@pytest.mark.parametrize("module", ["rows", "text", "figures"])
def test_importing_loads_nothing_heavy(module):
    heavy = {"torch", "transformers", "matplotlib", "sklearn", "nltk", "datasets"}
    check = f"import sys, hf_synth.profiles.{module}; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
