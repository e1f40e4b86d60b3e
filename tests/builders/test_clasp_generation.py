import re
from collections import Counter
from dataclasses import replace

import pytest
from endpoint_server import EndpointServer, answer
from parsed import SEEDS, VALUES, german_splits, read, seed_records, write_answer, write_badly

from hf_synth.builders.clasp_generation import ClaspSettings, generate_parses
from hf_synth.builders.clasp_plan import ClaspPlanSettings, ClaspTask
from hf_synth.builders.clasp_rows import FILTERS
from hf_synth.errors import ConfigError
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import read_parse
from hf_synth.parses.values import find_values
from hf_synth.schema import Row, normalise
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher
from hf_synth.teachers.scripted import ScriptedTeacher

ROWS = read(seed_records())
REFERENCE = [Row.human(row) for row in ROWS]
SCHEMA = ParseSchema.from_trees(read_parse(row.parse) for row in ROWS)
SETTINGS = ClaspSettings(rows=40)
ABROAD = ClaspTask(german_splits().train, "de-DE", {}, ROWS, {"a": "ein"})


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def generate(journal, script=write_answer, settings=SETTINGS, task=None, teacher=None):
    task = task or ClaspTask(ROWS, "en-US", VALUES)
    teacher = teacher or ScriptedTeacher(script)
    return generate_parses(task, teacher, journal, SCHEMA, FILTERS, REFERENCE, settings)


def by_method(out):
    return Counter(row.provenance.method for row in out.rows)


def with_strategies(*strategies, **changes):
    return ClaspSettings(plan=ClaspPlanSettings(strategies), **changes)


def test_rows_of_each_strategy(journal):
    out = generate(journal)
    assert by_method(out) == {"clasp_rs@1": 20, "clasp_gb@1": 20}
    assert out.requested == 40
    assert len({normalise(row.utterance.text) for row in out.rows}) == 40
    for row in out.rows:
        made, utterance = row.provenance, row.utterance
        assert (made.origin, made.teacher) == ("synthetic", "scripted")
        assert set(made.seed_ids) <= {seed.seed_id for seed in ROWS}
        assert (utterance.intent, utterance.locale, utterance.spans) == ("SHOP", "en-US", ())
        assert not find_values(utterance.text, read_parse(utterance.parse))
    assert out.prompt_texts <= {row.text for row in ROWS}
    assert out.first.text.startswith("Semantic Parse: ")


def test_seeds_whose_rows_fail_are_asked_for_more_often(journal):
    turn = iter(range(10_000))

    def often_fail(draw, sampling):
        asked = draw.prompt.text.rpartition("Semantic Parse: ")[2]
        return "nothing" if "(NOT" in asked and next(turn) % 3 else write_answer(draw, sampling)

    out = generate(journal, often_fail, with_strategies("rs", rows=240))
    kept = Counter(row.provenance.seed_ids[0] for row in out.rows)
    assert sum(kept.values()) == 240
    assert set(kept.values()) <= set(range(36, 45))


def test_a_teacher_that_did_not_learn_what_it_is_asked_for_is_warned_of(journal, caplog):
    for taught, warned in (("linguist@1", True), ("linguist@1 clasp_slots@1", False), ("", False)):
        caplog.clear()
        teacher = ScriptedTeacher(lambda draw, sampling: "nothing")
        teacher.taught = taught
        generate(journal, settings=with_strategies("rs", "gb", rows=2, max_completions=1), teacher=teacher)
        assert [record.args for record in caplog.records if "of little use" in record.message] == [("gb",)] * warned


def test_a_hopeless_seed_does_not_use_up_the_budget(journal):
    def fail(draw, sampling):
        asked = draw.prompt.text.rpartition("Semantic Parse: ")[2]
        return "nothing" if "(NOT" in asked else write_answer(draw, sampling)

    out = generate(journal, fail, with_strategies("rs", rows=240, max_completions=3))
    assert len(out.rows) == 240


def test_rows_in_another_language(journal):
    out = generate(journal, settings=with_strategies("ts", "tb", rows=20), task=ABROAD)
    assert by_method(out) == {"clasp_ts@1": 10, "clasp_tb@1": 10}
    assert {row.utterance.locale for row in out.rows} == {"de-DE"}
    assert {row.provenance.seed_ids[1:] for row in out.rows} == {("seed-0",)}


