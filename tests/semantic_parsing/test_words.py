import pytest
from hypothesis import given
from hypothesis import strategies as st

from hf_synth.parses.tree import read_parse, write_parse
from hf_synth.semantic_parsing.words import split_parse, split_word, split_words


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("soon?", ["soon", "?"]),
        ("4pm", ["4", "pm"]),
        ("o'clock", ["o", "'", "clock"]),
        ("a_b", ["a", "_", "b"]),
        ("über", ["über"]),
        ("हिन्दी", ["हिन्दी"]),
        ("दिन10", ["दिन", "10"]),
        ("...", [".", ".", "."]),
    ],
)
def test_parts(word, parts):
    assert split_word(word) == parts


@given(st.text(max_size=20))
def test_parts_are_the_word(text):
    assert all("".join(split_word(word)) == word for word in text.split())
    assert "".join(split_words(text).split()) == "".join(text.split())


def test_parses_are_split_alike():
    tree = read_parse("[IN:A [SL:B [IN:C 7pm? ] so ] ]")
    assert write_parse(split_parse(tree)) == "(IN:A (SL:B (IN:C 7 pm ? ) so ) )"
