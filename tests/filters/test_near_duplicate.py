import random
import time

import pytest
from datasets import Dataset

from hf_synth.errors import ConfigError
from hf_synth.filters.near_duplicate import NearDuplicateFilter

PANGRAM = "the quick brown fox jumps over the lazy dog and runs away from it"


def kept(texts, reference=(), **settings):
    verdicts = NearDuplicateFilter(**settings).judge_texts(texts, reference)
    return [text for text, verdict in zip(texts, verdicts, strict=True) if verdict.keep]


def shingles(text, size=3):
    return {text[at : at + size] for at in range(max(1, len(text) - size + 1))}


def overlap(one, other):
    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def test_the_first_of_a_pair_stays():
    texts = [PANGRAM, "something else", f"{PANGRAM}!", PANGRAM.upper()]
    assert kept(texts) == texts[:2]
    assert kept(texts[::-1]) == [texts[3], texts[1]]


def test_reference_rows_drop():
    (verdict,) = NearDuplicateFilter().judge_texts([f"{PANGRAM}!"], [PANGRAM])
    assert (verdict.reason, verdict.detail) == ("near_duplicate", f"nearly the same as {PANGRAM!r}")
    assert verdict.score == round(overlap(PANGRAM, f"{PANGRAM}!"), 3)


def test_equal_texts_name_the_first():
    verdicts = NearDuplicateFilter().judge_texts(["Hi You", "hi  you", "HI YOU"], [])
    assert [(verdict.score, verdict.detail) for verdict in verdicts[1:]] == [(1.0, "nearly the same as 'Hi You'")] * 2
    assert not NearDuplicateFilter().judge_texts(["hi you"], ["Hi you"])[0].keep


def test_the_threshold_itself_stays():
    assert overlap("abcd", "abcde") == 2 / 3
    assert kept(["abcd", "abcde"], threshold=2 / 3) == ["abcd", "abcde"]
    assert kept(["abcd", "abcde"], threshold=0.66) == ["abcd"]


def test_short_empty_and_foreign_texts():
    texts = ["a", "b", "", "ab", "天気は?", "天気は？", "😀"]
    assert kept([*texts, "a", ""]) == texts
    assert kept([]) == []
    assert kept([], ["a"]) == []


def changed(draw, text):
    words = text.split()
    for _ in range(draw.choice([1, 1, 2, 4])):
        words[draw.randrange(len(words))] = draw.choice(["on", "maybe", "yellow", "somewhere", "it"])
    return " ".join(words)


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.8, 0.9])
def test_what_is_found_is_what_comparing_all_pairs_finds(threshold):
    draw = random.Random(1)
    words = [f"{a}{b}" for a in ("ka", "lo", "mi", "tu", "re") for b in ("san", "bert", "lia", "dom", "q")]
    roots = [" ".join(draw.choices(words, k=9)) for _ in range(40)]
    texts = list(dict.fromkeys(changed(draw, draw.choice(roots)) for _ in range(400)))
    reference = roots[:10]
    stay = []
    for text in texts:
        if all(overlap(text, other) <= threshold for other in (*reference, *stay)):
            stay.append(text)
    assert 0 < len(stay) < len(texts)
    assert kept(texts, reference, threshold=threshold) == stay
    assert kept(texts, reference[::-1], threshold=threshold) == stay


def test_a_score_above_the_threshold_and_of_a_text_that_stays():
    texts = [f"the order with number {n} has been sent to the address that we have from you" for n in range(3000)]
    verdicts = NearDuplicateFilter().judge_texts(texts, [])
    stay = {text for text, verdict in zip(texts, verdicts, strict=True) if verdict.keep}
    assert 0 < len(stay) < 100
    for text, verdict in zip(texts, verdicts, strict=True):
        if not verdict.keep:
            other = verdict.detail[len("nearly the same as '") : -1]
            assert other in stay
            assert verdict.score == round(overlap(text, other), 3)
            assert overlap(text, other) > 0.8


def template_like(count):
    """Texts of a few templates that share most of their letters with each other, and differ by the values of slots."""
    draw = random.Random(3)
    cities = [
        f"{a}{b}{c}"
        for a in ("bo", "san ", "lin", "new ")
        for b in ("st", "dor", "ham", "vil")
        for c in ("on", "ia", "y")
    ]
    roots = [
        f"{start}{middle} for a group of {{}} people at a restaurant called {{}} in the city of {{}} on {{}}{end}"
        for start in ("", "please ", "can you ", "i want to ", "hey ")
        for middle in ("book a table", "find a place", "get me seats")
        for end in ("", " thanks", " if you can")
    ]
    days = [
        f"{day} {part}".strip() for day in ("monday", "friday", "june {}", "may {}") for part in ("", "noon", "night")
    ]
    texts = {}
    while len(texts) < count:
        day = draw.choice(days).format(draw.randrange(1, 31))
        names = draw.choice(cities), draw.choice(cities)
        texts[draw.choice(roots).format(draw.randrange(2, 20), *names, day)] = None
    return list(texts)


def test_template_like_texts_are_judged_as_comparing_all_pairs_does():
    texts = template_like(1000)
    sets = {text: shingles(text) for text in texts}
    stay = []
    for text, mine in sets.items():
        if not any(len(mine & sets[other]) > 0.8 * len(mine | sets[other]) for other in stay):
            stay.append(text)
    assert 100 < len(stay) < 950
    found = kept(texts)
    assert len(set(found) ^ set(stay)) <= 4  # a missed pair keeps a text, which may drop another
    assert found == kept(texts)


def test_many_template_like_texts_do_not_take_long():
    texts = template_like(20_000)
    started = time.process_time()
    found = kept(texts)
    assert time.process_time() - started < 20
    assert 100 < len(found) < 19_000


def test_the_verdicts_on_some_do_not_depend_on_later_ones():
    texts = template_like(3000)
    verdicts = NearDuplicateFilter().judge_texts(texts, [])
    assert NearDuplicateFilter().judge_texts(texts[:1000], []) == verdicts[:1000]


def test_another_seed_finds_the_same_pairs():
    draw = random.Random(2)
    texts = [changed(draw, PANGRAM) for _ in range(300)]
    assert len({tuple(kept(texts, seed=seed)) for seed in range(5)}) == 1


def test_on_a_dataset():
    data = Dataset.from_dict({"text": [PANGRAM, f"{PANGRAM}."], "n": [1, 2]})
    assert NearDuplicateFilter()(data)["n"] == [1]


@pytest.mark.parametrize("settings", [{"threshold": 0}, {"threshold": 1}, {"size": 0}])
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="near-duplicate filter"):
        NearDuplicateFilter(**settings)
