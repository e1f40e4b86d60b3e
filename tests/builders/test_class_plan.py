from collections import Counter
from dataclasses import replace

import pytest
from classes import CLASSES, human_splits, read

from hf_synth.builders.class_plan import ClassPlanSettings, ClassTask, draw_styles, plan_texts
from hf_synth.errors import ConfigError
from hf_synth.prompts.classification import STYLES
from hf_synth.schema import Utterance

SETTINGS = ClassPlanSettings()
CARD = ClassTask("card_arrival", "en-US", human_splits().starters["card_arrival"], CLASSES)
MANY = replace(CARD, seeds=[Utterance((f"text{n}",), (), "card_arrival", "en-US", f"s{n}") for n in range(30)])


def test_what_is_planned():
    plan = plan_texts(0, 10, CARD, SETTINGS)
    request = plan.request
    assert (request.label, request.description) == ("card_arrival", CLASSES["card_arrival"])
    assert (request.locale, request.count) == ("en-US", 10)
    assert len(request.styles) == 3
    assert dict(request.other_labels) == {"refund": CLASSES["refund"], "top_up": ""}
    assert [f"card_arrival-{n}" for n in range(3)] == sorted(plan.seed_ids)
    assert sorted(request.examples) == sorted(seed.text for seed in CARD.seeds)


def test_at_most_ten_seeds_at_random():
    plans = [plan_texts(number, 10, MANY, SETTINGS) for number in range(30)]
    assert {len(plan.request.examples) for plan in plans} == {10}
    assert all(len(set(plan.seed_ids)) == 10 for plan in plans)
    used = Counter(seed_id for plan in plans for seed_id in plan.seed_ids)
    assert len(used) == 30
    assert max(used.values()) < 25
    assert len({plan.request.examples for plan in plans}) == 30


def test_a_plan_depends_on_its_number_and_the_settings_alone():
    assert plan_texts(5, 10, MANY, SETTINGS) == plan_texts(5, 10, MANY, SETTINGS)
    assert plan_texts(5, 10, MANY, SETTINGS) != plan_texts(6, 10, MANY, SETTINGS)
    assert plan_texts(5, 10, MANY, SETTINGS) != plan_texts(5, 10, MANY, replace(SETTINGS, seed=1))
    back = replace(MANY, descriptions=dict(reversed(CLASSES.items())))
    assert plan_texts(5, 10, back, SETTINGS) == plan_texts(5, 10, MANY, SETTINGS)


def test_without_seeds_and_with_few():
    assert plan_texts(0, 10, replace(CARD, seeds=[]), SETTINGS).seed_ids == ()
    assert plan_texts(0, 10, replace(CARD, seeds=CARD.seeds[:1]), SETTINGS).request.examples == ("where is my card",)
    none = plan_texts(0, 10, MANY, ClassPlanSettings(examples=0, others=0, styles=()))
    assert (none.request.examples, none.seed_ids, none.request.other_labels) == ((), (), {})
    assert none.request.styles == ()


def test_seeds_of_the_same_locale_come_first():
    german = read(
        [{"id": f"de{n}", "intent": "card_arrival", "text": f"wo ist die karte {n}"} for n in range(4)], "de-DE"
    )
    task = replace(MANY, seeds=[*MANY.seeds, *german])
    for number in range(10):
        ids = plan_texts(number, 10, replace(task, locale="de-DE"), SETTINGS).seed_ids
        assert {f"de{n}" for n in range(4)} < set(ids), "all German seeds, and English ones beside them"
        assert not {f"de{n}" for n in range(4)} & set(plan_texts(number, 10, task, SETTINGS).seed_ids)
    assert len(plan_texts(0, 10, replace(MANY, locale="fr-FR"), SETTINGS).seed_ids) == 10, "cross-lingual"


@pytest.mark.parametrize("per_prompt", [1, 2, 3, 5, 12])
def test_all_styles_are_asked_for_equally_often(per_prompt):
    settings = replace(SETTINGS, styles_per_prompt=per_prompt)
    drawn = [draw_styles(number, CARD, settings) for number in range(60)]
    counts = Counter(style for styles in drawn for style in styles)
    assert set(counts) == set(STYLES)
    # A prompt across two deals may hold a style twice; it then asks for it once.
    assert max(counts.values()) - min(counts.values()) <= (0 if 12 % per_prompt == 0 else 5)
    assert all(len(set(styles)) == len(styles) for styles in drawn)
    assert len(set(drawn[:12])) > 3


def test_no_more_styles_than_texts():
    assert len(plan_texts(0, 1, CARD, SETTINGS).request.styles) == 1
    assert draw_styles(3, CARD, replace(SETTINGS, styles=("formal",))) == ("formal",)


def test_other_classes_are_those_with_common_words():
    names = ["card_lost", "new_card", *(f"class{n}" for n in range(30))]
    task = replace(CARD, descriptions={**CLASSES, **dict.fromkeys(names, "")})
    drawn = [
        list(plan_texts(number, 10, task, replace(SETTINGS, others=5)).request.other_labels) for number in range(20)
    ]
    assert all(set(labels[:2]) == {"card_lost", "new_card"} and len(labels) == 5 for labels in drawn)
    assert len({label for labels in drawn for label in labels}) > 20


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"examples": 11}, "plan.examples must lie in 0..10, got 11"),
        ({"others": -1}, "plan.others must be at least 0"),
        ({"styles_per_prompt": 0}, "plan.styles_per_prompt must be at least 1"),
        ({"styles": ("polit",)}, "plan.styles is one of"),
    ],
)
def test_bad_settings(values, message):
    with pytest.raises(ConfigError, match=message):
        ClassPlanSettings(**values)
