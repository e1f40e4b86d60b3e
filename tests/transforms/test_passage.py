import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import utterances

from hf_synth.schema import Span
from hf_synth.transforms.passage import Passage


@given(st.text(max_size=30))
def test_a_text_is_the_same_after_splitting(text):
    passage = Passage.from_text(text)
    assert passage.text == (text if passage.tokens else "")
    assert list(passage.tokens) == text.split()


@given(utterances(), st.data())
def test_spans_move_with_their_words(utterance, data):
    passage = Passage(utterance.tokens, utterance.spans)
    free = passage.free
    changes = {
        index: data.draw(st.lists(st.sampled_from(["new", "words"]), max_size=2))
        for index in data.draw(st.lists(st.sampled_from(free), unique=True) if free else st.just([]))
    }
    made = passage.replace_words(changes)
    assert [made.value(span) for span in made.spans] == [passage.value(span) for span in passage.spans]
    assert len(made.tokens) == len(passage.tokens) + sum(len(words) - 1 for words in changes.values())


@given(st.text(alphabet="ab \t\n", max_size=20), st.integers(0, 9))
def test_white_space_stays_around_what_is_removed(text, index):
    passage = Passage.from_text(text)
    if index < len(passage.tokens):
        made = passage.replace_words({index: ()})
        assert made.text.split() == text.split()[:index] + text.split()[index + 1 :]
        assert len(made.gaps) == (len(made.tokens) + 1 if made.tokens else 0)


def test_values():
    passage = Passage(("rain", "in", "new", "york"), (Span(2, 4, "city"),))
    assert passage.value(passage.spans[0]) == "new york"
    assert passage.free == [0, 1]


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_there_may_be_no_words(text):
    assert Passage.from_text(text).tokens == ()
