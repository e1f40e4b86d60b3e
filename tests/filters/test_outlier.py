import numpy as np
import pytest
from datasets import Dataset
from small import human_row, seed_records, utterances

from hf_synth.errors import ConfigError
from hf_synth.filters.dataset import filter_dataset
from hf_synth.filters.outlier import OutlierFilter
from hf_synth.schema import Provenance, Row


def by_angle(texts):
    angles = np.radians([float(text.split()[-1]) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def at(intent, *angles, origin="human"):
    return [Row(human_row(f"at {angle}", intent).utterance, Provenance(origin)) for angle in angles]


HUMAN = at("east", 0, 2, 4, 6, 8) + at("north", 80, 82, 84, 86, 88)


def judge(rows, human=HUMAN, **settings):
    return OutlierFilter(**{"neighbours": 2, "percentile": 0, "embed": by_angle, **settings}).fit(human, ())(rows, ())


def kept(rows, human=HUMAN, **settings):
    return [verdict.keep for verdict in judge(rows, human, **settings)]


def test_far_from_the_human_rows_of_its_class():
    verdicts = judge(at("east", 5, 9, 20, 85))
    assert [verdict.reason for verdict in verdicts] == ["", "", "outlier", "outlier"]
    bound = np.cos(np.radians([2, 4])).mean()
    near = np.cos(np.radians([12, 14])).mean()
    assert verdicts[2].score == round(near, 3)
    assert verdicts[2].detail == f"{near:.3f} near to the nearest human rows, at least {bound:.3f} wanted"


def test_the_bound_itself_stays():
    """The outermost human rows are 2 and 4 degrees from their nearest; so is a row at 10 of those at 8 and 6."""
    assert kept(at("east", 10, 10.1)) == [True, False]


def test_the_percentile_moves_the_bound():
    """Of ten human rows, the four at the edges are 2 and 4 degrees from their nearest, the others 2 and 2."""
    assert kept(at("east", 5, 10), percentile=30) == [True, True]
    assert kept(at("east", 5, 10), percentile=50) == [True, False]


def test_a_class_with_few_human_rows_is_measured_against_all():
    human = [*HUMAN, *at("few", 9, 11)]
    assert kept(at("few", 3, 85, 30), human) == [True, True, False]
    assert kept(at("unknown", 3, 30), human) == [True, False]


def test_a_human_row_is_not_its_own_neighbour():
    rows = [*HUMAN, *at("east", 40)]
    data = Dataset.from_list([{"text": row.utterance.text, "intent": row.utterance.intent} for row in rows])
    stay, rejects = filter_dataset(data, [OutlierFilter(2, percentile=9, embed=by_angle)])
    assert stay["text"] == [row.utterance.text for row in HUMAN]
    assert rejects["row"] == [10]


def test_without_classes_all_rows_are_one():
    reference = Dataset.from_dict({"text": [row.utterance.text for row in HUMAN]})
    data = Dataset.from_dict({"text": ["at 5", "at 45", "at 85"]})
    assert OutlierFilter(2, percentile=0, embed=by_angle)(data, reference)["text"] == ["at 5", "at 85"]


def test_only_human_rows_are_a_measure():
    crowd = at("east", 20, 20.5, 21, origin="synthetic")
    assert kept(at("east", 20.2), [*HUMAN, *crowd]) == [False]
    assert OutlierFilter(2, embed=by_angle)([*crowd, *HUMAN], ())[0].reason == "outlier"


def test_blocks_change_nothing():
    rows = at("east", *(number % 12 for number in range(3000)))
    verdicts = judge(rows)
    assert verdicts == judge(rows[:12]) * 250


def test_order_and_batches_change_nothing():
    human = [Row.human(utterance) for utterance in utterances(seed_records())]
    asked = [human_row(f"{row.utterance.text} {number}") for number, row in enumerate(human * 2)]
    filter_ = OutlierFilter(percentile=20).fit(human, ())
    verdicts = filter_(asked, ())
    assert 0 < sum(verdict.keep for verdict in verdicts) < len(asked)
    assert filter_(asked[::-1], ())[::-1] == verdicts
    assert [verdict for row in asked[:20] for verdict in filter_([row], ())] == verdicts[:20]
    assert OutlierFilter(percentile=20).fit(human[::-1], ()) == filter_


def test_too_few_human_rows():
    with pytest.raises(ConfigError, match="expected more than 2 human rows, got 2") as caught:
        judge(at("east", 1), HUMAN[:2])
    assert "lower neighbours" in caught.value.hint
    with pytest.raises(ConfigError, match="got 0"):
        OutlierFilter(embed=by_angle)(at("east", 1, origin="synthetic"), ())
    assert OutlierFilter(embed=by_angle)([], ()) == []


@pytest.mark.parametrize("settings", [{"neighbours": 0}, {"percentile": -1}, {"percentile": 101}])
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="outlier filter"):
        OutlierFilter(**settings)
