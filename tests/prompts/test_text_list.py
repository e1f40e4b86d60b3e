"""Lists of texts in all the forms that teachers were seen to write them in, and in forms that nobody has seen yet."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import LIST_PIECES, completions

from hf_synth.generation import Reject
from hf_synth.prompts.text_list import read_list

GOOD = ["where is my card?", "it's late", 'he said "soon"', "[sic] {odd}, really", "tab\tand ünïcode 👩‍🚀"]


def texts(completion):
    return [item for item in read_list(completion) if isinstance(item, str)]


def reasons(completion):
    return [item.reason for item in read_list(completion) if isinstance(item, Reject)]


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.text()), st.booleans(), st.sampled_from([None, 2]))
def test_what_a_perfect_teacher_writes_is_read_as_it_is(wanted, ascii_only, indent):
    for value in (wanted, {"texts": wanted}, [{"text": text} for text in wanted], [wanted, []]):
        written = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
        assert texts(written) == wanted
        assert reasons(written) == ([] if wanted else ["empty"])


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "```json\n{}\n```",
        "```\n{}```",
        "Sure! Here are 5 texts [in English]:\n\n```json\n{}\n```\nLet me know if you'd like more.",
        "<think>They want [5] texts. {{Fine}}.</think>\n\n{}",
        "one of ['a', 'b']: {}\nI hope this helps",
        "{}\n\n(Note: the texts are formal, short, etc.)",
        '{{"texts": {}}}',
        '{{"label": "late", "texts": {}, "note": "varied", "count": 5}}',
        '{{"class": "late", "data": {{"results": {}}}}}',
        '{{"texts": {}',
        '```json\n{{"texts": {}\n```',
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_what_stands_around_a_list(form, indent):
    assert read_list(form.format(json.dumps(GOOD, indent=indent))) == GOOD


@pytest.mark.parametrize(
    ("completion", "wanted"),
    [
        ('["one", "two",]', ["one", "two"]),
        ('["one", "two", ...]', ["one", "two"]),
        ("['one', 'it\\'s two', 'it's three']", ["one", "it's two", "it's three"]),
        ("[“one”, “two”]", ["one", "two"]),
        ('["one",\n "two"\n "three"]', ["one", "two", "three"]),
        ('["one", // formal\n "two" // short\n]', ["one", "two"]),
        ('["say "no" then", "two"]', ['say "no" then', "two"]),
        ('["a \\"quoted\\" one", "caf\\u00e9 \\ud83d\\ude80", "a\\/b",]', ['a "quoted" one', "café 🚀", "a/b"]),
        ('["two\nlines", "x\\ny",]', ["two\nlines", "x\ny"]),
        ('"one", "two"', ["one", "two"]),
        ('"one"\n"two"\n', ["one", "two"]),
        ('"one", "two"]', ["one", "two"]),
        ('"one"', ["one"]),
        ('{"text": "one"}\n{"text": "two"}', ["one", "two"]),
        ('["one"]\n["two"]', ["one", "two"]),
        ('[{"text": "one", "style": "formal"}, {"text": "two", "style": "short"},]', ["one", "two"]),
        ('[{"utterance": "one", "translation": "uno"}]', ["one"]),
        ('{"formal": "one", "short": ["two", "three"], "style": "x"}', ["one", "two", "three"]),
        ('1. {"text": "one"}\n2. {"text": "two"}', ["one", "two"]),
        ('Formal:\n["one"]\nShort, as in ["x"]:\n```json\n["two"]\n```', ["one", "two"]),
        ('Texts: {"text": "one"}\n{"text": "two"}', ["one", "two"]),
        ('Texts: ["one"], ["two"]', ["one", "two"]),
        ("1. **Formal**:\n   - one\n2. **Short:**\n   - two", ["one", "two"]),
        ('{"1": "one", "2": "two"}', ["one", "two"]),
        ('[["one", ["two"]], [], "three"]', ["one", "two", "three"]),
        ("{text: 'one', 'utterances': ['two',]}", ["one", "two"]),
        ("1. one\n2. two", ["one", "two"]),
        ("Here you go:\n\n1) one\n2) 'two'\n\nHope it helps!", ["one", "two"]),
        ('- "one",\n- **two**\n* three\n• four', ["one", "two", "three", "four"]),
        ("1. **Formal:** one\n2. **Short**: two", ["one", "two"]),
        ('Texts:\n"one",\n"two"', ["one", "two"]),
        ("1、一つ\n2、二つ", ["一つ", "二つ"]),
        ("[]", []),
        ('{"texts": []}', []),
    ],
)
def test_forms(completion, wanted):
    assert texts(completion) == wanted
    assert reasons(completion) == ([] if wanted else ["empty"])


@pytest.mark.parametrize(
    ("completion", "wanted", "rejected"),
    [
        ('["one", "two", "thr', ["one", "two"], ["truncated"]),
        ('{"texts": ["one", "two', ["one"], ["truncated"]),
        ('{"texts": ["one", "two",', ["one", "two"], []),
        ('```json\n["one", "tw', ["one"], ["truncated"]),
        ('["one", "tw\\', ["one"], ["truncated"]),
        ('["one", {"text": "two"}, {"te', ["one", "two"], []),
        ('["', [], ["truncated"]),
        ("<think>let me see: [", [], ["truncated"]),
        ('["one", 2, null, true, {"a": 1.5}]', ["one"], ["not_text"] * 4),
        ('["one", {}, two,]', ["one"], ["not_text"]),
        ('["one", two, "three", "four"]', ["four"], ["not_text"]),
        ('["one, "two", "three",]', ["three"], ["not_text"]),
        ('["say "no", then", "two"]', ["two"], ["not_text"]),
        ("7", [], ["not_text"]),
        ("null", [], ["not_text"]),
        ("", [], ["empty"]),
        (" \n", [], ["empty"]),
        ("I'm sorry, but I can't help with that.", [], ["no_list"]),
        ("Sure, here are some texts.\nThey are good.", [], ["no_list"]),
        ("[", [], ["no_list"]),
        ('{"error": "too long"}', [], ["empty"]),
    ],
)
def test_what_is_lost(completion, wanted, rejected):
    assert texts(completion) == wanted
    assert reasons(completion) == rejected


@pytest.mark.parametrize("value", [GOOD, {"texts": GOOD}, [{"text": text} for text in GOOD]])
def test_cut_anywhere_all_whole_texts_are_kept(value):
    """Without quotes inside: where those are, the end of a text cannot be told from them."""
    value = json.loads(json.dumps(value).replace('\\"', ""))
    whole, written = texts(json.dumps(value)), json.dumps(value, ensure_ascii=False)
    for cut in range(len(written)):
        part = written[:cut]
        complete = [text for text in whole if json.dumps(text, ensure_ascii=False) in part]
        assert texts(part) == complete, part
        assert set(reasons(part)) <= {"truncated", "empty", "no_list"}
        assert len(read_list(part)) <= len(complete) + 1


REASONS = {"truncated", "not_text", "empty", "no_list"}


def check(completion):
    found = read_list(completion)
    assert found
    for item in found:
        assert isinstance(item, str | Reject)
        assert type(item) is str or (item.reason in REASONS and type(item.text) is str)
    return [item for item in found if isinstance(item, str)]


@settings(max_examples=500, deadline=None)
@given(completions)
def test_any_text_is_read(completion):
    check(completion)


def test_damaged_lists_give_their_texts():
    """One character lost or put in, anywhere: never an error, and nearly all texts are still there."""
    chance, found, written = random.Random(0), 0, json.dumps([f"text number {n}" for n in range(10)])
    for _ in range(1000):
        place = chance.randrange(len(written))
        found += len(
            check(written[:place] + chance.choice(["", *LIST_PIECES]) + written[place + chance.randrange(2) :])
        )
    assert found > 8_000


@pytest.mark.parametrize(
    "piece", ["[", "{", '"', "['", '{"a":', '[" ', "[\\", "1. ", "```", " ", "<think>", '", ', "[]", "{a"]
)
def test_long_answers_take_no_time(piece):
    check(piece * 20_000)
