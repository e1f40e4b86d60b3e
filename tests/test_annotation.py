import pytest
from hypothesis import given, settings
from strategies import utterances

from hf_synth.annotation import read_annotation, write_annotation
from hf_synth.errors import SchemaError
from hf_synth.schema import Span, Utterance


@settings(max_examples=2000, deadline=None)
@given(utterances())
def test_round_trip(utterance):
    assert read_annotation(write_annotation(utterance)) == (utterance.tokens, utterance.spans)


def test_name_with_markup_is_escaped():
    utterance = Utterance(("rome", "a:b"), (Span(0, 1, "to:city[1]"),), "x")
    assert write_annotation(utterance) == r"[to\:city\[1\] : rome] a:b"


def test_slot_that_touches_words():
    assert read_annotation("at[city : rome]s") == (("at", "rome", "s"), (Span(1, 2, "city"),))


def test_massive_form_with_name_of_several_words():
    assert read_annotation("[day of week : next  monday]") == (("next", "monday"), (Span(0, 2, "day of week"),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rain in [city : rome", "column 9: '[' is never closed"),
        ("rain ] x", "column 6: ']' closes no slot"),
        ("[city : [x : y]]", "column 9: '[' inside the slot opened at column 1"),
        ("a [city rome]", "column 3: expected [slot : value], got '[city rome]'"),
        ("[ : rome]", "column 1: expected [slot : value]"),
        ("[city : ]", "column 1: expected [slot : value]"),
        ("[]", "column 1: expected [slot : value]"),
        (r"[city\: rome]", "column 1: expected [slot : value]"),
        (" \t ", "the utterance is empty"),
        ("", "the utterance is empty"),
    ],
)
def test_malformed(text, message):
    with pytest.raises(SchemaError) as caught:
        read_annotation(text)
    assert caught.value.message.startswith(message)
