import random
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))

from strategies import NASTY, slot_names, utterances

from hf_synth.errors import ConfigError
from hf_synth.generation import OwedSlot, Reject
from hf_synth.prompts.linguist import (
    Included,
    LinguistPrompt,
    LinguistRequest,
    number_slots,
    slots_in_use,
)
from hf_synth.prompts.markup import read_utterance
from hf_synth.schema import Span, Utterance, normalise

PROMPT = LinguistPrompt()
WEATHER = LinguistRequest(
    "GetWeather",
    "en-US",
    (Included("city", ("new", "york")), Included("day")),
    (
        Utterance(("rain", "in", "Rome"), (Span(2, 3, "city"),), "GetWeather"),
        Utterance(("is", "[it]", "hot", "next", "week"), (Span(3, 5, "time_range"),), "GetWeather"),
    ),
    ("day", "time_range", "city"),
)


@st.composite
def requests(draw):
    slots = draw(st.lists(slot_names, min_size=1, max_size=14, unique=True))
    target = draw(utterances(slots=st.sampled_from(slots)))
    examples = tuple(draw(st.lists(utterances(slots=st.sampled_from(slots)), max_size=4)))
    include = tuple(
        Included(slot, None if draw(st.booleans()) else tuple(value.split())) for slot, value in target.slots
    )
    request = LinguistRequest("GetWeather", "en-US", tuple(draw(st.permutations(include))), examples, tuple(slots))
    return target, request


def read_back(text, request):
    words, spans = read_utterance(text)
    return words, tuple(Span(span.start, span.end, request.numbering[span.number - 1]) for span in spans)


@settings(max_examples=2000, deadline=None)
@given(requests())
def test_target_and_examples_round_trip(case):
    target, request = case
    rendered = PROMPT.render(request).text
    blocks = re.fullmatch(r".* <examples> (.*)</examples>", rendered, flags=re.DOTALL)
    written = blocks.group(1).split(" <br> ") if request.examples else []
    assert [read_back(text, request) for text in written] == [(row.tokens, row.spans) for row in request.examples]

    assume(normalise(target.text) not in {normalise(example.text) for example in request.examples})
    parsed = PROMPT.parse(PROMPT.render_target(target, request), request)
    assert isinstance(parsed, Utterance), parsed
    assert (parsed.tokens, parsed.spans) == (target.tokens, target.spans)


def test_golden_prompt():
    prompt = PROMPT.render(WEATHER)
    assert prompt.text == (
        "<language> English </language> <intent> get weather </intent> "
        "<include> [3 new york ] , [1 * ] </include> "
        "<labels> [1 = day ] , [2 = time range ] , [3 = city ] </labels> "
        r"<examples> rain in [3 Rome ] <br> is \[it\] hot [2 next week ] </examples>"
    )
    assert prompt.owed == (OwedSlot(3, ("new", "york")), OwedSlot(1))
    assert f"\nRequest:\n{prompt.text}\nAnswer:\n" in prompt.instruction
    assert prompt.instruction.endswith("Answer:\n")


def test_golden_zero_shot_prompt():
    request = LinguistRequest("play_music", "ja-JP", (Included("artist"),), (), ("artist", "ObjectType"))
    assert PROMPT.render(request).text == (
        "<language> Japanese </language> <intent> play music </intent> <include> [1 * ] </include> "
        "<labels> [1 = artist ] , [2 = object type ] </labels> <examples> </examples>"
    )


def test_golden_prompt_without_slots():
    assert PROMPT.render(LinguistRequest("greet", "German", (), (), ())).text == (
        "<language> German </language> <intent> greet </intent> <include> </include> "
        "<labels> </labels> <examples> </examples>"
    )


