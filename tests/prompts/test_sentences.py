import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hf_synth.errors import ConfigError
from hf_synth.prompts.sentences import draw_spans, sentence_pairs, split_words
from hf_synth.prompts.tuning import PairSettings
from hf_synth.seeding import rng

NOUNS = ["train", "garden", "violin", "river", "kitchen", "island"]
TEXTS = [f"I left the {a} near the {b} of my aunt {n}." for n, a in enumerate(NOUNS) for b in NOUNS if a != b]
LITERAL = PairSettings(wildcard_rate=0.0, mask_rate=0.0)


@given(st.lists(st.sampled_from(["the", "of", "cat", "tree", "sky"]), min_size=1, max_size=14), st.integers(0, 99))
def test_spans_begin_and_end_with_content_and_never_overlap(words, seed):
    common = {"the", "of"}
    spans = draw_spans(words, common, rng(seed))
    reached = 0
    for span in spans:
        assert reached <= span.start < span.end <= min(span.start + 3, len(words))
        assert not {words[span.start], words[span.end - 1]} & common
        reached = span.end
    assert bool(spans) == bool(set(words) - common)
    assert [span.slot for span in spans] == list("abcd"[: len(spans)])


def test_the_target_is_the_sentence_and_holds_what_is_asked_for():
    known = {" ".join(split_words(text)) for text in TEXTS}
    for prompt, target in sentence_pairs(TEXTS, 25, LITERAL):
        assert re.sub(r"\[\d+ | \]", "", target) in known
        asked = re.search("<include> (.*) </include>", prompt).group(1).split(" , ")
        assert asked
        assert all(phrase in target for phrase in asked)
        assert prompt.endswith("<examples> </examples>")


def test_equal_arguments_give_equal_pairs_and_texts_count_once():
    assert sentence_pairs(TEXTS, 10, LITERAL) == sentence_pairs(TEXTS, 30, LITERAL)[:10]
    assert sentence_pairs(TEXTS, 99, LITERAL) == sentence_pairs([*TEXTS, *TEXTS], 99, LITERAL)
    assert len(sentence_pairs(TEXTS, 99, LITERAL)) <= len(TEXTS)
    assert sentence_pairs(TEXTS, 10, LITERAL) != sentence_pairs(TEXTS, 10, PairSettings(0.0, 0.0, seed=1))


def test_wildcards_hide_the_phrase():
    assert all("*" in prompt for prompt, _ in sentence_pairs(TEXTS, 10, PairSettings(1.0, 0.0)))


def test_sentences_of_no_wanted_length():
    with pytest.raises(ConfigError, match="no sentence of 5 to 14 words among 1 texts"):
        sentence_pairs(["too short"], 3, LITERAL)
