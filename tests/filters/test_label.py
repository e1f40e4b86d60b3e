import builtins
import importlib.util

import numpy as np
import pytest
from datasets import ClassLabel, Dataset, Features, Value
from small import human_row, seed_records, utterances

from hf_synth.errors import ConfigError, ContaminationError, MissingExtraError, SchemaError
from hf_synth.filters.dataset import filter_dataset
from hf_synth.filters.label import LabelVerification
from hf_synth.schema import Provenance, Row

EAST, NORTH = (0, 2, 4, 6, 8, 10), (80, 82, 84, 86, 88, 90)
HUMAN = [human_row(f"at {angle}", "east") for angle in EAST] + [human_row(f"at {angle}", "north") for angle in NORTH]


def by_angle(texts):
    angles = np.radians([float(text.split()[-1]) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def made(angle, intent, origin="synthetic"):
    return Row(human_row(f"at {angle}", intent).utterance, Provenance(origin, "linguist@1", "t"))


def judge(rows, human=HUMAN, **settings):
    return LabelVerification(embed=by_angle, **settings).fit(human, ())(rows, ())


def as_dataset(rows, label="intent", **columns):
    texts = [row.utterance.text for row in rows]
    return Dataset.from_dict({"text": texts, label: [row.utterance.intent for row in rows], **columns})


def test_q3_a_row_whose_label_is_not_predicted_is_dropped():
    verdicts = judge([made(3, "east"), made(3, "north"), made(87, "north"), made(87, "east")])
    assert [verdict.reason for verdict in verdicts] == ["", "label_mismatch", "", "label_mismatch"]
    assert verdicts[1].detail == "looks like 'east', labelled 'north'"
    assert 0 < verdicts[1].score < 0.1


@pytest.mark.parametrize("origin", ["synthetic", "augmented"])
def test_q3_a_classifier_is_trained_on_human_rows_alone(origin):
    rows = [*HUMAN, made(3, "east", origin)]
    with pytest.raises(ContaminationError, match=f"row 12 to learn from \\('at 3'\\) has the origin '{origin}'") as e:
        LabelVerification(embed=by_angle).fit(rows, ())
    assert "would confirm" in e.value.hint
    with pytest.raises(ContaminationError, match="row 12"):
        LabelVerification(embed=by_angle)([made(3, "east")], rows)
    data = as_dataset(rows, origin=[row.provenance.origin for row in rows])
    with pytest.raises(ContaminationError, match="row 12"):
        LabelVerification(embed=by_angle)(as_dataset(HUMAN), data)


def test_a_wrong_label_in_the_training_rows_is_found():
    wrong = human_row("at 5", "north")
    rows = [*HUMAN, wrong]
    verdicts = LabelVerification(embed=by_angle)(rows, ())
    assert [row for row, verdict in zip(rows, verdicts, strict=True) if not verdict.keep] == [wrong]


def test_confidence():
    rows = [made(3, "north"), made(42, "north")]
    assert [verdict.keep for verdict in judge(rows)] == [False, False]
    assert [verdict.keep for verdict in judge(rows, min_confidence=0.8)] == [False, True]
    assert [verdict.keep for verdict in judge(rows, min_confidence=1.0)] == [True, True]


def test_a_label_that_no_human_row_has():
    assert judge([made(3, "west")])[0].keep, "it cannot be verified, as in a cold start"
    verdict = judge([made(3, "west")], unknown="drop")[0]
    assert (verdict.reason, verdict.detail) == ("unknown_label", "no human row has the label 'west'")


def test_the_only_row_of_a_class_cannot_be_judged_and_stays():
    lone = human_row("at 5", "lone")
    assert LabelVerification(embed=by_angle)([*HUMAN, lone], ())[-1].keep
    assert [verdict.reason for verdict in judge([made(60, "lone")], [*HUMAN, lone])] == ["label_mismatch"]


def test_one_row_of_each_class_is_enough_to_learn():
    few = [HUMAN[0], HUMAN[-1]]
    assert [verdict.keep for verdict in judge([made(3, "east"), made(3, "north")], few)] == [True, False]
    assert all(verdict.keep for verdict in LabelVerification(embed=by_angle)(few, ()))


def test_order_and_batches_change_nothing():
    rows = [Row.human(utterance) for utterance in utterances(seed_records())]
    asked = [Row(row.utterance, Provenance("synthetic")) for row in rows]
    asked += [human_row(f"{row.utterance.text} right now please", "play_music") for row in rows]
    filter_ = LabelVerification().fit(rows, ())
    verdicts = filter_(asked, ())
    assert 5 < sum(verdict.keep for verdict in verdicts) < 31
    assert filter_(asked[::-1], ())[::-1] == verdicts
    assert [verdict for row in asked for verdict in filter_([row], ())] == verdicts
    again = LabelVerification().fit(rows[::-1], ())
    assert again == filter_
    assert again(asked, ()) == verdicts


def test_what_is_fitted_is_not_embedded_again():
    asked = []

    def embed(texts):
        asked.extend(texts)
        return by_angle(texts)

    filter_ = LabelVerification(embed=embed).fit(HUMAN, ())
    filter_([*HUMAN, made(3, "east"), made(3, "north")], ())
    assert sorted(asked) == sorted([*(row.utterance.text for row in HUMAN), "at 3"])


def test_nothing_to_learn_from():
    with pytest.raises(ConfigError, match="at least two classes, got 'east'") as caught:
        LabelVerification(embed=by_angle)([made(3, "east")], HUMAN[:3])
    assert caught.value.hint.startswith("Give it human rows of all classes")
    with pytest.raises(ConfigError, match="got none"):
        LabelVerification(embed=by_angle)([made(3, "east")], ())
    assert LabelVerification(embed=by_angle)([], ()) == []


def test_human_rows_among_those_it_judges_teach_it():
    data = as_dataset([*HUMAN, made(3, "north")], origin=["human"] * 12 + ["synthetic"])
    kept, rejects = filter_dataset(data, [LabelVerification(embed=by_angle)])
    assert len(kept) == 12
    assert rejects[0]["row"] == 12


def test_on_datasets_labels_are_names_strings_or_numbers():
    judge = LabelVerification(embed=by_angle)
    human = as_dataset(HUMAN, "kind").rename_column("text", "words")
    data = as_dataset([made(3, "north"), made(85, "north")], "kind").rename_column("text", "words")
    kept = judge(data, reference=human, column="words", label="kind")
    assert kept["words"] == ["at 85"]
    reverse = Features({"words": Value("string"), "kind": ClassLabel(names=["north", "east"])})
    assert judge(data.cast(reverse), human, "words", "kind").to_dict() == kept.cast(reverse).to_dict()
    numbers = {"east": 1, "north": 0}
    human, data = (part.map(lambda row: {"stars": numbers[row["kind"]]}) for part in (human, data))
    rejects = filter_dataset(data, [judge], human, "words", "stars")[1].to_list()
    assert [(reject["row"], reject["text"], reject["detail"]) for reject in rejects] == [
        (0, "at 3", "looks like '1', labelled '0'")
    ]


def test_rows_without_a_label():
    features = Features({"text": Value("string"), "label": ClassLabel(names=["east", "north"])})
    texts = [row.utterance.text for row in HUMAN]
    human = Dataset.from_dict({"text": texts, "label": [0] * 5 + [-1] + [1] * 5 + [None]}, features=features)
    kept, rejects = filter_dataset(human, [LabelVerification(embed=by_angle)])
    assert len(kept) == 10
    assert [(reject["row"], reject["reason"]) for reject in rejects] == [(5, "unknown_label"), (11, "unknown_label")]


@pytest.mark.parametrize("origin", ["web", None])
def test_an_origin_that_says_nothing_of_people(origin):
    data = as_dataset(HUMAN)
    data = (data.remove_columns("origin") if "origin" in data.column_names else data).add_column(
        "origin", [origin] * (len(data) - 1) + ["human"]
    )
    with pytest.raises(SchemaError, match=f"row 0 has the origin {origin!r}, expected human, augmented") as caught:
        LabelVerification(embed=by_angle)(data)
    assert "rename the column" in caught.value.hint


def test_no_labels():
    judge = LabelVerification(embed=by_angle)
    data, human = Dataset.from_dict({"text": ["at 3"], "score": [0.5]}), as_dataset(HUMAN)
    with pytest.raises(SchemaError, match=r"called intent or label, got text \(string\), score \(float64\)") as caught:
        judge(data, human)
    assert caught.value.hint == "Name the column with the class: label=..."
    with pytest.raises(SchemaError, match="called score, got"):
        judge(data, human, label="score")
    with pytest.raises(SchemaError, match="no column 'scor'") as caught:
        judge(data, human, label="scor")
    assert caught.value.hint == "Did you mean 'score'?"
    with pytest.raises(SchemaError, match="called intent or label"):
        judge(human, data)


def test_without_scikit_learn(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "sklearn" else find(name, *a))
    with pytest.raises(MissingExtraError, match="needs sklearn") as caught:
        judge([])
    assert caught.value.hint == 'Run: pip install "hf-synth[quality]"'


def test_nothing_of_scikit_learn_is_imported_before_it_is_needed(monkeypatch):
    real = builtins.__import__

    def refuse(name, *arguments, **named):
        assert not name.startswith("sklearn")
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    LabelVerification(embed=by_angle).fit(HUMAN, ())


@pytest.mark.parametrize(
    "settings", [{"min_confidence": -0.1}, {"min_confidence": 1.1}, {"folds": 1}, {"unknown": "guess"}]
)
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="label filter"):
        LabelVerification(**settings)