GOOD = "how hot is it in [3 new york ] on [1 monday ]"
CASES = [
    ("malformed", ""),
    ("malformed", "   "),
    ("malformed", GOOD + " ["),
    ("malformed", GOOD + " [2"),
    ("malformed", GOOD + " ]"),
    ("malformed", "in [3 new york [1 monday ] ]"),
    ("malformed", "in [3 ] [1 monday ]"),
    ("malformed", "in [ new york ] [1 monday ]"),
    ("malformed", "in [city new york ] [1 monday ]"),
    ("malformed", "in [3 new york] [1 monday ]"),
    ("malformed", GOOD + " *"),
    ("malformed", "in [3 new york ] [1 * monday ]"),
    ("malformed", GOOD + " <br> x"),
    ("unknown_number", "in [3 new york ] [4 monday ]"),
    ("unknown_number", "in [3 new york ] [0 monday ]"),
    ("unknown_number", GOOD + " [13 x ]"),
    ("literal_mismatch", "on [1 monday ]"),
    ("literal_mismatch", "in [3 york ] on [1 monday ]"),
    ("literal_mismatch", "in [3 New York ] on [1 monday ]"),
    ("literal_mismatch", "in new york on [1 monday ]"),
    ("literal_mismatch", "in [2 new york ] on [1 monday ]"),
    ("literal_mismatch", "in [3 * ] on [1 monday ]"),
    ("literal_mismatch", "in [3 * ] today on [1 monday ]"),
    ("wildcard_unfilled", "in [3 new york ] on monday"),
    ("wildcard_unfilled", "in [3 new york ] on [1 * ]"),
    ("wildcard_unfilled", "on [1 * ] in [3 new york ] please"),
    ("wildcard_unfilled", "in [3 new york ] on [2 monday ]"),
    ("extra_slot", GOOD + " [2 tonight ]"),
    ("extra_slot", GOOD + " [3 new york ]"),
    ("extra_slot", GOOD + " or [1 friday ]"),
    ("extra_slot", GOOD + " [2 * ] or so"),
]


@pytest.mark.parametrize(("reason", "completion"), CASES)
def test_reject(reason, completion):
    parsed = PROMPT.parse(completion, WEATHER)
    assert isinstance(parsed, Reject)
    assert (parsed.reason, parsed.text) == (reason, completion)
    assert parsed.detail


def test_copied_example():
    request = LinguistRequest("GetWeather", "en-US", (Included("city"),), WEATHER.examples, WEATHER.numbering)
    assert PROMPT.parse("RAIN  in [3 rome ]", request).reason == "copied_example"
    assert PROMPT.parse("[3 rain ] in rome", request).reason == "copied_example"
    assert PROMPT.parse("snow in [3 rome ]", request).slots == (("city", "rome"),)


PIECES = {
    "malformed": "[",
    "unknown_number": "[9 x ]",
    "literal_mismatch": None,
    "wildcard_unfilled": None,
    "extra_slot": "[3 x ]",
}


@pytest.mark.parametrize("earlier", range(6))
def test_earlier_reasons_win(earlier):
    """All problems from the n-th reason on at once: the n-th is named."""
    reasons = [*PIECES, "copied_example"]
    example = Utterance(("in", "oslo"), (), "x")
    request = LinguistRequest(
        "x", "en-US", (Included("city", ("rome",)), Included("day")), (example,), ("city", "day", "z")
    )
    faults = reasons[earlier:]
    parts = ["in"]
    parts += ["oslo"] if "literal_mismatch" in faults else ["[1 rome ]"]
    parts += [] if "wildcard_unfilled" in faults else ["[2 monday ]"]
    parts += [PIECES[reason] for reason in faults if PIECES.get(reason)]
    if faults == ["copied_example"]:
        example = Utterance(("in", "rome", "monday"), (), "x")
        request = LinguistRequest("x", "en-US", request.include, (example,), request.numbering)
    assert PROMPT.parse(" ".join(parts), request).reason == reasons[earlier]


def test_repeated_slots():
    include = (Included("city", ("a",)), Included("city", ("a",)), Included("city"), Included("city"))
    request = LinguistRequest("x", "en-US", include, (), ("city",))
    assert PROMPT.parse("[1 a ] [1 a ] [1 a ] [1 b ]", request).slots == tuple(("city", v) for v in "aaab")
    assert PROMPT.parse("[1 a ] [1 x ] [1 y ] [1 b ]", request).reason == "literal_mismatch"
    assert PROMPT.parse("[1 a ] [1 a ] [1 y ]", request).reason == "wildcard_unfilled"
    assert PROMPT.parse("[1 a ] [1 a ] [1 y ] [1 * ]", request).reason == "wildcard_unfilled"
    assert PROMPT.parse("[1 a ] [1 a ] [1 y ] [1 z ] [1 * ]", request).reason == "extra_slot"


