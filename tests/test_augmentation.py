from collections import Counter

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from hf_synth.augmentation import augment, balance
from hf_synth.errors import ConfigError, SchemaError
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.slot_resampling import SlotResampling

LABELS = ClassLabel(names=["refund", "complaint"])
TEXTS = Dataset.from_dict(
    {
        "text": [f"please return my money for order {n}" for n in range(9)] + [f"this is bad {n}" for n in range(3)],
        "label": [0] * 9 + [1] * 3,
    },
    features=Features({"text": Value("string"), "label": LABELS}),
)
SLOTS = Dataset.from_dict(
    {"tokens": [["rain", "in", "rome"], ["hello"]], "slot_tags": [[0, 0, 1], [0]], "intent": [1, 0]},
    features=Features(
        {
            "tokens": List(Value("string")),
            "slot_tags": List(ClassLabel(names=["O", "B-city", "I-city"])),
            "intent": ClassLabel(names=["greet", "weather"]),
        }
    ),
)


def test_every_row_is_followed_by_its_copies():
    made = augment(TEXTS, SpellingNoise(), copies=2)
    assert len(made) == 36
    assert made["text"][::3] == TEXTS["text"][:]
    assert made["label"][:] == [label for label in TEXTS["label"] for _ in range(3)]
    assert made.features["label"] == LABELS
    assert made["origin"][:3] == [0, 1, 1]
    assert made.features["origin"].names == ["human", "augmented", "synthetic"]
    assert made["method"][:3] == ["", "spelling_noise@1", "spelling_noise@1"]
    assert len(set(map(tuple, made["seed_ids"][:3]))) == 1
    assert "reject" not in made.column_names


def test_only_copies():
    made = augment(TEXTS, SpellingNoise(), keep_original=False)
    assert len(made) == 12
    assert not set(made["text"]) & set(TEXTS["text"])


def test_numbered_tags_and_refused_rows():
    rejects = Counter()
    transform = SlotResampling({"city": [("new", "york"), ("oslo",)]})
    made = augment(SLOTS, transform, copies=2, rejects=rejects)
    assert made.features["slot_tags"] == SLOTS.features["slot_tags"]
    assert sorted(zip(map(" ".join, made["tokens"]), map(str, made["slot_tags"]), strict=True))[1:] == [
        ("rain in new york", "[0, 0, 1, 2]"), ("rain in oslo", "[0, 0, 1]"), ("rain in rome", "[0, 0, 1]"),
    ]  # fmt: skip
    assert rejects == {"no_slots": 1}
    assert len(augment(SLOTS, transform, keep_original=False)) == 1


def test_held_out_splits_stay_human():
    made = augment(DatasetDict(train=TEXTS, test=TEXTS), SpellingNoise())
    assert len(made["train"]) == 24
    assert made["test"]["text"][:] == TEXTS["text"][:]
    assert set(made["test"]["origin"]) == {0}
    assert made["test"].features == made["train"].features


@pytest.mark.parametrize("keep", [True, False])
def test_streams_give_the_same_rows(keep):
    wanted = augment(SLOTS, SlotResampling({"city": [("oslo",)]}), keep_original=keep)
    stream = augment(SLOTS.to_iterable_dataset(), SlotResampling({"city": [("oslo",)]}), keep_original=keep)
    assert list(stream) == list(wanted)
    assert stream.features == wanted.features


def test_augmenting_twice_keeps_provenance():
    once = augment(TEXTS, SpellingNoise(), keep_original=False)
    twice = augment(once, SpellingNoise(seed=1))
    assert twice["seed_ids"][:2] == [once["seed_ids"][0]] * 2
    assert twice["origin"][:2] == [1, 1]


def test_nothing_is_changed_in_place():
    before = TEXTS[:]
    augment(TEXTS, SpellingNoise())
    assert TEXTS[:] == before


def test_a_missing_column():
    with pytest.raises(SchemaError, match="no column 'txt'") as caught:
        augment(TEXTS, SpellingNoise(column="txt"))
    assert caught.value.hint == "Did you mean 'text'?"


def test_rare_classes_are_filled_up():
    made = balance(TEXTS, "label", 9, SpellingNoise())
    assert Counter(made["label"]) == {0: 9, 1: 9}
    assert made["text"][:12] == TEXTS["text"][:]
    assert set(made["origin"][12:]) == {1}
    assert len(set(made["text"])) == 18
    used = Counter(ids[0] for ids in made["seed_ids"][12:])
    assert set(used.values()) == {2}


def test_a_class_that_is_full_stays():
    assert balance(TEXTS, "label", 3, SpellingNoise())["text"][:] == TEXTS["text"][:]


def test_at_most_ten_rows_of_a_class_are_copied():
    rows = Dataset.from_dict({"text": [f"some words of row {n}" for n in range(30)], "label": [0] * 30})
    made = balance(rows, "label", 60, SpellingNoise())
    assert len({ids[0] for ids in made["seed_ids"][30:]}) == 10


def test_what_cannot_be_balanced():
    with pytest.raises(SchemaError, match="no column 'lable'"):
        balance(TEXTS, "lable", 9, SpellingNoise())
    with pytest.raises(ConfigError, match="target must be at least 1"):
        balance(TEXTS, "label", 0, SpellingNoise())
