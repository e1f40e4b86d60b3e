import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

sys.path.insert(0, str(Path(__file__).parents[1]))

from strategies import tokens, utterances

from hf_synth.prompts.markup import MarkupError, escape, read_utterance, unescape, write_utterance


def numbers_of(utterance):
    return {slot: 7 * n + 1 for n, slot in enumerate(dict.fromkeys(span.slot for span in utterance.spans))}


@settings(max_examples=2000, deadline=None)
@given(utterances())
def test_round_trip(utterance):
    numbers = numbers_of(utterance)
    words, spans = read_utterance(write_utterance(utterance, numbers))
    assert words == utterance.tokens
    assert [(span.start, span.end, span.number) for span in spans] == [
        (span.start, span.end, numbers[span.slot]) for span in utterance.spans
    ]
    assert [span.value for span in spans] == [utterance.tokens[span.start : span.end] for span in utterance.spans]
    assert not any(span.wildcard for span in spans)


@given(tokens)
def test_escaped_word_holds_no_bare_markup(token):
    written = escape(token)
    assert unescape(written) == token
    assert not re.search(r"[\[\]<*]", re.sub(r"\\.", "", written, flags=re.DOTALL))


@given(utterances())
def test_white_space_of_any_kind_separates(utterance):
    written = write_utterance(utterance, numbers_of(utterance))
    assert read_utterance("\n" + written.replace(" ", "\t \u00a0")) == read_utterance(written)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text is empty"),
        (" \n", "the text is empty"),
        ("[1 a", "slot 1 is never closed"),
        ("[1", "slot 1 is never closed"),
        ("a ]", "']' closes no slot"),
        ("[1 a [2 b ] ]", "'[2' opens a slot inside slot 1"),
        ("[1 ]", "slot 1 is empty"),
        ("[ a ]", "unescaped '['"),
        ("[city a ]", "unescaped '['"),
        ("[1a b ]", "unescaped '['"),
        ("[-1 b ]", "unescaped '['"),
        ("[١ b ]", "unescaped '['"),
        ("[1 a]", "unescaped ']'"),
        ("x[1 a ]", "unescaped '['"),
        ("*", "unescaped '*'"),
        ("[1 a * ]", "unescaped '*'"),
        ("[1 * a ]", "slot 1 holds 'a' after a wildcard"),
        ("[1 * * ]", "after a wildcard"),
        ("a <br> b", "unescaped '<'"),
        ("a\\b", "unescaped '\\\\'"),
        ("a\\", "unescaped '\\\\'"),
    ],
)
def test_malformed(text, message):
    with pytest.raises(MarkupError) as caught:
        read_utterance(text)
    assert message in str(caught.value)


def test_words_may_follow_a_bare_wildcard():
    words, (span,) = read_utterance("in [1 * ] today")
    assert (words, span.wildcard, span.start, span.end) == (("in", "*", "today"), True, 1, 2)


@pytest.mark.parametrize(
    ("digits", "number"), [("12", 12), ("007", 7), ("0000000012", 12), ("0" * 6000, 0), ("9" * 6000, 999_999_999)]
)
def test_numbers_of_any_length(digits, number):
    assert read_utterance(f"[{digits} a ]")[1][0].number == number
