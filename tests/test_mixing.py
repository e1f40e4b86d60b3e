import logging
from copy import deepcopy

import pytest
from small import human_row, seed_records, utterances

from hf_synth.builders.catalogue import Catalogue
from hf_synth.errors import ConfigError
from hf_synth.mixing import (
    check_mixing,
    check_ratio,
    count_allowed,
    mix,
    resample,
    split_stages,
    synthetic_allowance,
    take_turns,
    upsample,
)
from hf_synth.schema import Provenance, Row, normalise
from hf_synth.transforms.slot_resampling import SlotResampling

HUMAN = [Row.human(utterance) for utterance in utterances(seed_records())]


def made(intent, count):
    return [human_row(f"{intent} {number}", intent) for number in range(count)]


@pytest.mark.parametrize(
    ("real", "limit"),
    [(0, None), (1, 2), (3, 7), (999, 2331), (1000, 1000), (1001, 1001), (10_000, 10_000), (10_001, 0), (10**6, 0)],
)
def test_allowance_at_the_boundaries(real, limit):
    assert synthetic_allowance(real) == limit


def test_allowance_is_thirty_to_seventy():
    for real in range(1, 1000):
        limit = synthetic_allowance(real)
        assert limit * 3 <= real * 7 < (limit + 1) * 3


@pytest.mark.parametrize(
    ("policy", "real", "limit"),
    [
        ("guide", 70, 163), ("guide", 0, None), ("all", 70, None), ("0.3", 70, 30), ("0.5", 70, 70), ("0.7", 3, 7),
        ("0.99", 1, 99), ("1/3", 10, 5), ("0.3", 0, None), ("0.3", 1, 0),
    ],
)  # fmt: skip
def test_policies(policy, real, limit):
    assert count_allowed(policy, real) == limit


@pytest.mark.parametrize("policy", ["", "Guide", "0", "1", "1.5", "-0.2", "nan", "1/0", "inf"])
def test_what_is_no_policy(policy):
    with pytest.raises(ConfigError, match="mixing must be 'guide', 'all' or the share of made rows"):
        check_mixing(policy)


def test_above_the_guide_is_warned_and_a_hundred_to_one_refused(caplog):
    for made in (0, 6, 7):
        check_ratio(3, made)
    assert not caplog.records
    check_ratio(3, 8)
    check_ratio(3, 299)
    assert [record.getMessage() for record in caplog.records] == [
        "over-augmentation: 8 made rows for 3 human ones; the guide admits 7",
        "over-augmentation: 299 made rows for 3 human ones; the guide admits 7",
    ]
    with pytest.raises(ConfigError, match="300 made rows for 3 human ones is over-augmentation"):
        check_ratio(3, 300)
    check_ratio(0, 10_000)
    check_ratio(20_000, 0)
    check_ratio(20_000, 1)
    assert caplog.records[-1].getMessage().endswith("the guide admits 0")


def test_two_stages():
    rows = [*HUMAN, *made("a", 3)]
    synthetic = [Row(row.utterance, Provenance("synthetic", "linguist@1", "t")) for row in made("a", 3)]
    assert split_stages([synthetic[0], *rows, *synthetic[1:]]) == (synthetic, rows)
    assert split_stages(synthetic) == ([], synthetic), "a cold start has one stage"
    assert split_stages(rows) == ([], rows)


def test_intents_take_turns():
    rows = mix(HUMAN, [*made("b", 3), *made("a", 5)], 5)
    assert rows[: len(HUMAN)] == HUMAN
    assert [row.utterance.text for row in rows[len(HUMAN) :]] == ["a 0", "b 0", "a 1", "b 1", "a 2"]


def test_no_limit_and_limit_zero(caplog):
    with caplog.at_level(logging.WARNING):
        assert len(mix(HUMAN, made("a", 5), None)) == len(HUMAN) + 5
        assert mix(HUMAN, [], 0) == HUMAN
    assert not caplog.records
    assert mix(HUMAN, made("a", 5), 0) == HUMAN
    assert "keeps 0 of 5" in caplog.text


def test_a_hundred_to_one_is_an_error():
    assert len(mix(HUMAN[:1], made("a", 99), None)) == 100
    with pytest.raises(ConfigError, match="100 made rows for 1 human ones is over-augmentation"):
        mix(HUMAN[:1], made("a", 100), None)
    assert len(mix(HUMAN[:1], made("a", 500), 2)) == 3, "what counts is what is kept"
    assert len(mix([], made("a", 500), None)) == 500, "a cold start has no human rows"


def test_mix_changes_nothing():
    human, rows = list(HUMAN), made("a", 4)
    before = deepcopy((human, rows))
    mix(human, rows, 2).clear()
    assert (human, rows) == before


def count(rows, intent):
    return sum(row.utterance.intent == intent for row in rows)


def test_upsample():
    before = deepcopy(HUMAN)
    grown = upsample(HUMAN, {"set_alarm": 20, "play_music": 3})
    assert before == HUMAN
    assert grown[: len(HUMAN)] == HUMAN
    assert [count(grown, intent) for intent in ("set_alarm", "play_music", "get_weather")] == [20, 6, 6]
    repeats = [sum(row == seed for row in grown) for seed in HUMAN if seed.utterance.intent == "set_alarm"]
    assert max(repeats) - min(repeats) <= 1
    assert {row.provenance.origin for row in grown} == {"human"}


def test_resample():
    transform = SlotResampling(Catalogue.from_utterances(row.utterance for row in HUMAN).values)
    before = deepcopy(HUMAN)
    grown = resample(HUMAN, {"set_alarm": 20, "play_music": 3}, transform)
    assert before == HUMAN
    assert grown[: len(HUMAN)] == HUMAN
    assert [count(grown, intent) for intent in ("set_alarm", "play_music", "get_weather")] == [20, 6, 6]
    copies = grown[len(HUMAN) :]
    assert {row.provenance.origin for row in copies} == {"augmented"}
    texts = [normalise(row.utterance.text) for row in grown if row.utterance.intent == "set_alarm"]
    assert len(set(texts)) >= 18, "a copy seen before is drawn again"
    assert resample(HUMAN, {"set_alarm": 20, "play_music": 3}, transform) == grown


def test_resample_ends_when_there_is_nothing_new():
    rows = [human_row("stop", "a")]
    grown = resample(rows, {"a": 4}, SlotResampling({}))
    assert [row.utterance.text for row in grown] == ["stop"] * 4


def test_groups_take_turns():
    assert take_turns([["a", "b", "c"], ["d"]], None) == ["a", "d", "b", "c"]
    assert take_turns([["a", "b", "c"], ["d"]], 2, first=1) == ["d", "a"]
    assert take_turns([], 3) == []
