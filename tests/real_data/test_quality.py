"""Quality control on human rows: what the filters drop that is good, and find that is bad."""

import pytest
from datasets import Dataset, load_dataset

from hf_synth import Guard, LabelVerification, LeakageFilter, NearDuplicateFilter, filter_dataset
from hf_synth.errors import ContaminationError
from hf_synth.seeding import rng

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def snips(data):
    return load_dataset(str(data / "snips"))


def few(rows, column, count):
    """The first rows of each class."""
    seen, chosen = {}, []
    for index, label in enumerate(rows[column]):
        seen[label] = seen.get(label, 0) + 1
        if seen[label] <= count:
            chosen.append(index)
    return rows.select(chosen)


def test_wrong_labels_are_found_and_right_ones_mostly_stay(snips):
    human, test = few(snips["train"], "intent", 10), snips["test"]
    intents = sorted(set(test["intent"]))
    shift = rng(0, "wrong labels").integers(1, len(intents), len(test))
    wrong = [
        intents[(intents.index(intent) + int(step)) % len(intents)]
        for intent, step in zip(test["intent"], shift, strict=True)
    ]
    texts = list(test["text"])
    judge = LabelVerification()
    kept = judge(Dataset.from_dict({"text": texts, "intent": list(test["intent"])}), human)
    assert len(kept) > 0.85 * len(test)
    caught = len(test) - len(judge(Dataset.from_dict({"text": texts, "intent": wrong}), human))
    assert caught > 0.95 * len(test)


def test_what_leaks_from_test_into_train_is_listed(snips):
    train, test = snips["train"], snips["test"]
    clean, leaks = filter_dataset(train, [LeakageFilter(cosine=None)], test)
    reasons = {reason: list(leaks["reason"]).count(reason) for reason in set(leaks["reason"])}
    assert reasons["leak_exact"] >= 60
    assert len(clean) + len(leaks) == len(train)
    with pytest.raises(ContaminationError, match="also stands in the training rows"):
        Guard().check(test.add_column("origin", ["human"] * len(test)), train)
    Guard().check(test.add_column("origin", ["human"] * len(test)), clean)


def test_near_duplicates_of_real_rows_are_near(data):
    rows = load_dataset(str(data / "banking77"), split="train")
    kept, rejects = filter_dataset(rows, [NearDuplicateFilter()])
    assert 0 < len(rejects) < 0.1 * len(rows)
    assert min(rejects["score"]) > 0.8
    assert len(filter_dataset(kept, [NearDuplicateFilter()])[1]) == 0, "what stays is not near to what stays"
