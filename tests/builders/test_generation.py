from dataclasses import replace

import pytest
from small import human_row, seed_records, utterances

from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.generation import Generated, GenerationSettings, generate_rows
from hf_synth.builders.linguist import FILTERS
from hf_synth.builders.plan import PlanSettings
from hf_synth.errors import ConfigError
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.generation import Sampling
from hf_synth.schema import Row, normalise
from hf_synth.seeding import rng
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots

ALL = utterances(seed_records())
ALARMS = [row for row in ALL if row.intent == "set_alarm"]
REFERENCE = [Row.human(row) for row in ALL]
SETTINGS = GenerationSettings(rows_per_intent=20, plan=PlanSettings(examples=4))


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def generate(journal, script=echo_slots, settings=SETTINGS, filters=FILTERS):
    teacher = ScriptedTeacher(script)
    return generate_rows([ALARMS], teacher, journal, Catalogue.from_utterances(ALL), filters, REFERENCE, settings)


def check_sums(out):
    counts = out.counts
    assert counts["completions"] == counts["accepted"] + sum(counts["rejected"].values())
    assert counts["accepted"] == len(out.rows)


def garbage(draw, sampling):
    generator = rng(sampling.seed, draw.prompt.text, draw.number)
    pieces = [
        "",
        "[",
        "]",
        "[1",
        "[1 ]",
        "*",
        "\\",
        "[99 x ]",
        "[0 x ]",
        "\x00",
        "\ud800",
        "א",
        "\n",
        "[1 seven ]",
        "a" * 999,
    ]
    return " ".join(pieces[index] for index in generator.integers(0, len(pieces), generator.integers(0, 9)))


def test_it_stops_when_there_are_enough(journal):
    out = generate(journal)
    assert len(out.rows) == out.requested == 20
    check_sums(out)
    assert out.completions <= 100
    assert len({normalise(row.utterance.text) for row in out.rows}) == 20
    assert {row.utterance.intent for row in out.rows} == {"set_alarm"}


def test_provenance_and_prompt_texts(journal):
    out = generate(journal)
    ids = {row.seed_id for row in ALARMS}
    for row in out.rows:
        made = row.provenance
        assert (made.origin, made.method, made.teacher) == ("synthetic", "linguist@1", "scripted")
        assert len(made.seed_ids) == 5
        assert set(made.seed_ids) <= ids
        assert row.utterance.seed_id == ""
    assert out.prompt_texts == {row.text for row in ALARMS}


@pytest.mark.parametrize("budget", [1, 1.05, 2, 2.35, 5])
@pytest.mark.parametrize("draws", [1, 2, 3, 7])
def test_it_stops_at_the_budget(journal, budget, draws):
    settings = replace(SETTINGS, max_completions=budget, draws_per_prompt=draws)
    out = generate(journal, {}, settings)
    assert out.completions == int(20 * budget) == journal.calls + journal.hits
    assert out.rows == []
    assert out.counts["rejected"] == {"malformed": out.completions}
    assert out.prompts <= out.completions <= out.prompts * draws


@pytest.mark.parametrize("seed", range(10))
def test_garbage_is_counted(journal, seed):
    out = generate(journal, garbage, replace(SETTINGS, sampling=Sampling(seed=seed)))
    check_sums(out)
    assert out.completions == 100 or len(out.rows) == 20
    assert set(out.counts["rejected"]) >= {"malformed", "literal_mismatch"}


def test_one_answer_for_all_gives_one_row(journal):
    settings = replace(SETTINGS, plan=PlanSettings(examples=4, wildcard_rate=1, copy_rate=0, recombine_rate=0))
    out = generate(journal, lambda draw, _: "here " + " ".join(f"[{s.number} x ]" for s in draw.prompt.owed), settings)
    assert 1 <= len(out.rows) <= 2
    assert out.counts["rejected"]["duplicate"] >= 90
    check_sums(out)


def test_surplus_is_counted(journal):
    out = generate(journal, settings=replace(SETTINGS, rows_per_intent=1))
    assert len(out.rows) == 1
    assert out.counts["rejected"].get("surplus", 0) >= 1
    check_sums(out)


def test_filters_run_in_every_round(journal):
    first = generate(journal)
    banned = HeldOutFilter.from_utterances([row.utterance for row in first.rows[:5]])
    second = generate(journal, filters=(*FILTERS, banned))
    assert len(second.rows) == 20, "what is dropped is made up for"
    assert second.counts["rejected"]["held_out"] >= 5
    check_sums(second)


def test_a_second_time_the_teacher_is_not_asked(journal):
    first = generate(journal)
    calls = journal.calls
    again = generate(journal)
    assert journal.calls == calls
    assert (again.rows, again.rejects) == (first.rows, first.rejects)


def test_sums_of_intents():
    one = Generated([human_row("a")], [], 3, 2, 5, {"x"}, 1.0)
    one.add(Generated([human_row("b")], [], 4, 1, 6, {"y"}, 0.5))
    assert (len(one.rows), one.requested, one.prompts, one.completions) == (2, 7, 3, 11)
    assert (one.prompt_texts, one.seconds) == ({"x", "y"}, 1.5)


@pytest.mark.parametrize("name", ["rows_per_intent", "draws_per_prompt", "max_completions"])
def test_out_of_range(name):
    with pytest.raises(ConfigError, match=f"generation.{name} must be at least 1, got 0"):
        GenerationSettings(**{name: 0})
