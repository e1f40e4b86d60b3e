from collections import Counter

import pytest
from classes import CLASSES, human_splits, read, seed_records

from hf_synth.builders.class_generation import ClassSettings
from hf_synth.builders.class_targets import count_wanted, find_locales, settle_classes, spread
from hf_synth.errors import ConfigError

LABELS = set(CLASSES)


def test_classes_of_the_seeds_and_of_the_user():
    assert settle_classes({}, LABELS) == {"card_arrival": "", "refund": "", "top_up": ""}
    assert settle_classes({"refund": " money\nback "}, LABELS)["refund"] == "money back"
    assert settle_classes({"b": "", "a": "x"}, set()) == {"a": "x", "b": ""}
    assert list(settle_classes({**CLASSES, "added": "new"}, LABELS)) == ["added", "card_arrival", "refund", "top_up"]


@pytest.mark.parametrize(
    ("described", "seeded", "message", "hint"),
    [
        ({}, set(), "there are neither seeds nor classes", "for a cold start"),
        ({"refnd": "x"}, LABELS, "class 'refnd' is described, but is that of no seed", "Did you mean 'refund'"),
        ({"": "x"}, set(), "a class needs a name without space around it, got ''", None),
        ({" ": "x"}, LABELS, "a class needs a name", None),
        ({"a ": "x"}, set(), "a class needs a name", None),
        ({3: "x"}, set(), "a class needs a name without space around it, got 3", None),
        ({"a": None}, set(), "class 'a': expected a description in words, got None", None),
    ],
)
def test_bad_classes(described, seeded, message, hint):
    with pytest.raises(ConfigError, match=message) as caught:
        settle_classes(described, seeded)
    assert hint is None or hint in caught.value.hint


@pytest.mark.parametrize(
    ("balance_to", "wanted"),
    [(1, {}), (2, {"refund": 1}), (3, {"refund": 2, "top_up": 1}), (5, {"refund": 4, "top_up": 3, "card_arrival": 2})],
)
def test_minorities_are_filled_up(balance_to, wanted):
    assert +count_wanted(human_splits(), ClassSettings(balance_to=balance_to), None) == Counter(wanted)


def test_a_class_without_seeds():
    human = human_splits(targets=("refund", "added"))
    assert count_wanted(human, ClassSettings(rows_per_class=7), None) == Counter(refund=7, added=7)
    assert count_wanted(human, ClassSettings(balance_to=7), None) == Counter(refund=6, added=7)


def test_a_limit_is_shared_evenly():
    assert count_wanted(human_splits(), ClassSettings(rows_per_class=7), 14) == Counter(
        card_arrival=5, refund=5, top_up=4
    )
    assert count_wanted(human_splits(), ClassSettings(balance_to=4), 4) == Counter(card_arrival=1, refund=2, top_up=1)
    assert count_wanted(human_splits(), ClassSettings(), 0).total() == 0


def test_spread():
    assert spread(7, ["a", "b", "c"]) == [("a", 3), ("b", 2), ("c", 2)]
    assert spread(1, ["a", "b", "c"]) == [("a", 1)]
    assert spread(0, ["a"]) == []


def test_locales_are_those_of_the_seeds():
    assert find_locales(human_splits()) == ("en-US",)
    assert find_locales(human_splits(train=())) == ("en-US",)
    both = (*read(seed_records()), *read([{"id": "d", "intent": "refund", "text": "geld her"}], "de-DE"))
    assert find_locales(human_splits(train=both)) == ("de-DE", "en-US")
