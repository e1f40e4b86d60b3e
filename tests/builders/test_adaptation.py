"""Leave-one-intent-out: what a teacher is adapted to never holds a row of the intent it will write for."""

import sys
from pathlib import Path

import pytest
from small import human_splits

from hf_synth.builders.adaptation import (
    AdaptSettings,
    adapt_teacher,
    adaptation_pairs,
    check_adaptable,
    read_replay,
)
from hf_synth.errors import ConfigError
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.seeds import read_record
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

sys.path.append(str(Path(__file__).parent.parent / "teachers"))

SETTINGS = AdaptSettings(pairs=40)


@pytest.fixture(scope="module")
def teacher():
    from tiny import bart, word_pieces

    from hf_synth.teachers.local import LocalTeacher

    tokenizer = word_pieces()
    return LocalTeacher(bart(tokenizer), tokenizer, "tiny")


@pytest.fixture
def pairs(monkeypatch):
    """What `finetune` was given, call by call; nothing is trained."""
    from hf_synth.teachers import finetune

    seen = []

    def capture(model, tokenizer, given, settings, folder):
        seen.append(list(given))
        return {}

    monkeypatch.setattr(finetune, "finetune", capture)
    return seen


@pytest.mark.parametrize("target", ["set_alarm", "play_music", "get_weather"])
def test_no_text_of_a_target_row_is_in_any_pair(teacher, pairs, tmp_path, target):
    human = human_splits((target,))
    adapt_teacher(teacher, human.others, human.targets, SETTINGS, tmp_path)
    (given,) = pairs
    assert len(given) == 40
    shown = [part for pair in given for part in pair]
    # Brackets and numbers out: what is left of an utterance are its words.
    plain = [
        " ".join(word for word in text.split() if word not in ("]", "[") and not word.startswith("["))
        for text in shown
    ]
    own = [utterance for utterance in human.train if utterance.intent == target]
    others = [utterance for utterance in human.train if utterance.intent != target]
    for utterance in own:
        assert not [text for text in plain if utterance.text in text]
    told = {span.slot for utterance in others for span in utterance.spans}
    values = {value for row in own for slot, value in row.slots if slot not in told}
    assert not [value for value in values for text in plain if f" {value} " in f" {text} "]
    assert [text for text in plain if any(utterance.text in text for utterance in others)], "the test sees texts"
    words = target.replace("_", " ")
    assert not [text for text in shown if f"<intent> {words} </intent>" in text]


def test_a_target_row_among_the_others_is_refused(teacher, pairs, tmp_path):
    human = human_splits(("set_alarm",))
    with pytest.raises(ConfigError, match="row 'set_alarm-0' of target intent 'set_alarm' is among the rows"):
        adapt_teacher(teacher, human.train, human.targets, SETTINGS, tmp_path)
    assert pairs == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_adapt_to(teacher, pairs, tmp_path):
    human = human_splits(("set_alarm",))
    assert adapt_teacher(teacher, human.others, human.targets, AdaptSettings(), tmp_path) is teacher
    assert adapt_teacher(teacher, [], human.targets, SETTINGS, tmp_path) is teacher
    assert pairs == []


def test_an_equal_adaptation_is_loaded(teacher, pairs, tmp_path):
    human = human_splits(("set_alarm",))
    first = adapt_teacher(teacher, human.others, human.targets, SETTINGS, tmp_path)
    second = adapt_teacher(teacher, human.others, human.targets, SETTINGS, tmp_path)
    assert len(pairs) == 1
    assert first.identity == second.identity
    assert first.identity.startswith("tiny+12rows@")
    adapt_teacher(teacher, human.others[:-1], human.targets, SETTINGS, tmp_path)
    adapt_teacher(teacher, human.others, human.targets, AdaptSettings(pairs=40, seed=1), tmp_path)
    assert len(pairs) == 3
    assert not list(tmp_path.glob("*.incomplete"))


def test_an_adaptation_that_was_cut_short_is_made_again(teacher, tmp_path, monkeypatch):
    from hf_synth.teachers import finetune

    human = human_splits(("set_alarm",))

    def die(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finetune, "finetune", die)
        with pytest.raises(KeyboardInterrupt):
            adapt_teacher(teacher, human.others, human.targets, SETTINGS, tmp_path)
    adapted = adapt_teacher(teacher, human.others, human.targets, AdaptSettings(pairs=8), tmp_path)
    assert adapted.identity != teacher.identity


def test_adapting_trains_a_copy(teacher, tmp_path):
    human = human_splits(("set_alarm",))
    before = {name: tensor.clone() for name, tensor in teacher.model.state_dict().items()}
    adapted = adapt_teacher(
        teacher, human.others, human.targets, AdaptSettings(pairs=100, learning_rate=0.01), tmp_path
    )
    after = teacher.model.state_dict()
    assert all(after[name].equal(before[name]) for name in before)
    assert any(not tensor.equal(before[name]) for name, tensor in adapted.model.state_dict().items())
    assert len(adapted.generate([Draw(Prompt("play jazz"))], Sampling(max_new_tokens=4))) == 1


def test_only_a_teacher_that_runs_here_adapts(tmp_path):
    human, scripted = human_splits(("set_alarm",)), ScriptedTeacher(echo_slots)
    with pytest.raises(ConfigError, match="teacher 'scripted' cannot adapt"):
        adapt_teacher(scripted, human.others, human.targets, SETTINGS, tmp_path)
    with pytest.raises(ConfigError) as caught:
        check_adaptable(scripted)
    assert caught.value.hint == "Set teacher.adapt.pairs=0."


def test_negative_pairs():
    with pytest.raises(ConfigError, match="pairs must be at least 0, got -1"):
        AdaptSettings(pairs=-1)


def test_a_share_of_the_pairs_is_replayed():
    others = [row("wake me at [time : seven]", "a"), row("an alarm at [time : noon]", "a")]
    replay = [row("play [genre : jazz] now", "b"), row("some [genre : soul] please", "b")]
    settings = AdaptSettings(pairs=8, replay=0.25, mask_rate=0.0)
    intents = [prompt.split("</intent>")[0].split()[-1] for prompt, _ in adaptation_pairs(others, replay, settings)]
    assert intents == ["a"] * 6 + ["b"] * 2
    assert len(adaptation_pairs(others, [], settings)) == 8


def test_the_shipped_teacher_brings_rows_to_replay():
    rows = read_replay("linguist-mini")
    assert len(rows) > 1000
    held_back = {"alarm_set", "play_podcasts", "transport_ticket", "takeaway_order", "cooking_recipe"}
    assert not held_back & {row.intent for row in rows}
    assert read_replay("another") == []


def row(text, intent):
    return read_record({"intent": intent, "utterance": text}, "en-US", text)
