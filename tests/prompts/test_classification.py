import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import completions

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.prompts.classification import STYLES, ClassificationPrompt, ClassificationRequest
from hf_synth.schema import normalise

PROMPT = ClassificationPrompt()
WORDED = st.text("abcdé日本 [],{}\"'\\/`*-.?!1👍\n\t“", max_size=30).map(lambda text: text + "x")
CARD = ClassificationRequest(
    "card_arrival",
    "the customer asks\nwhen a card comes",
    "de-DE",
    ("Where is\tmy card?", 'it says "soon"'),
    3,
    ("typos", "one_word"),
    {"LostCard": "a card is lost or stolen", "top_up": "", "refund": "Refund"},
    "messages to a bank",
)


def texts(completion, request=CARD):
    return [item for item in PROMPT.parse(completion, request) if isinstance(item, str)]


def reasons(completion, request=CARD):
    return [item.reason for item in PROMPT.parse(completion, request) if isinstance(item, Reject)]


def test_golden_prompt():
    prompt = PROMPT.render(CARD)
    assert prompt.text == (
        "You write training data for a text classifier: messages to a bank, as different real people would write "
        "them.\n"
        "\n"
        "Class: card arrival\n"
        "Meaning: the customer asks when a card comes\n"
        "\n"
        "Other classes, which no text may fit better:\n"
        "- lost card: a card is lost or stolen\n"
        "- top up\n"
        "- refund\n"
        "\n"
        "Examples of the class; do not copy, translate or slightly change them:\n"
        '- "Where is my card?"\n'
        '- "it says \\"soon\\""\n'
        "\n"
        'Write 3 new texts in German, of the class "card arrival". No two may begin alike or say the same '
        "thing; vary wording, length, details and situation. Among them, at least one of each kind:\n"
        "- with typing mistakes: letters swapped, missing or doubled\n"
        "- a single word\n"
        "\n"
        "Write the texts only: no class names before them, no numbering, no comments. Answer with JSON alone, an "
        'object with one list of 3 strings: {"texts": ["...", "...", "..."]}'
    )
    assert prompt.instruction == prompt.text
    assert prompt.owed is None
    assert json.loads(prompt.schema) == {
        "type": "object",
        "properties": {"texts": {"type": "array", "items": {"type": "string"}}},
        "required": ["texts"],
        "additionalProperties": False,
    }


def test_golden_prompt_of_a_cold_start():
    assert PROMPT.render(ClassificationRequest("Greeting", locale="ja-JP", count=1, styles=("polite",))).text == (
        "You write training data for a text classifier: texts, as different real people would write them.\n"
        "\n"
        "Class: greeting\n"
        "\n"
        'Write 1 new text in Japanese, of the class "greeting". Write it like this:\n'
        "- very polite\n"
        "\n"
        "Write the texts only: no class names before them, no numbering, no comments. Answer with JSON alone, an "
        'object with one list of 1 string: {"texts": ["..."]}'
    )


def test_golden_prompt_without_styles():
    text = PROMPT.render(ClassificationRequest("a", "b", "en", ("c",), 2)).text
    assert "\n\nClass: a\nMeaning: b\n\nExamples of the class;" in text
    assert "vary wording, length, details and situation.\n\nWrite the texts only" in text


@settings(max_examples=1000, deadline=None)
@given(st.lists(WORDED, min_size=1, max_size=8))
def test_what_a_perfect_teacher_writes_is_taken(drawn):
    """Texts with words in them, each once."""
    wanted = list({normalise(text): " ".join(text.split()) for text in drawn}.values())
    request = ClassificationRequest("card_arrival", count=len(wanted))
    for value in (wanted, {"texts": wanted}):
        assert PROMPT.parse(json.dumps(value), request) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("...", "empty"),
        ("?! $", "empty"),
        ("bad \x00 byte", "malformed"),
        ("half \ud83d of it", "malformed"),
        ("card_arrival", "label_echo"),
        ("Card arrival.", "label_echo"),
        ("card arrival: where is it", "label_echo"),
        ("[card_arrival]: where is it", "label_echo"),
        ("Formal: where is it", "style_echo"),
        ("(one word): where", "style_echo"),
        ("one_word: where", "style_echo"),
        ("WHERE  is my card?", "copied_example"),
    ],
)
def test_reject(text, reason):
    (item,) = PROMPT.parse(json.dumps([text]), CARD)
    assert (item.reason, bool(item.detail)) == (reason, True)


@pytest.mark.parametrize(
    "text", ["card", "👍", "7", "note: it is late", "the card arrival is late", "日本", "it's 5:30"]
)
def test_odd_texts_that_are_taken(text):
    assert PROMPT.parse(json.dumps([text]), CARD) == [text]


def test_white_space_is_folded():
    assert texts(json.dumps([" two\n\nlines\u00a0here "])) == ["two lines here"]


def test_too_many_too_few_and_twice():
    assert texts('["a", "b"]') == ["a", "b"]
    assert reasons('["a", "b"]') == []
    many = '["a", "A ", "b", "", "c", "d", "e", "a"]'
    assert texts(many) == ["a", "b", "c"]
    assert reasons(many) == ["duplicate", "empty", "surplus", "surplus", "duplicate"]


def test_rejects_name_what_was_rejected():
    items = PROMPT.parse('["one", 7, "Where is my card?", "cut of', CARD)
    assert [item if isinstance(item, str) else (item.reason, item.text) for item in items] == [
        "one",
        ("not_text", "7"),
        ("copied_example", "Where is my card?"),
        ("truncated", "cut of"),
    ]
    refused = "I cannot help with that."
    assert [(item.reason, item.text) for item in PROMPT.parse(refused, CARD)] == [("no_list", refused)]


REASONS = {
    "truncated", "not_text", "empty", "malformed", "label_echo", "style_echo", "copied_example", "duplicate",
    "surplus", "no_list",
}  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.one_of(completions, st.lists(st.text(max_size=5)).map(json.dumps)))
def test_any_text_is_parsed(completion):
    check_parsed(completion)


@pytest.mark.slow
@settings(max_examples=100_000, deadline=None)
@given(st.one_of(completions, st.lists(st.text(max_size=5), max_size=8).map(json.dumps)))
def test_any_text_is_parsed_at_length(completion):
    check_parsed(completion)


def check_parsed(completion):
    items = PROMPT.parse(completion, CARD)
    assert items
    assert {item.reason for item in items if isinstance(item, Reject)} <= REASONS
    kept = [item for item in items if isinstance(item, str)]
    assert len(kept) <= CARD.count
    assert all(text == " ".join(text.split()) and text for text in kept)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"label": " "}, "a class needs a name"),
        ({"examples": ("x",) * 11}, "at most 10 examples, got 11"),
        ({"count": 0}, "at least 1 text, got 0"),
        ({"styles": ("formel",)}, "got 'formel'"),
        ({"styles": tuple(STYLES), "count": 3}, "12 styles for 3 texts"),
    ],
)
def test_bad_requests(values, message):
    with pytest.raises(ConfigError, match=message) as caught:
        ClassificationRequest(**{"label": "x", **values})
    if "styles" in values and values.get("count") is None:
        assert caught.value.hint == "Did you mean 'formal'?"


def test_an_unknown_language():
    with pytest.raises(ConfigError, match="no language name known"):
        PROMPT.render(ClassificationRequest("x", locale="qq"))


def test_all_styles_of_the_guide_are_there():
    asked = "formal informal short long clear ambiguous typos abbreviations one_word polite angry borderline"
    assert list(STYLES) == asked.split()
