import pytest

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.prompts.paraphrase import LEVELS, ParaphrasePrompt

PROMPT = ParaphrasePrompt()


@pytest.mark.parametrize("level", LEVELS)
def test_the_prompt_holds_the_text_the_level_and_what_must_stay(level):
    prompt = PROMPT.render("is it cold in oslo", level, ["oslo"])
    assert prompt.text == prompt.instruction
    assert prompt.owed is None
    assert prompt.text.endswith("Text: is it cold in oslo")
    assert LEVELS[level] in prompt.text
    assert '"oslo"' in prompt.text
    assert "exactly as they are" not in PROMPT.render("is it cold", level).text


def test_unknown_level():
    with pytest.raises(ConfigError, match="no level is called 'hihg'") as caught:
        PROMPT.render("text", "hihg")
    assert caught.value.hint == "Did you mean 'high'?"


@pytest.mark.parametrize(
    "completion",
    ["what a cold day", "  what a cold day\n", '"what a cold day"', "Sure! Here is the text: what a cold day",
     "Paraphrase: “what a cold day”", "Here you go:\nwhat a cold day"],
)  # fmt: skip
def test_the_text_alone_is_read(completion):
    assert PROMPT.parse(completion, "it is cold today") == "what a cold day"


@pytest.mark.parametrize(
    ("completion", "reason"),
    [("", "empty"), ('""', "empty"), ("one\ntwo", "several_lines"), ("word " * 50, "too_long")],
)
def test_what_cannot_be_read_is_a_reject(completion, reason):
    made = PROMPT.parse(completion, "it is cold today")
    assert isinstance(made, Reject)
    assert made.reason == reason


def test_quotes_of_the_source_stay():
    assert PROMPT.parse('"Hello" he said', '"Hi" he said') == '"Hello" he said'
    assert PROMPT.parse('"Hello."', '"Hi."') == '"Hello."'
