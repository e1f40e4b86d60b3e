import numpy as np
import pytest

from hf_synth.metrics.bootstrap import Bootstrap
from hf_synth.metrics.outcomes import Outcomes
from hf_synth.seeding import rng

ROWS, LIFT = 80, 0.1
INTENTS = tuple("ab"[number % 2] for number in range(ROWS))


def student(right):
    right = np.asarray(right, dtype=float)
    zeros, ones = np.zeros(len(right)), np.ones(len(right))
    return Outcomes(INTENTS[: len(right)], ones, right, right, right, ones, zeros + 1)


def study(key, cells, spread, seeds=1):
    """Pairs on rows of different difficulty; the first gains LIFT on average, more in some cells than in others."""
    random = rng(0, "study", *key)
    difficulty, pairs = random.random(ROWS), []

    def train(skill):
        return student(difficulty + random.uniform(-0.15, 0.15, ROWS) < skill)

    for _ in range(cells):
        skill = 0.5 + LIFT + random.uniform(-spread, spread)
        pairs += [(train(skill), train(0.5)) for _ in range(seeds)]
    return pairs, [cell for cell in range(cells) for _ in range(seeds)]


def measure_coverage(*settings):
    """The share of 200 studies whose interval holds the truth."""
    held = []
    for number in range(200):
        bootstrap = Bootstrap(INTENTS, resamples=400, seed=number)
        low, high = bootstrap.interval(*study((number, *settings), *settings), "intent_accuracy")
        held.append(low <= LIFT <= high)
    return sum(held) / len(held)


@pytest.mark.parametrize("settings", [(10, 0.2), (20, 0.1), (8, 0.1, 3)])
def test_intervals_hold_the_truth_as_often_as_they_say(settings):
    assert 0.90 <= measure_coverage(*settings) <= 0.98


@pytest.mark.parametrize("settings", [(2, 0.1), (3, 0.1), (3, 0.0), (20, 0.0)])
def test_with_few_or_equal_cells_intervals_are_not_too_narrow(settings):
    assert measure_coverage(*settings) >= 0.95


@pytest.mark.parametrize("metric", ["intent_accuracy", "slot_f1", "target_intent_recall", "exact_match"])
def test_equal_students_differ_by_exactly_nothing(metric):
    pairs, cells = study(("same",), 5, 0.1, seeds=3)
    same = [(ours, ours) for ours, _ in pairs]
    assert Bootstrap(INTENTS).interval(same, cells, metric) == (0.0, 0.0)


def test_equal_gains_on_equal_rows_leave_only_the_chance_in_rows():
    right = [number % 4 == 0 for number in range(ROWS)]
    pairs = [(student([1] * ROWS), student(right))] * 4
    low, high = Bootstrap(INTENTS).interval(pairs, range(4), "intent_accuracy")
    error = 1.96 * (0.5 * 0.5 / 40) ** 0.5 / 2  # the rows right are half of the one intent, and none of the other
    assert (low, high) == (pytest.approx(0.75 - error, abs=0.015), pytest.approx(0.75 + error, abs=0.015))


def test_cells_count_whole():
    pairs, _ = study(("whole",), 6, 0.15)
    often = [pair for pair in pairs for _ in range(10)]
    six, sixty = (
        Bootstrap(INTENTS).interval(often, cells, "intent_accuracy")
        for cells in ([place // 10 for place in range(60)], range(60))
    )
    assert six[1] - six[0] > 1.2 * (sixty[1] - sixty[0]), "ten students of one cell are not ten cells"


def test_one_cell_has_its_pairs_drawn_and_one_pair_no_interval():
    pairs, cells = study(("one",), 1, 0.0, seeds=4)
    bootstrap = Bootstrap(INTENTS)
    assert bootstrap.interval(pairs, cells, "intent_accuracy") == bootstrap.interval(
        pairs, range(4), "intent_accuracy"
    )
    assert bootstrap.interval(pairs[:1], [0], "intent_accuracy") is None


def test_each_intent_keeps_its_rows_and_the_seed_decides():
    first, second, other = (Bootstrap(INTENTS, resamples=50, seed=seed).weights for seed in (0, 0, 1))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert set(first[:, ::2].sum(axis=1)) == set(first[:, 1::2].sum(axis=1)) == {ROWS / 2}
