from copy import deepcopy

import pytest
from small import human_splits

from hf_synth.errors import ConfigError
from hf_synth.schema import Utterance
from hf_synth.splits import choose_targets, draw_low_resource, draw_new_intent, without_overlap


def said(text, intent="a", seed_id=""):
    return Utterance(tuple(text.split()), (), intent, seed_id=seed_id)


POOL = [said(f"{intent} number {n}", intent, f"{intent}{n}") for intent in "abc" for n in range(20)]


def draw(target="a", starters=4, background=10, number=0, pool=POOL, validation=(), test=()):
    return draw_new_intent(pool, validation, test, target, starters, background, number)


def test_starters_and_others():
    human = human_splits(("play_music", "set_alarm"))
    assert list(human.starters) == ["play_music", "set_alarm"]
    assert {len(rows) for rows in human.starters.values()} == {6}
    assert {row.intent for row in human.others} == {"get_weather"}


def test_without_overlap_keeps_the_first_and_drops_what_is_held_out():
    rows = [said("hi"), said("HI  "), said("hey"), said("ho")]
    before = list(rows)
    assert [row.text for row in without_overlap(rows, [said("Ho")])] == ["hi", "hey"]
    assert rows == before


def test_choose_targets():
    assert choose_targets(POOL, []) == ("a", "b", "c")
    assert choose_targets(POOL, ["c", "a", "c"]) == ("c", "a")
    with pytest.raises(ConfigError, match="target 'd' is the intent of no seed"):
        choose_targets(POOL, ["a", "d"])


def test_a_new_intent_has_its_starters_and_the_others_their_background():
    human = draw()
    counts = {intent: sum(row.intent == intent for row in human.train) for intent in "abc"}
    assert counts == {"a": 4, "b": 10, "c": 10}
    assert human.targets == ("a",)
    assert {intent: sum(row.intent == intent for row in human.full) for intent in "abc"} == dict.fromkeys("abc", 10)


def test_draws_differ_in_starters_alone():
    first, second = draw(number=0), draw(number=1)
    assert first.others == second.others
    assert first.full == second.full
    assert first.starters != second.starters
    assert draw(number=1) == second


def test_the_background_is_the_same_for_every_target():
    assert draw("a").full == draw("b").full
    assert draw("a").starters["a"] != draw("b").train


def test_a_fold_is_not_adapted_to():
    alone = draw()
    assert alone.adaptable == alone.others
    one, two = (draw_new_intent(POOL, (), (), target, 4, 10, 0, fold=("a", "b")) for target in ("a", "b"))
    assert {row.intent for row in one.adaptable} == {"c"}
    assert one.adaptable == two.adaptable
    assert {row.intent for row in one.others} == {"b", "c"}


def test_held_out_texts_stay_out():
    test, validation = [said("A  number 3")], [said("b number 7", "b")]
    human = draw(starters=19, background=100, test=test, validation=validation)
    texts = {row.text for row in (*human.train, *human.full)}
    assert not texts & {"a number 3", "b number 7"}
    assert (human.test, human.validation) == (tuple(test), tuple(validation))


def test_the_order_of_other_intents_does_not_matter_and_nothing_is_changed():
    pool = [row for intent in "cba" for row in POOL if row.intent == intent]
    before = deepcopy(pool)
    assert draw(pool=pool) == draw()
    assert pool == before


def test_too_few_rows():
    with pytest.raises(ConfigError, match="intent 'a' has 20 rows, 21 starters wanted"):
        draw(starters=21)
    with pytest.raises(ConfigError, match="no training row has intent 'x'"):
        draw("x")


def test_a_few_rows_of_every_intent():
    human = draw_low_resource(POOL, (), POOL[:1], (), 3, 0)
    assert {intent: sum(row.intent == intent for row in human.train) for intent in "abc"} == dict.fromkeys("abc", 3)
    assert human.targets == ("a", "b", "c")
    assert list(human.full) == POOL[1:]
    assert [row for row in human.full if row in human.train] == list(human.train)
    assert draw_low_resource(POOL, (), POOL[:1], (), 3, 0) == human != draw_low_resource(POOL, (), POOL[:1], (), 3, 1)


def test_too_few_rows_of_an_intent():
    with pytest.raises(ConfigError, match="intent 'a' has 20 rows, 21 wanted"):
        draw_low_resource(POOL, (), (), (), 21, 0)
