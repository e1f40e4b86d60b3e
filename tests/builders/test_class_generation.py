import json
from dataclasses import replace

import pytest
from classes import CLASSES, asked_for, human_splits, write_badly, write_list, write_texts
from endpoint_server import EndpointServer, answer, fail_sometimes

from hf_synth.builders.class_generation import ClassSettings, generate_texts, part_classes
from hf_synth.builders.class_plan import ClassPlanSettings, ClassTask
from hf_synth.builders.classification import FILTERS
from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.schema import Provenance, Row, Utterance, normalise
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher
from hf_synth.teachers.scripted import ScriptedTeacher

HUMAN = human_splits()
REFERENCE = [Row.human(row) for row in HUMAN.train]
SETTINGS = ClassSettings(rows_per_class=25)


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def tasks(*labels, locale="en-US", count=25):
    return [(ClassTask(label, locale, HUMAN.starters[label], CLASSES), count) for label in labels]


def generate(journal, script=write_list, settings=SETTINGS, wanted=None, teacher=None):
    wanted = tasks("card_arrival") if wanted is None else wanted
    return generate_texts(wanted, teacher or ScriptedTeacher(script), journal, FILTERS, REFERENCE, settings)


def test_it_stops_when_there_are_enough(journal):
    out = generate(journal)
    assert len(out.rows) == out.requested == 25
    assert (out.prompts, out.completions) == (4, 4), "25 rows and a quarter more, ten in an answer"
    assert out.counts["rejected"] == {"surplus": 15}
    assert len({normalise(row.utterance.text) for row in out.rows}) == 25


def test_provenance_and_prompt_texts(journal):
    out = generate(journal, wanted=tasks("card_arrival", locale="de-DE"))
    for row in out.rows:
        made, utterance = row.provenance, row.utterance
        assert (made.origin, made.method, made.teacher) == ("synthetic", "classification@1", "scripted")
        assert sorted(made.seed_ids) == [f"card_arrival-{n}" for n in range(3)]
        assert (utterance.intent, utterance.locale, utterance.spans, utterance.seed_id) == (
            "card_arrival",
            "de-DE",
            (),
            "",
        )
        assert utterance.text.startswith("card arrival in German")
    assert out.prompt_texts == {row.text for row in HUMAN.starters["card_arrival"]}


@pytest.mark.parametrize("factor", [0, 0.3, 0.7, 1, 3])
def test_too_few_and_too_many_texts_in_an_answer(journal, factor):
    def script(draw, sampling):
        count = round(factor * asked_for(draw.prompt.text)[2])
        return json.dumps(write_texts(draw.prompt.text, draw.number, count))

    out = generate(journal, script)
    assert len(out.rows) == (25 if factor else 0)
    assert out.completions <= 15
    if factor == 3:
        assert out.counts["rejected"] == {"surplus": 80 + 15}
    if factor == 0:
        assert (out.completions, out.counts["rejected"]) == (15, {"empty": 15})


@pytest.mark.parametrize("wanted", [1, 2, 9, 10, 11])
def test_no_more_texts_are_asked_for_than_needed(journal, wanted):
    seen = []
    generate(journal, lambda draw, s: seen.append(draw) or write_list(draw, s), wanted=tasks("refund", count=wanted))
    asked = [asked_for(draw.prompt.text)[2] for draw in seen]
    assert wanted * 1.25 <= sum(asked) < wanted * 1.25 + 10


@pytest.mark.parametrize(("budget", "completions"), [(1, 3), (1.5, 4), (5, 15)])
def test_it_stops_at_the_budget(journal, budget, completions):
    out = generate(journal, {}, replace(SETTINGS, max_completions=budget))
    assert (out.rows, out.completions) == ([], completions)
    assert journal.calls == completions, "no prompt is answered from the journal because it was asked before"


def test_a_prompt_that_comes_again_is_drawn_from_again(journal):
    """A cold start without styles has one prompt only: its draws differ."""
    plan = ClassPlanSettings(styles=())
    cold = [(ClassTask("refund", "en-US", [], {"refund": ""}), 25)]
    out = generate(journal, settings=replace(SETTINGS, plan=plan), wanted=cold)
    assert len(out.rows) == 25
    assert (out.prompts, out.completions) == (1, 4)


def test_one_answer_for_all(journal):
    out = generate(journal, lambda draw, sampling: '["the same", "The Same"]')
    assert [row.utterance.text for row in out.rows] == ["the same"]
    assert out.counts["rejected"] == {"duplicate": 2 * out.completions - 1}


def test_human_and_held_out_texts_are_no_new_rows(journal):
    """Seeds of other classes, too: they stand in no prompt as examples."""
    out = generate(journal, lambda draw, sampling: '["Add money to my account", "where is my card", "new one"]')
    assert [row.utterance.text for row in out.rows] == ["new one"]
    assert out.counts["rejected"]["copied_example"] == out.completions
    assert out.counts["rejected"]["duplicate"] == 2 * out.completions - 1