def naive(completion):
    """The text and the bracketed words of a completion, read by two regular expressions."""
    flat = " ".join(completion.split())
    bracketed = re.findall(r"(?<!\S)\[([0-9]+) (.+?) \](?!\S)", flat)
    bare = re.sub(r"(?<!\S)(\[[0-9]+|\])(?!\S)", " ", flat)
    return plain(" ".join(bare.split())), [(int(number), plain(value)) for number, value in bracketed]


def plain(text):
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def fuzzed(generator):
    """A completion near enough to the grammar to be accepted now and then."""
    slots = (
        ["[3 new york ]", generator.choice(["[1 monday ]", "[1 next monday ]", "[1 * ]"])]
        if generator.random() < 0.8
        else []
    )
    words = [
        generator.choice(["in", "at", "\\[x\\]", "\\*", "שלום", "3", "it's"]) for _ in range(generator.randrange(4))
    ]
    parts = slots + words
    generator.shuffle(parts)
    items = " ".join(parts).split(" ")
    for _ in range(generator.choice([0, 0, 1, 1, 2, 5])):
        place = generator.randrange(len(items) + 1)
        change = generator.random()
        noise = generator.choice(
            [*NASTY, "[2", "]", "[1", "[3", "york", "new", "", "\t", chr(generator.randrange(0x3000))]
        )
        if change < 0.4:
            items.insert(place, noise)
        elif change < 0.7 and items:
            items.pop(place % len(items))
        elif items:
            items[place % len(items)] += noise
    text = generator.choice([" ", " ", "  ", "\n"]).join(items)
    if generator.random() < 0.2 and text:
        cut = generator.randrange(len(text))
        text = text[:cut] + text[cut + 1 :]
    return text


def check_fuzzed(count, seed):
    generator = random.Random(seed)
    accepted, reasons = 0, set()
    for _ in range(count):
        completion = fuzzed(generator)
        parsed = PROMPT.parse(completion, WEATHER)
        if isinstance(parsed, Reject):
            reasons.add(parsed.reason)
            continue
        accepted += 1
        text, bracketed = naive(completion)
        assert parsed.text == text, completion
        read = [(WEATHER.numbers[slot], value) for slot, value in parsed.slots]
        assert read == bracketed, completion
        tagged = [word for word, tag in zip(parsed.tokens, parsed.slot_tags, strict=True) if tag != "O"]
        assert tagged == " ".join(value for _, value in bracketed).split(), completion
    assert accepted > count / 10
    assert reasons >= {"malformed", "literal_mismatch", "wildcard_unfilled"}


def test_fuzz():
    check_fuzzed(2_000, seed=0)


@pytest.mark.slow
def test_fuzz_at_length():
    check_fuzzed(100_000, seed=1)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_parsed(text):
    assert isinstance(PROMPT.parse(text, WEATHER), Reject)


def test_bad_requests():
    with pytest.raises(ConfigError, match="at most 10 examples, got 11"):
        LinguistRequest("x", "en", (), WEATHER.examples[:1] * 11, ("city",))
    with pytest.raises(ConfigError, match="numbered twice"):
        LinguistRequest("x", "en", (), (), ("city", "city"))
    with pytest.raises(ConfigError, match=r"no number for slots \['day'\]"):
        LinguistRequest("x", "en", (Included("day"),), (), ("city",))
    with pytest.raises(ConfigError, match="no language name known"):
        PROMPT.render(LinguistRequest("x", "qq-QQ", (), (), ()))


def test_numbers_are_permuted():
    orders = {number_slots("abc", np.random.default_rng(seed)) for seed in range(60)}
    assert len(orders) == 6
    assert number_slots("cab", np.random.default_rng(3)) == number_slots("abc", np.random.default_rng(3))
    assert slots_in_use(WEATHER.include, WEATHER.examples) == {"city", "day", "time_range"}


def test_words_of_another_language_are_no_carriers():
    english = Utterance(("wake", "me"), (), "set_alarm", "en-US")
    french = Utterance(("réveille-moi",), (), "set_alarm", "fr-CA")
    request = LinguistRequest("set_alarm", "fr-FR", (), (english, french), ())
    assert LinguistPrompt().render(request).carriers == ("réveille-moi",)