def test_what_is_wrong_is_counted_and_made_up_for(journal):
    out = generate(journal, write_badly, replace(SETTINGS, max_completions=9.0))
    assert by_method(out) == {"clasp_rs@1": 20, "clasp_gb@1": 20}
    counts = out.counts
    assert set(counts["rejected"]) >= {"malformed", "value_missing", "unknown_label", "copied_example"}
    assert counts["accepted"] + sum(counts["rejected"].values()) == counts["completions"]
    assert all(reject.detail for reject in out.rejects)


def test_one_text_is_one_row_whatever_the_strategy(journal):
    def script(draw, sampling):
        text = "two roses in one pot"
        parse = "(SHOP (PLANT (COUNT two ) (KIND roses ) ) (POT (COUNT one ) ) )"
        return text if draw.prompt.text.endswith("English:") else f"{parse} ; English: {text}"

    out = generate(journal, script, task=ClaspTask(ROWS[:1], "en-US"))
    assert len(out.rows) == 1, "the text of the first strategy is a duplicate for the second"
    assert out.counts["rejected"]["duplicate"]
    assert set(out.counts["rejected"]) == {"duplicate"}


@pytest.mark.parametrize(("budget", "completions"), [(1, 40), (1.5, 60), (5, 200)])
def test_it_stops_at_the_budget(journal, budget, completions):
    out = generate(journal, lambda draw, sampling: "", replace(SETTINGS, max_completions=budget))
    assert (out.rows, out.completions) == ([], completions)
    assert journal.calls == completions
    assert out.counts["rejected"] == {"malformed": completions}


def test_a_prompt_that_comes_again_is_drawn_from_again(journal):
    """One seed makes one prompt of `gb`."""
    out = generate(journal, settings=with_strategies("gb", rows=10), task=ClaspTask(ROWS[:1], "en-US"))
    assert len(out.rows) == 10
    assert out.prompts == 1


def test_a_second_run_asks_nothing_and_a_larger_one_goes_on(journal):
    first = generate(journal)
    calls = journal.calls
    again = generate(journal)
    assert again.rows == first.rows
    assert journal.calls == calls == first.completions
    more = generate(journal, settings=replace(SETTINGS, rows=60))
    assert [row for row in more.rows if row.provenance.method == "clasp_rs@1"][:20] == first.rows[:20]


def test_equal_rows_whatever_the_size_of_chunks(journal, tmp_path):
    other = Journal(tmp_path / "other.sqlite", chunk=1)
    assert generate(other).rows == generate(journal).rows
    other.close()


def test_over_http(journal):
    """A server is asked with the instruction."""

    def reply(request, path, headers):
        return answer(request, content=lambda text, seed, number: write_asked(text, number))

    def write_asked(instruction, number):
        prompt = instruction.rpartition("Request:\n")[2].partition("\nAnswer:")[0]
        return write_answer(Draw(Prompt(prompt), number), Sampling())

    with EndpointServer(reply) as server:
        out = generate(journal, teacher=load_teacher(f"{server.url}#m", EndpointSettings(timeout=5.0)))
        asked = [str(body) for body, _, _ in server.requests]
    assert len(out.rows) == 40
    assert all("You write training data for a semantic parser" in body for body in asked)
    assert re.search(r"Semantic Parse: ", asked[0])


def test_nothing_to_ask_with_is_said_before_anything_is_asked(journal):
    with pytest.raises(ConfigError, match="needs rows of another language"):
        generate(journal, script=None, settings=with_strategies("rs", "ts"))
    assert journal.calls == 0


def test_few_rows_and_many_strategies(journal):
    settings = with_strategies("gb", "rs", rows=1)
    assert settings.shares == {"gb": 1, "rs": 0}
    assert by_method(generate(journal, settings=settings)) == {"clasp_gb@1": 1}


@pytest.mark.parametrize("name", ["rows", "draws_per_prompt", "max_completions"])
def test_bad_settings(name):
    with pytest.raises(ConfigError, match=f"{name} must be at least 1, got 0"):
        ClaspSettings(**{name: 0})


def test_seeds_of_the_tests_hold_together():
    assert all(not find_values(text, read_parse(parse)) for text, parse in SEEDS)
