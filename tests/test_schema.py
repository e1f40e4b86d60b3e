import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import utterances

from hf_synth.columns import classification_features, features
from hf_synth.errors import SchemaError
from hf_synth.schema import (
    Provenance,
    Row,
    Span,
    Utterance,
    label_names,
    label_words,
    normalise,
    spans_to_tags,
    tag_names,
    tags_to_spans,
)


@given(utterances())
def test_tags_round_trip(utterance):
    assert tags_to_spans(utterance.slot_tags) == utterance.spans
    assert spans_to_tags(utterance.spans, len(utterance.tokens)) == utterance.slot_tags


@given(st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b"]), max_size=12))
def test_tags_are_read_as_the_conll_scorer_reads_them(tags):
    spans = tags_to_spans(tags)
    assert sum(span.end - span.start for span in spans) == sum(tag != "O" for tag in tags)
    for span in spans:
        names = {tag[2:] for tag in tags[span.start : span.end]}
        assert names == {span.slot}
        assert all(tag.startswith("I-") for tag in tags[span.start + 1 : span.end])
        assert tags[span.start].startswith("B-") or span.start == 0 or tags[span.start - 1][2:] != span.slot


@pytest.mark.parametrize("tag", ["X", "B", "B-", "I-", "S-city", "o", ""])
def test_unknown_tag(tag):
    with pytest.raises(SchemaError, match="at position 1"):
        tags_to_spans(["O", tag])


@pytest.mark.parametrize(
    ("tokens", "spans"),
    [
        ((), ()),
        (("",), ()),
        (("a b",), ()),
        (("a\u00a0b",), ()),
        (("a",), (Span(0, 0, "s"),)),
        (("a",), (Span(0, 2, "s"),)),
        (("a",), (Span(-1, 1, "s"),)),
        (("a", "b"), (Span(0, 2, "s"), Span(1, 2, "t"))),
        (("a", "b"), (Span(1, 2, "s"), Span(0, 1, "t"))),
    ],
)
def test_bad_utterance(tokens, spans):
    with pytest.raises(SchemaError):
        Utterance(tokens, spans, "x")


def test_touching_spans_are_kept_apart():
    utterance = Utterance(("a", "b", "c"), (Span(0, 1, "s"), Span(1, 3, "s")), "x")
    assert utterance.slot_tags == ("B-s", "B-s", "I-s")
    assert tags_to_spans(utterance.slot_tags) == utterance.spans
    assert utterance.slots == (("s", "a"), ("s", "b c"))


@given(utterances(), st.sampled_from(["human", "augmented", "synthetic"]), st.lists(st.text(), max_size=3))
def test_row_round_trip(utterance, origin, seed_ids):
    row = Row(utterance, Provenance(origin, "m@1", "t", tuple(seed_ids)))
    again = Row.from_dict(row.to_dict())
    assert again.provenance == row.provenance
    assert (again.utterance.tokens, again.utterance.spans) == (utterance.tokens, utterance.spans)


def test_row_in_a_dataset():
    from datasets import Dataset

    rows = [Row.human(Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "GetWeather", "it-IT", "s1"))]
    intents, slots = label_names(row.utterance for row in rows)
    dataset = Dataset.from_list([row.to_dict() for row in rows], features=features(intents, slots))
    assert dataset[0]["slot_tags"] == [0, 0, 1]
    assert dataset.features["intent"].names == ["GetWeather"]
    assert dataset.features["origin"].int2str(dataset[0]["origin"]) == "human"


def test_a_labelled_row_in_a_dataset():
    from datasets import Dataset

    utterance = Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "weather", "it-IT")
    row = Row(utterance, Provenance("synthetic", "m@1", "t", ("s1",)))
    dataset = Dataset.from_list([row.to_labelled()], features=classification_features(["greet", "weather"]))
    assert dataset[0] == {
        "text": "rain in rome",
        "label": 1,
        "locale": "it-IT",
        "origin": 2,
        "method": "m@1",
        "teacher": "t",
        "seed_ids": ["s1"],
    }


def test_origin_is_checked():
    with pytest.raises(SchemaError, match="human, augmented, synthetic"):
        Provenance("machine")


def test_tag_names_do_not_repeat():
    assert tag_names(["b", "a", "b"]) == ["O", "B-a", "I-a", "B-b", "I-b"]


def test_normalise():
    assert normalise(" STRASSE\u00a0 x\n") == normalise("straße x")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("GetWeather", "get weather"),
        ("HTMLPage", "html page"),
        ("a_b-c", "a b c"),
        ("*", "*"),
        ("<a>", "a"),
        ("  ", "_"),
    ],
)
def test_label_words(name, words):
    assert label_words(name) == words
