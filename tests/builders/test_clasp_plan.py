import re
from collections import Counter

import pytest
from parsed import GERMAN, VALUES, german_splits, read, record, seed_records

from hf_synth.builders.clasp_plan import ClaspPlanSettings, ClaspTask, choose_examples, plan_parse
from hf_synth.errors import ConfigError
from hf_synth.parses.tree import read_parse
from hf_synth.prompts.clasp import find_skeleton
from hf_synth.seeding import rng

ROWS = read(seed_records())
SETTINGS = ClaspPlanSettings(("rs", "gb", "ts", "tb"), examples=3)
TASK = ClaspTask(ROWS, "en-US", VALUES)
ABROAD = ClaspTask(
    german_splits().train, "de-DE", {}, ROWS, {"a": "ein", "pot": "(topf", "five": "fünf", "green": "a; b"}
)


def plans(strategy, count=12, task=TASK, settings=SETTINGS):
    return [plan_parse(number, strategy, task, settings) for number in range(count)]


def shape(parse):
    return find_skeleton(read_parse(parse))


def values(parse):
    return [leaf.value for leaf in read_parse(parse).leaves()]


def test_rs_takes_each_seed_in_turn_and_swaps_values():
    for number, plan in enumerate(plans("rs", 40)):
        seed = ROWS[number % len(ROWS)]
        assert plan.seed_ids[0] == seed.seed_id
        assert shape(plan.request.parse) == shape(seed.parse)
        changed = sum(a != b for a, b in zip(values(seed.parse), values(plan.request.parse), strict=True))
        assert 1 <= changed <= 2, "a count at least has other values"
        assert len(plan.request.examples) == 3
        assert plan.request.source is None
    assert len({plan.request.parse for plan in plans("rs", 40)}) > 20


def test_the_number_of_swaps_is_a_bound():
    few = plans("rs", 30, settings=ClaspPlanSettings(swaps=1))
    many = plans("rs", 30, settings=ClaspPlanSettings(swaps=9))
    counts = [
        Counter(
            sum(a != b for a, b in zip(values(ROWS[n % 6].parse), values(plan.request.parse), strict=True))
            for n, plan in enumerate(found)
        )
        for found in (few, many)
    ]
    assert set(counts[0]) == {1}
    assert set(counts[1]) >= {1, 2, 3}


def test_the_original_may_be_left_out():
    without = ClaspPlanSettings(examples=6, original=False)
    for number, plan in enumerate(plans("rs", settings=without)):
        assert ROWS[number % 6] not in plan.request.rows
        assert len(plan.request.examples) == 5
    assert all(
        ROWS[n % 6] in plan.request.rows for n, plan in enumerate(plans("rs", settings=ClaspPlanSettings(examples=6)))
    )


def test_gb_asks_with_examples_of_other_shapes_in_any_order():
    found = plans("gb", 30)
    for plan in found:
        texts = [example.target.text for example in plan.request.examples]
        assert len(set(texts)) == 3
        assert len({shape(example.target.parse).key() for example in plan.request.examples}) == 3
        assert plan.seed_ids == tuple(example.target.seed_id for example in plan.request.examples)
        assert plan.request.parse == ""
    assert len({plan.seed_ids for plan in found}) > 20


def test_ts_translates_values_where_it_can():
    by_id = {plan.request.source.seed_id: plan for plan in plans("ts", task=ABROAD)}
    assert sorted(by_id) == [f"seed-{n}" for n in range(1, 6)], "seed-0 is translated already"
    assert by_id["seed-4"].request.parse == "(SHOP (POT (COUNT ein ) ) )"
    assert by_id["seed-5"].request.parse == "(SHOP (POT (COUNT fünf ) (COLOUR green ) ) )", (
        "a value that breaks fields"
    )
    (example,) = by_id["seed-5"].request.examples
    assert (example.target.text, example.source.text) == (GERMAN[0], ROWS[0].text)
    assert by_id["seed-5"].request.locale == "de-DE"
    assert by_id["seed-5"].seed_ids == ("seed-5", "seed-0")


def test_tb_leaves_the_parse_to_the_teacher():
    for plan in plans("tb", task=ABROAD):
        assert plan.request.parse == ""
        assert plan.request.source in ROWS[1:]


def test_a_plan_depends_on_its_number_alone():
    assert plans("rs", 9)[7] == plan_parse(7, "rs", ClaspTask(ROWS, "en-US", VALUES), SETTINGS)
    assert plans("rs") != plans("rs", settings=ClaspPlanSettings(examples=3, seed=1))


def test_rows_that_cannot_stand_in_a_prompt_are_left_out():
    odd = read([{"id": "odd", "text": "a rose; thanks", "parse": "(SHOP (PLANT (COUNT a ) (KIND rose ) ) )"}])
    task = ClaspTask((*odd, *ROWS), "en-US", {**VALUES, "KIND": ["English: rose", "x ; y"]})
    for plan in (*plans("rs", 20, task), *plans("gb", 20, task)):
        assert "odd" not in plan.seed_ids
        assert ";" not in plan.request.parse
        assert "English" not in plan.request.parse


def test_examples_cover_the_labels_and_then_differ():
    wanted = read_parse("(SHOP (POT (COUNT a ) (COLOUR x ) ) (PLANT (HEIGHT y ) ) )")
    for number in range(20):
        first, second, third = (
            shape(example.target.parse) for example in choose_examples(TASK.alone, wanted, 3, rng(number))
        )
        labels = [{node.label for node in tree.walk()} for tree in (first, second, third)]
        assert labels[0] == {"SHOP", "POT", "PLANT", "COUNT", "HEIGHT", "KIND"}, "five of the six labels"
        assert "COLOUR" in labels[1], "what the first lacks"
        assert len({first.key(), second.key(), third.key()}) == 3
    assert len({choose_examples(TASK.alone, None, 3, rng(number)) for number in range(9)}) > 5


def test_examples_of_the_same_intent_come_first():
    others = [{"id": f"o{n}", "text": f"is {n} open", "parse": f"(ASK (COUNT {n} ) )"} for n in range(300)]
    task = ClaspTask((*read(others), *ROWS), "en-US", VALUES)
    chosen = choose_examples(task.alone, read_parse(ROWS[0].parse), 6, rng(0))
    assert {example.target.intent for example in chosen} == {"SHOP"}


@pytest.mark.parametrize(
    ("task", "strategy", "message"),
    [
        (ClaspTask((), "fr-FR"), "gb", "needs a seed of fr-FR"),
        (TASK, "ts", "needs rows of another language"),
        (
            ClaspTask(read([record(9, GERMAN)], "de-DE"), "de-DE", {}, ROWS),
            "tb",
            "needs a seed with the id of a source",
        ),
    ],
)
def test_nothing_to_ask_with(task, strategy, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        task.check(strategy)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"strategies": ()}, "names strategies, each once"),
        ({"strategies": ("rs", "rs")}, "names strategies, each once"),
        ({"strategies": ("rz",)}, "plan.strategies is one of rs"),
        ({"examples": 0}, "plan.examples must be at least 1"),
        ({"pairs": 0}, "plan.pairs must be at least 1"),
        ({"swaps": 0}, "plan.swaps must be at least 1"),
    ],
)
def test_bad_settings(values, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        ClaspPlanSettings(**values)
