"""The transforms on human rows: slots stay on their words, and nothing is lost on the way."""

from collections import Counter

import pytest
from datasets import load_dataset

from hf_synth import BackTranslation, RandomDeletion, RandomSwap, SlotResampling, SpellingNoise, augment
from hf_synth.schema import tags_to_spans
from hf_synth.transforms.alignment import bare
from hf_synth.transforms.values import collect_values

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def rows(data):
    tagged = load_dataset(str(data / "snips"), split="test").select_columns(["tokens", "tags"])
    return tagged.rename_column("tags", "slot_tags")


def values(tokens, tags):
    """Every slot with its words, however often."""
    spans = tags_to_spans(tags)
    return Counter((span.slot, *map(bare, tokens[span.start : span.end])) for span in spans)


def by_source(rows, transform):
    """Each changed row with its source."""
    numbered = rows.add_column("number", list(range(len(rows))))
    made = augment(numbered, transform, keep_original=False)
    return [(rows[row["number"]], row) for row in made]


@pytest.mark.parametrize("transform", [SpellingNoise(), RandomDeletion(), RandomSwap()], ids=lambda it: it.name)
def test_slot_values_stay(rows, transform):
    pairs = by_source(rows, transform)
    assert len(pairs) > 0.8 * len(rows)
    for source, made in pairs:
        assert values(source["tokens"], source["slot_tags"]) == values(made["tokens"], made["slot_tags"])
        assert source["tokens"] != made["tokens"]


def test_resampled_values_are_values_of_their_slot(rows):
    known = collect_values(rows)
    pairs = by_source(rows, SlotResampling(known))
    assert len(pairs) > 0.95 * len(rows)
    for source, made in pairs:
        spans = tags_to_spans(made["slot_tags"])
        assert [span.slot for span in spans] == [span.slot for span in tags_to_spans(source["slot_tags"])]
        assert all(tuple(made["tokens"][span.start : span.end]) in known[span.slot] for span in spans)
        carrier = [token for token, tag in zip(source["tokens"], source["slot_tags"], strict=True) if tag == "O"]
        assert carrier == [token for token, tag in zip(made["tokens"], made["slot_tags"], strict=True) if tag == "O"]


@pytest.mark.parametrize("spans", ["verify", "protect"])
def test_back_translation_keeps_a_row_with_all_its_values_or_not_at_all(rows, spans):
    pairs = by_source(rows.select(range(200)), BackTranslation(spans=spans))
    assert pairs or spans == "verify", "the shipped models lose most values, and names stand in for them"
    for source, made in pairs:
        assert values(source["tokens"], source["slot_tags"]) == values(made["tokens"], made["slot_tags"])