def test_classes_and_locales_do_not_mix(journal):
    wanted = [*tasks("card_arrival", "refund", count=12), *tasks("refund", locale="ja-JP", count=7)]
    out = generate(journal, wanted=wanted)
    got = [(row.utterance.intent, row.utterance.locale) for row in out.rows]
    assert got == [("card_arrival", "en-US")] * 12 + [("refund", "en-US")] * 12 + [("refund", "ja-JP")] * 7
    for row in out.rows:
        name = row.utterance.intent.replace("_", " ")
        language = {"en-US": "English", "ja-JP": "Japanese"}[row.utterance.locale]
        assert row.utterance.text.startswith(f"{name} in {language}")


def test_what_a_class_gets_does_not_depend_on_the_others(journal, tmp_path):
    other = Journal(tmp_path / "other.sqlite", chunk=1)
    together = generate(journal, wanted=tasks("refund", "card_arrival", "top_up")).rows
    alone = [
        row for label in ("refund", "card_arrival", "top_up") for row in generate(other, wanted=tasks(label)).rows
    ]
    other.close()
    assert together == alone


def row(text, label="a", locale="en-US"):
    return Row(Utterance(tuple(text.split()), (), label, locale), Provenance("synthetic"))


def test_a_text_of_two_classes_is_of_none():
    rows = [row("hello"), row("one"), row("Hello", "b"), row("two", "b"), row("ONE", locale="en-GB"), row("Two", "b")]
    kept, rejects = part_classes(rows)
    assert kept == [rows[1], rows[3]]
    reasons = [(item.reason, item.text) for item in rejects]
    assert reasons == [("two_classes", "hello"), ("two_classes", "Hello"), ("duplicate", "ONE"), ("duplicate", "Two")]


def test_clashes_are_counted_and_made_up_for(journal):
    """Each answer has a text that answers of other classes have, too."""

    def script(draw, sampling):
        return json.dumps([f"help {draw.number}", *write_texts(draw.prompt.text, draw.number)[1:]])

    wanted = tasks("refund", "top_up", count=20)
    out = generate(journal, script, wanted=wanted)
    assert [row.utterance.intent for row in out.rows] == ["refund"] * 20 + ["top_up"] * 20
    assert not [row for row in out.rows if row.utterance.text.startswith("help")]
    assert out.counts["rejected"]["two_classes"] == out.completions
    calls = journal.calls
    assert generate(journal, script, wanted=wanted).rows == out.rows
    assert journal.calls == calls == out.completions


# Over HTTP


def serve(content, faults=0.0):
    failing = fail_sometimes(faults, seed=3)

    def reply(request, path, headers):
        made = failing(request, path, headers)
        return answer(request, content=content) if made.status == 200 and not made.fault else made

    return EndpointServer(reply)


def load(server, **settings):
    return load_teacher(f"{server.url}#m", EndpointSettings(**{"backoff": 0.01, "timeout": 1.0, **settings}))


def check_sums(out):
    assert out.counts["accepted"] == len(out.rows)
    assert sum(out.counts["rejected"].values()) == len(out.rejects)
    assert all(isinstance(item, Reject) and item.detail for item in out.rejects)


@pytest.mark.parametrize("faults", [0.0, 0.2])
def test_all_broken_forms_over_http(journal, faults):
    with serve(write_badly, faults) as server:
        wanted = tasks("card_arrival", "refund", "top_up", count=100)
        out = generate(journal, wanted=wanted, teacher=load(server))
        bodies = [body for body, _, _ in server.requests]
    assert len(out.rows) == 300
    check_sums(out)
    assert set(out.counts["rejected"]) >= {"duplicate", "empty", "no_list", "not_text", "surplus", "truncated"}
    schema = bodies[0]["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["texts"]
    assert bodies[0]["temperature"] == 0.9
    assert all(text.split()[:2] != ["I", "am"] for text in (r.utterance.text for r in out.rows))


def test_a_second_run_asks_nothing(journal):
    with serve(write_badly) as server:
        first = generate(journal, wanted=tasks("refund", count=40), teacher=load(server))
        asked = len(server.requests)
        again = generate(journal, wanted=tasks("refund", count=40), teacher=load(server))
        more = generate(journal, wanted=tasks("refund", count=60), teacher=load(server))
        assert len(server.requests) == more.completions > asked, "what is there is used"
    assert asked == first.completions == again.completions
    assert again.rows == first.rows == more.rows[:40]
    assert len(more.rows) == 60


def test_http_and_scripted_teachers_give_equal_texts(journal, tmp_path):
    with serve(lambda text, seed, number: json.dumps(write_texts(text, 0))) as server:
        wanted = tasks("refund", "top_up", count=30)
        over_http = generate(journal, wanted=wanted, teacher=load(server))
    scripted = generate(journal, lambda draw, _: json.dumps(write_texts(draw.prompt.text, 0)), wanted=wanted)
    assert [row.utterance for row in over_http.rows] == [row.utterance for row in scripted.rows]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rows_per_class": 0}, "rows_per_class must be at least 1, got 0"),
        ({"balance_to": 0}, "balance_to must be at least 1, got 0"),
        ({"texts_per_prompt": 0}, "texts_per_prompt must be at least 1"),
        ({"max_completions": 0.5}, "max_completions must be at least 1"),
        ({"locales": ("en-US", "qq")}, "no language name known for locale 'qq'"),
        ({"locales": ("en-US", "en-US")}, "a locale stands twice"),
    ],
)
def test_bad_settings(values, message):
    with pytest.raises(ConfigError, match=message):
        ClassSettings(**values)
