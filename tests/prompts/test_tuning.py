import re

import pytest

from hf_synth.errors import ConfigError
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.prompts.tuning import PairSettings, delexicalise, make_request, tuning_pairs
from hf_synth.schema import Span, Utterance, normalise
from hf_synth.seeding import rng

PROMPT = LinguistPrompt()
CITIES = ["rome", "new york", "oslo", "las vegas", "bonn"]


def weather(carrier, city, day, intent="GetWeather", locale="en-US"):
    words = [*carrier.split(), *city.split(), "on", day]
    start = len(carrier.split())
    end = start + len(city.split())
    return Utterance(tuple(words), (Span(start, end, "city"), Span(end + 1, end + 2, "day")), intent, locale)


ROWS = [
    *(weather(f"rain{n} in", city, "monday") for n in range(8) for city in CITIES),
    weather("Rain1 In", "paris", "Friday"),
    Utterance(("rain1", "in", "rome", "on", "monday"), (), "GetWeather"),
    *(weather(f"play{n} at", city, "tuesday", intent="PlayMusic") for n in range(5) for city in CITIES),
    *(weather(f"regen{n} in", "berlin", "montag", locale="de-DE") for n in range(5)),
]


def examples_of(prompt):
    text = re.search(r"<examples> (.*)</examples>", prompt).group(1)
    return text.split(" <br> ") if text else []


def bare(text):
    return normalise(re.sub(r"(?<!\S)(\[[0-9]+|\])(?!\S)", " ", text))


def carrier(text):
    return normalise(re.sub(r"\[([0-9]+) .+? \]", r"\1", text))


def test_deterministic_and_counted():
    settings = PairSettings(seed=3)
    pairs = tuning_pairs(ROWS, 200, settings)
    assert len(pairs) == 200
    assert pairs == tuning_pairs(ROWS, 200, settings)
    assert pairs[:50] == tuning_pairs(ROWS, 50, settings)
    assert pairs != tuning_pairs(ROWS, 200, PairSettings(seed=4))


def test_each_row_is_used_once_before_one_is_used_again():
    targets = [bare(target) for _, target in tuning_pairs(ROWS, 2 * len(ROWS), PairSettings())]
    wanted = sorted(normalise(row.text) for row in ROWS)
    assert sorted(targets[: len(ROWS)]) == wanted
    assert sorted(targets[len(ROWS) :]) == wanted
    assert targets[: len(ROWS)] != targets[len(ROWS) :]


def test_target_and_twin_are_no_examples():
    counts = set()
    for prompt, target in tuning_pairs(ROWS, 600, PairSettings()):
        examples = examples_of(prompt)
        counts.add(len(examples))
        assert bare(target) not in {bare(example) for example in examples}
        assert carrier(target) not in {carrier(example) for example in examples}
        assert len({*map(bare, examples)}) >= len(examples) - 1
    assert min(counts) == 0
    assert max(counts) == 10


def test_examples_share_intent_and_locale():
    for prompt, target in tuning_pairs(ROWS, 300, PairSettings(mask_rate=0)):
        firsts = {re.sub(r"\d.*", "", text).lower() for text in [target, *examples_of(prompt)]}
        assert len(firsts) == 1
        assert ("<language> German" in prompt) == (firsts == {"regen"})


def test_numbers_are_permuted_over_pairs():
    labels = [
        re.search(r"<labels> (.*?) </labels>", prompt)
        for prompt, _ in tuning_pairs(ROWS, 300, PairSettings(mask_rate=0))
    ]
    firsts = [match.group(1).startswith("[1 = city") for match in labels if match]
    assert 0.4 < sum(firsts) / len(firsts) < 0.6


def test_mask_rate():
    for rate in (0.0, 0.2, 1.0):
        pairs = tuning_pairs(ROWS, 1000, PairSettings(mask_rate=rate))
        names = [re.search(r"<intent> (.*?) </intent>", prompt).group(1) for prompt, _ in pairs]
        masked = [
            prompt for (prompt, _), name in zip(pairs, names, strict=True) if name not in ("get weather", "play music")
        ]
        assert abs(len(masked) / 1000 - rate) <= 0.04
        assert not any(re.search(r"<labels>.*(city|day).*</labels>", prompt) for prompt in masked)


def test_wildcard_rate():
    for rate in (0.0, 0.5, 1.0):
        included = " ".join(
            re.search(r"<include>(.*)</include>", prompt).group(1)
            for prompt, _ in tuning_pairs(ROWS, 500, PairSettings(wildcard_rate=rate))
        )
        wildcards, slots = included.count(" * ]"), included.count(" ]")
        assert abs(wildcards / slots - rate) <= 0.06


def test_targets_parse_with_their_own_requests():
    for index, row in enumerate(ROWS * 4):
        generator = rng(0, index)
        others = tuple(
            other for other in ROWS if other.intent == row.intent and normalise(other.text) != normalise(row.text)
        )
        request, target = make_request(row, others[:10], PairSettings(mask_rate=0.5), generator)
        parsed = PROMPT.parse(PROMPT.render_target(target, request), request)
        assert (parsed.tokens, parsed.spans) == (target.tokens, target.spans)
        assert parsed.tokens == row.tokens
        assert [(span.start, span.end) for span in parsed.spans] == [(span.start, span.end) for span in row.spans]


def test_intent_left_out_never_appears():
    kept = [row for row in ROWS if row.intent != "PlayMusic"]
    for prompt, target in tuning_pairs(kept, 500, PairSettings()):
        assert "play" not in prompt + target


def test_delexicalise_twins():
    assert delexicalise(ROWS[0]) == delexicalise(ROWS[1]) == ("rain0", "in", "[city]", "on", "[day]")


def test_bad_settings():
    with pytest.raises(ConfigError, match="mask_rate must lie in"):
        PairSettings(mask_rate=1.5)
    with pytest.raises(ConfigError, match="no utterance"):
        tuning_pairs([], 3, PairSettings())
