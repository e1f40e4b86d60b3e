import pytest

from hf_synth.generation import Reject
from hf_synth.schema import Span
from hf_synth.transforms.alignment import find_spans, find_value, restyle, retag
from hf_synth.transforms.passage import Passage

SOURCE = Passage(("from", "new", "york", "to", "york", "at", "six"), (Span(1, 3, "from"), Span(4, 5, "to")))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("to York from Boston", "span_lost"),
        ("from new york to new york", "span_lost"),  # `york` stands twice in both, `new york` once too often
        ("york to new york and york", "span_repeated"),
        ("", "span_lost"),
    ],
)
def test_a_value_stands_as_often_as_before_or_the_row_goes(text, reason):
    made = find_spans(text.split(), SOURCE)
    assert isinstance(made, Reject)
    assert made.reason in (reason, "span_repeated", "span_ambiguous")


def test_values_inside_of_others_are_not_guessed():
    made = find_spans("travel from new york to york".split(), SOURCE)
    assert isinstance(made, Reject)
    assert made.reason == "span_ambiguous"


def test_a_text_that_is_a_value_in_one_place_only_is_not_guessed():
    source = Passage(("play", "play"), (Span(1, 2, "track"),))
    assert find_spans(("play", "play"), source).reason == "span_ambiguous"


def test_one_value_of_two_slots_is_not_guessed():
    source = Passage(("oslo", "to", "oslo"), (Span(0, 1, "from"), Span(2, 3, "to")))
    assert find_spans(("oslo", "to", "oslo"), source).reason == "span_ambiguous"


def test_a_value_that_stands_twice_in_one_slot():
    source = Passage(("oslo", "or", "oslo"), (Span(0, 1, "city"), Span(2, 3, "city")))
    assert find_spans(("oslo,", "Oslo"), source) == (Span(0, 1, "city"), Span(1, 2, "city"))


def test_case_and_punctuation_do_not_matter():
    source = Passage(("rain,", "in", "new", "york"), (Span(2, 4, "city"),))
    made = retag("In New York, will it rain?", source)
    assert made.text == "in new york, will it rain"
    assert made.spans == (Span(1, 3, "city"),)
    plain = Passage(("rain", "in", "new", "york"), source.spans)
    assert retag("In New York, will it rain?", plain).text == "in new york will it rain"


def test_find_value():
    assert find_value("a b a b a".split(), ["a", "b", "a"]) == [0, 2]
    assert find_value(["a"], ["a", "b"]) == []


def test_style():
    assert restyle("Is it?", "IS IT!") == "Is it?"
    assert restyle("  Is it ?", "is it") == "is it"
    assert restyle("Really.", "really.") == "really."
