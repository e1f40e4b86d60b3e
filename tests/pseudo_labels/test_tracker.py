import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.pseudo_labels.tracker import PseudoLabelTracker, TrackerSettings


def track(scores, labels=((0,),), negatives=(), **settings):
    """Scores of one row, epoch by epoch."""
    tracker = PseudoLabelTracker(labels, TrackerSettings(**settings), negatives)
    for epoch, row in enumerate(scores, start=1):
        tracker.update(epoch, [0], [row])
    return [item.label for item in tracker.find()[0]]


ABOVE, BELOW = [0.5, 0.9, 0.1], [0.5, 0.4, 0.1]


def test_a_streak_of_r_counts_and_one_less_does_not():
    assert track([ABOVE] * 4, streak=4) == [1]
    assert track([ABOVE] * 3, streak=4) == []
    assert track([ABOVE, ABOVE, BELOW, ABOVE, ABOVE], streak=3) == []


def test_equal_confidence_does_not_count():
    assert track([[0.5, 0.5, 0.1]] * 4) == []


def test_the_given_label_is_never_found():
    assert track([[0.9, 0.5, 0.1]] * 4) == []
    assert track([[0.5, 0.9, 0.8]] * 4, labels=[(0, 1)], top=3) == []


def test_a_label_must_be_above_all_given_ones():
    assert track([[0.2, 0.9, 0.5]] * 4, labels=[(0, 1)]) == []
    assert track([[0.2, 0.3, 0.5]] * 4, labels=[(0, 1)]) == [2]


def test_only_the_top_labels_are_looked_at():
    scores = [[0.1, 0.9, 0.8, 0.7]] * 4
    assert track(scores, top=2) == [1, 2]
    assert track(scores, top=3) == [1, 2, 3]


def test_a_negative_label_is_never_found():
    scores = [[0.1, 0.9, 0.8, 0.7]] * 4
    assert track(scores, negatives=[(1,)]) == [2]


def test_last_asks_for_a_streak_that_holds_and_any_does_not():
    scores = [ABOVE] * 4 + [BELOW]
    assert track(scores, mode="last") == []
    assert track(scores, mode="any") == [1]


def test_any_keeps_the_most_confident_labels():
    one, two, three = [0.5, 0.9, 0.2, 0.2], [0.5, 0.2, 0.7, 0.2], [0.5, 0.2, 0.2, 0.8]
    scores = [row for row in (one, two, three) for _ in range(2)]
    assert track(scores, mode="any", top=1, streak=2) == [1]
    assert track(scores, mode="any", top=2, streak=2) == [1, 3]


def test_ties_go_to_the_lower_number():
    assert track([[0.1, 0.9, 0.9, 0.9]] * 4, top=2) == [1, 2]


def test_an_epoch_that_is_left_out_ends_a_streak():
    tracker = PseudoLabelTracker([[0]], TrackerSettings(streak=2))
    tracker.update(1, [0], [ABOVE])
    tracker.update(3, [0], [ABOVE])
    assert tracker.find() == [()]


def test_confidence_and_epoch_are_said():
    tracker = PseudoLabelTracker([[0]], TrackerSettings(streak=2))
    for epoch, confidence in enumerate((0.6, 0.7, 0.8), start=1):
        tracker.update(epoch, [0], [[0.5, confidence]])
    (found,) = tracker.find()[0]
    assert (found.label, found.epoch) == (1, 2)
    assert found.confidence == pytest.approx(0.8)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4]), min_size=4, max_size=4), min_size=1, max_size=8),
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from(["last", "any"]),
)
def test_it_finds_what_the_rule_says(scores, top, streak, mode):
    """The same by the words of the rule, one label at a time."""
    counted = []
    for row in scores:
        best = sorted(range(4), key=lambda label: (-row[label], label))[:top]
        counted.append({label for label in best if row[label] > row[0]})
    runs = {
        label: [
            all(label in counted[place - back] for back in range(streak)) for place in range(streak - 1, len(scores))
        ]
        for label in range(1, 4)
    }
    wanted = {label for label, run in runs.items() if run and (run[-1] if mode == "last" else any(run))}
    found = track(scores, top=top, streak=streak, mode=mode)
    assert set(found) <= wanted
    assert len(found) == min(top, len(wanted))


@pytest.mark.parametrize("mode", ["last", "any"])
def test_the_order_of_batches_changes_nothing_and_a_saved_tracker_goes_on(tmp_path, mode):
    generator = np.random.default_rng(0)
    given_labels = [[int(label)] for label in generator.integers(0, 6, 40)]
    epochs = [generator.random((40, 6)).round(1) for _ in range(6)]
    chosen = TrackerSettings(streak=2, mode=mode)
    straight, resumed = (PseudoLabelTracker(given_labels, chosen) for _ in range(2))
    for epoch, scores in enumerate(epochs, start=1):
        straight.update(epoch, range(40), scores)
        for rows in np.array_split(generator.permutation(40), 3):
            resumed.update(epoch, rows.tolist(), scores[rows])
        if epoch == 3:
            resumed.save(tmp_path / "state.npz")
            resumed = PseudoLabelTracker(given_labels, chosen)
            resumed.load(tmp_path / "state.npz")
    assert straight.find() == resumed.find()
    assert any(straight.find())


@pytest.mark.parametrize(
    ("labels", "negatives", "message"),
    [
        ([[0], []], (), "row 1 has no label"),
        ([[0]], [[0]], "label 0 both as its own and as a negative one"),
        ([[0]], [[1], [2]], "1 rows have labels, 2 have negative ones"),
    ],
)
def test_wrong_labels(labels, negatives, message):
    with pytest.raises(SchemaError, match=message):
        PseudoLabelTracker(labels, TrackerSettings(), negatives)


def test_wrong_scores():
    tracker = PseudoLabelTracker([[0], [4]], TrackerSettings())
    with pytest.raises(SchemaError, match="a row has label 4, the model has 3 outputs"):
        tracker.update(1, [0, 1], np.zeros((2, 3)))
    with pytest.raises(SchemaError, match="row 1 has a score that is no number in epoch 1"):
        tracker.update(1, [0, 1], [[0.0] * 5, [np.nan] * 5])
    with pytest.raises(SchemaError, match=r"expected scores of shape \(2, labels\), got \(1, 5\)"):
        tracker.update(1, [0, 1], np.zeros((1, 5)))
    tracker.update(1, [0], np.zeros((1, 5)))
    with pytest.raises(ConfigError, match="epoch 1: row 0 was scored already"):
        tracker.update(1, [0], np.zeros((1, 5)))


def test_a_streak_longer_than_the_training_is_refused():
    with pytest.raises(ConfigError, match="streak is 4, but there are 3 epochs"):
        TrackerSettings().check_epochs(3)


def test_a_file_of_other_rows_is_refused(tmp_path):
    PseudoLabelTracker([[0]] * 3).save(tmp_path / "state.npz")
    with pytest.raises(ConfigError, match=r"\(3, 2\), this training has \(2, 2\)"):
        PseudoLabelTracker([[0]] * 2).load(tmp_path / "state.npz")
