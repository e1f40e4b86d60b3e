import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value
from small import human_row

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import filter_dataset
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.filters.untagged import UntaggedFilter


def reviews(*texts, column="review"):
    features = Features({column: Value("string"), "stars": ClassLabel(names=["bad", "good"])})
    return Dataset.from_dict({column: list(texts), "stars": [n % 2 for n in range(len(texts))]}, features=features)


def test_what_stays_is_a_dataset_of_the_same_kind():
    data = reviews("so so", "good one", "So  so", "never")
    kept = DuplicateFilter()(data, column="review")
    assert kept.to_dict() == {"review": ["so so", "good one", "never"], "stars": [0, 1, 1]}
    assert kept.features == data.features


def test_reference_rows_count_as_seen():
    kept = DuplicateFilter()(reviews("a b", "c d"), reviews("C D"), "review")
    assert kept["review"] == ["a b"]


def test_a_chain_with_its_rejects():
    data = reviews("a b", "a", "A b", "", "c d", None)
    kept, rejects = filter_dataset(data, [LengthFilter(2, 9), DuplicateFilter()], column="review")
    assert kept["review"] == ["a b", "c d"]
    assert [(reject["row"], reject["text"], reject["reason"]) for reject in rejects] == [
        (1, "a", "too_short"),
        (2, "A b", "duplicate"),
        (3, "", "empty"),
        (5, "", "empty"),
    ]
    assert rejects[0] == {
        "row": 1,
        "text": "a",
        "reason": "too_short",
        "detail": "1 words, at least 2 wanted",
        "score": 1.0,
    }


def test_nothing_dropped_leaves_typed_rejects():
    rejects = filter_dataset(reviews("a b"), [DuplicateFilter()], column="review")[1]
    assert len(rejects) == 0
    assert rejects.features["score"] == Value("float64")


def test_a_filter_of_someone_elses_sees_rows():
    class Shouting:
        name, version = "shouting", 1

        def __call__(self, rows, reference):
            assert [row.utterance.text for row in reference] == ["known"]
            return [Verdict("shouting", "!") if row.utterance.text.isupper() else Verdict() for row in rows]

    kept, rejects = filter_dataset(reviews("HELP me", "HELP ME"), [Shouting()], reviews("known", ""), "review")
    assert kept["review"] == ["HELP me"]
    assert rejects["row"] == [1]


def test_slots_as_names():
    data = Dataset.from_list([human_row(text).to_dict() for text in ("in rome", "in [city : rome]")])
    reference = Dataset.from_list([human_row("[city : rome]").to_dict()])
    assert UntaggedFilter()(data, reference)["text"] == ["in rome"]
    assert filter_dataset(data, [UntaggedFilter()], reference)[1]["row"] == [0]


def test_text_that_must_not_be_repeated():
    class Secret:
        name, version = "secret", 1

        def __call__(self, rows, reference):
            return [Verdict("secret", "a word", text="***") for _ in rows]

    assert filter_dataset(reviews("abc"), [Secret()], column="review")[1]["text"] == ["***"]


def test_what_cannot_be_judged():
    with pytest.raises(SchemaError, match="no column 'text'"):
        DuplicateFilter()(reviews("a"))
    with pytest.raises(SchemaError, match="holds int, expected texts"):
        DuplicateFilter()(reviews("a"), column="stars")
    with pytest.raises(SchemaError, match="expected the columns tokens and slot_tags, got review, stars"):
        UntaggedFilter()(reviews("a"), column="review")
    with pytest.raises(ConfigError, match="got DatasetDict"):
        DuplicateFilter()(DatasetDict(train=reviews("a")))
