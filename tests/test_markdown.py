import json

import pytest

from hf_synth.markdown import (
    code_span,
    fence,
    inline,
    inline_with_links,
    markdown_table,
    share_table,
    show_hidden,
    wrap,
)


def test_a_cell_cannot_break_its_table():
    assert markdown_table([["a\nb"], ["c|d"]]).splitlines() == ["| a b |", "| :-- |", "| c\\|d |"]


def test_shares():
    text = share_table(("reason", "count", "share"), {"a": 1, "b": 2000}, 4000)
    assert text.splitlines()[2:] == ["| b | 2,000 | 50.0% |", "| a | 1 | 0.0% |"]


def test_hidden_characters_mean_the_same_in_json():
    text = "a\x1b[31m\u202e\U000e0041\ufeff\x7f\x85 b"
    shown = show_hidden(json.dumps(text, ensure_ascii=False))
    assert shown.isprintable()
    assert json.loads(shown) == text


def test_joiners_and_letters_of_any_script_stay():
    text = "नि\u200dक مرحبا 👩\u200d👧 grüße"
    assert show_hidden(text) == inline(text) == text


@pytest.mark.parametrize("text", ["`", "a`b", "``", "`a``b```", " ", "a\nb"])
def test_code_cannot_be_left(text):
    span = code_span(text)
    ticks = len(span) - len(span.lstrip("`"))
    assert "`" * ticks not in span[ticks:-ticks].strip("`") or ticks == 1
    assert "\n" not in span


def test_a_fence_is_longer_than_what_it_holds():
    assert fence(["```", "`````"]).splitlines() == ["``````", "```", "`````", "``````"]


def test_long_text_is_broken_and_cut():
    lines = wrap("word " * 3000, 100)
    assert max(map(len, lines)) <= 120
    assert all(line.startswith("  ") for line in lines)
    assert lines[-1] == "  … (15,000 characters in all)"
    assert wrap("a\n\nb\n") == ["  a", "", "  b"]
    assert len(inline("x" * 1000)) == 300


def test_an_address_is_a_link_to_itself_and_nothing_else():
    assert inline_with_links("[a](javascript:x) https://a.org/b_c?d=1.") == (
        "&#91;a&#93;(javascript:x) <https://a.org/b_c?d=1>."
    )
