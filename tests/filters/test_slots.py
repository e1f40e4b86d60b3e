import pytest
from datasets import Dataset
from small import human_row

from hf_synth.columns import features
from hf_synth.errors import SchemaError
from hf_synth.filters.dataset import filter_dataset
from hf_synth.filters.slots import SlotValidity
from hf_synth.filters.untagged import UntaggedFilter
from hf_synth.schema import Provenance, Row, label_names

HUMAN = [human_row("rain in [city : rome]"), human_row("play [artist : adele]", "play_music")]


def judge(text, intent="get_weather", human=HUMAN, **settings):
    return SlotValidity(**settings)([human_row(text, intent)], human)[0]


def test_a_slot_that_people_do_not_use():
    verdict = judge("rain on [planet : mars]")
    assert (verdict.reason, verdict.detail) == ("unknown_slot", "no human row of 'get_weather' has the slot 'planet'")
    assert judge("snow in [city : oslo]").keep
    assert judge("no slot at all").keep


def test_a_slot_of_another_intent():
    assert judge("rain on [artist : adele]").reason == "unknown_slot"
    assert judge("rain on [artist : adele]", per_intent=False).keep
    assert judge("rain on [planet : mars]", per_intent=False).reason == "unknown_slot"


def test_an_intent_that_no_human_row_has():
    assert judge("go to [city : rome]", "travel").keep
    assert judge("go to [planet : mars]", "travel").reason == "unknown_slot"


def test_only_human_rows_say_which_slots_there_are():
    made = Row(human_row("rain on [planet : mars]").utterance, Provenance("synthetic"))
    assert judge("rain on [planet : mars]", human=[*HUMAN, made]).reason == "unknown_slot"
    assert judge("rain on [planet : mars]", human=[made]).keep
    assert judge("rain on [planet : mars]", human=[]).keep


@pytest.mark.parametrize("value", ["?", "...", "« »", "— –"])
def test_a_value_without_words(value):
    verdict = judge(f"in [city : {value}]", human=[])
    assert (verdict.reason, verdict.detail) == ("empty_value", f"the slot 'city' holds {value!r}")


@pytest.mark.parametrize("value", ["a.", "$", "3", "ö", "東京", "☂", "नई"])
def test_a_value_with_words_signs_or_numbers(value):
    assert judge(f"in [city : {value}]").keep


def as_dataset(*rows):
    return Dataset.from_list(
        [{"text": " ".join(tokens), "tokens": tokens, "slot_tags": tags} for tokens, tags in rows]
    )


def test_tags_that_cannot_be_read_are_rejects():
    data = as_dataset(
        (["in", "rome"], ["O", "B-city"]),
        (["in", "rome"], ["O"]),
        (["in", "rome"], ["O", "city"]),
        (["in", "new york"], ["O", "B-city"]),
        (["in", "oslo"], ["O", "I-city"]),
    )
    for filter_ in (SlotValidity(), UntaggedFilter()):
        kept, rejects = filter_dataset(data, [filter_])
        assert len(kept) == 2
        assert [(reject["row"], reject["reason"], reject["detail"]) for reject in rejects] == [
            (1, "malformed", "2 tokens have 1 tags"),
            (2, "malformed", "tag 'city' at position 1: expected O, B-<slot> or I-<slot>"),
            (3, "malformed", "a token is a non-empty run without white space, got 'new york'"),
        ]
    with pytest.raises(SchemaError, match="row 1 of the reference: 2 tokens have 1 tags"):
        SlotValidity()(data, data)
    numbers = Dataset.from_list([{"text": "in", "tokens": ["in"], "slot_tags": [1]}])
    assert filter_dataset(numbers, [SlotValidity()])[1]["detail"] == [
        "tags are words or class labels, and tokens words: got 1"
    ]


def test_on_datasets_with_and_without_intents():
    rows = [human_row("rain on [artist : adele]"), human_row("rain on [planet : mars]")]
    intents, slots = label_names([row.utterance for row in (*HUMAN, *rows)])
    data, human = (
        Dataset.from_list([row.to_dict() for row in part], features=features(intents, slots)) for part in (rows, HUMAN)
    )
    assert SlotValidity()(data, human).num_rows == 0
    assert SlotValidity()(data.remove_columns("intent"), human.remove_columns("intent"))["text"] == ["rain on adele"]
    rejects = filter_dataset(data.remove_columns("intent"), [SlotValidity()], human)[1]
    assert rejects["detail"] == ["no human row has the slot 'planet'"]
