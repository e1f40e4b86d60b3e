from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import SEEDS, seed_records, utterances

from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.plan import PlanSettings, plan_request
from hf_synth.errors import ConfigError
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.schema import Utterance

ALL = utterances(seed_records())
ALARMS = [row for row in ALL if row.intent == "set_alarm"]
CATALOGUE = Catalogue.from_utterances(ALL)
ZERO = PlanSettings(examples=0)


def plans(settings=PlanSettings(), count=60, seeds=ALARMS, catalogue=CATALOGUE):  # noqa: B008
    return [plan_request(number, seeds, catalogue, settings) for number in range(count)]


def test_plans_are_deterministic_and_free_of_order():
    forth = plans()
    back = [plan_request(number, ALARMS, CATALOGUE, PlanSettings()) for number in range(59, -1, -1)]
    assert forth == back[::-1] == plans()
    assert plans(count=7) == forth[:7]
    assert plans(PlanSettings(seed=1)) != forth
    assert len({LinguistPrompt().render(plan.request).text for plan in forth}) == len(forth)


def test_nothing_is_changed():
    before = deepcopy((ALARMS, CATALOGUE))
    plans()
    assert (ALARMS, CATALOGUE) == before


@given(st.integers(0, 10_000), st.integers(1, 10), st.integers(0, 3), st.floats(0, 1))
def test_the_starter_is_no_example(number, examples, seed, recombine):
    plan = plan_request(number, ALARMS, CATALOGUE, PlanSettings(examples, recombine_rate=recombine, seed=seed))
    starter = ALARMS[number % len(ALARMS)]
    assert starter not in plan.request.examples
    assert len(plan.request.examples) == min(examples, len(ALARMS) - 1)
    assert len(set(plan.request.examples)) == len(plan.request.examples)
    assert plan.seed_ids == tuple(row.seed_id for row in (starter, *plan.request.examples))
    assert (plan.request.intent, plan.request.locale) == ("set_alarm", "en-US")
    assert plan.request.include


def test_values_of_the_catalogue_copies_and_wildcards():
    def values(**rates):
        made = plans(PlanSettings(recombine_rate=0, **rates))
        return [(number, item) for number, plan in enumerate(made) for item in plan.request.include]

    assert all(item.value is None for _, item in values(wildcard_rate=1.0, copy_rate=0))
    assert all(
        (item.slot, " ".join(item.value)) in ALARMS[number % 6].slots
        for number, item in values(wildcard_rate=0.0, copy_rate=1.0)
    )
    drawn = values(wildcard_rate=0.0, copy_rate=0.0)
    assert all(item.value in CATALOGUE.values[item.slot] for _, item in drawn)
    assert len({item.value for _, item in drawn}) > 5
    half = [item.value is None for _, item in values(wildcard_rate=0.5, copy_rate=0.0)]
    assert 0.3 < sum(half) / len(half) < 0.7


def test_slots_are_those_of_the_starter_unless_recombined():
    for rate, same in ((0.0, True), (1.0, False)):
        made = plans(PlanSettings(recombine_rate=rate))
        agree = [
            sorted(item.slot for item in plan.request.include) == sorted(slot for slot, _ in ALARMS[n % 6].slots)
            for n, plan in enumerate(made)
        ]
        assert all(agree) == same
    assert {item.slot for plan in made for item in plan.request.include} == {"time", "date"}


def test_a_slot_without_values_keeps_its_seed_value():
    plan = plan_request(0, ALARMS, Catalogue({}), PlanSettings(recombine_rate=0))
    assert [(item.slot, item.value) for item in plan.request.include] == [("time", ("seven",))]


def test_zero_shot_uses_no_word_of_a_seed():
    """Every word of a seed is replaced by a mark: the prompts stay the same, letter for letter."""
    marked = [replace(row, tokens=tuple(f"mark{n}" for n in range(len(row.tokens)))) for row in ALARMS]
    others = Catalogue.from_utterances(row for row in ALL if row.intent != "set_alarm")
    ours, theirs = plans(ZERO, catalogue=others), plans(ZERO, seeds=marked, catalogue=others)
    prompts = [LinguistPrompt().render(plan.request) for plan in ours]
    assert prompts == [LinguistPrompt().render(plan.request) for plan in theirs]
    values = {value for row in ALARMS for slot, value in row.slots} - {"tomorrow", "on friday"}  # others say these
    assert not [value for prompt in prompts for value in values if f" {value} " in prompt.text]
    assert all(not plan.request.examples and not plan.seed_ids for plan in ours)


def test_zero_shot_asks_for_slots_by_name():
    made = plans(ZERO, catalogue=Catalogue({}))
    assert {len(plan.request.include) for plan in made} == {1, 2}
    assert {item.slot for plan in made for item in plan.request.include} == {"time", "date"}
    assert all(item.value is None for plan in made for item in plan.request.include)


def test_an_intent_without_slots():
    rows = [Utterance((word,), (), "greet", seed_id=word) for word in ("hi", "hey")]
    for settings in (PlanSettings(), PlanSettings(recombine_rate=1), ZERO):
        assert all(plan.request.include == () for plan in plans(settings, seeds=rows))


@pytest.mark.parametrize(
    "settings",
    [
        {"examples": -1},
        {"examples": 11},
        {"wildcard_rate": -0.1},
        {"copy_rate": -0.1},
        {"wildcard_rate": 0.6, "copy_rate": 0.5},
        {"recombine_rate": 1.1},
        {"recombine_rate": -0.1},
    ],
)
def test_out_of_range(settings):
    with pytest.raises(ConfigError, match=r"generation\."):
        PlanSettings(**settings)


def test_seeds_of_the_quick_recipe_are_read_as_they_are_written():
    assert len(ALL) == sum(map(len, SEEDS.values()))


def test_other_utterances_may_be_shown():
    shown = [Utterance(("réveille-moi",), (), "set_alarm", "fr-FR", f"f{number}") for number in range(3)]
    plan = plan_request(1, ALARMS, CATALOGUE, PlanSettings(examples=2), shown)
    assert {example.locale for example in plan.request.examples} == {"fr-FR"}
    assert plan.seed_ids[0] == ALARMS[1].seed_id
    assert [item.slot for item in plan.request.include] == [slot for slot, _ in ALARMS[1].slots]
