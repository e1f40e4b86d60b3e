"""Names that stand in for slot values."""

import random

import pytest

from hf_synth.generation import Reject
from hf_synth.schema import Span
from hf_synth.transforms.alignment import retag
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.stand_in import NAMES, protect, restore

FLIGHT = Passage(
    tuple("Fly, please, from New York to New York on Monday".split()),
    (Span(3, 5, "from"), Span(6, 8, "to"), Span(9, 10, "day")),
)


def test_values_that_are_alike_get_names_of_their_own():
    protected = protect(FLIGHT)
    assert protected.text == "Fly, please, from Tom to Mary on John"
    made = retag("On John, fly to Mary from Tom!", protected)
    back = restore(made, protected, FLIGHT)
    assert back.text == "On Monday, fly to New York from New York"
    assert [(span.slot, back.value(span)) for span in back.spans] == [
        ("day", "Monday,"), ("to", "New York"), ("from", "New York"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [("fly to Mary from Tom", "span_lost"), ("Tom Tom Mary John", "span_repeated"), ("", "empty")],
)
def test_a_name_that_is_lost_or_repeated_is_a_reject(text, reason):
    assert retag(text, protect(FLIGHT)).reason == reason


def test_a_name_outside_of_its_slot_is_a_reject():
    protected = protect(FLIGHT)
    made = retag("Tom's plane: fly to Mary from Tom on John", protected)
    assert restore(made, protected, FLIGHT).reason == "span_repeated"


def test_a_row_that_has_a_name_already():
    source = Passage(("call", "tom", "at", "home"), (Span(3, 4, "place"),))
    assert protect(source).tokens == ("call", "tom", "at", "mary")


def test_too_many_slots():
    words = tuple(f"w{at}" for at in range(len(NAMES) + 1))
    protected = protect(Passage(words, tuple(Span(at, at + 1, "x") for at in range(len(words)))))
    assert isinstance(protected, Reject)
    assert protected.reason == "too_many_slots"


def test_whatever_order_the_names_come_in_the_values_follow():
    generator = random.Random(0)
    for _ in range(2000):
        words, spans = [], []
        for slot in range(generator.randint(1, 6)):
            words.append("and")
            value = [generator.choice(("a", "b", "?", "é!", "東京")) for _ in range(generator.randint(1, 3))]
            spans.append(Span(len(words), len(words) + len(value), f"s{slot}"))
            words += value
        source = Passage(tuple(words), tuple(spans))
        protected = protect(source)
        shuffled = list(protected.tokens)
        generator.shuffle(shuffled)
        made = retag(" ".join(shuffled), protected)
        back = restore(made, protected, source)
        values = {span.slot: source.value(span).strip("?!") for span in source.spans}
        assert {span.slot: back.value(span).strip("?!") for span in back.spans} == values
