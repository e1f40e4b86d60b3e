import json
from dataclasses import replace

import pytest
from scores import GENERATION, TARGETS, some_report, some_scores

from hf_synth.errors import ConfigError
from hf_synth.metrics.outcomes import record_outcomes
from hf_synth.report import Score, make_report, write_report


def score(arm, f1, cell="a", seed=0, rows=10, **more):
    return Score(cell, cell, 0, arm, seed, rows, {"target_slot_f1": f1, "target_intent_recall": 0.5, **more})


def report(*scores, baselines=("upsampled", "slot_resampling")):
    return make_report(scores, baselines, {}, {}, test_rows=9)


def test_arms_hold_mean_spread_and_values():
    made = report(score("upsampled", 0.5, rows=10), score("upsampled", 0.7, seed=1, rows=13))
    assert made["arms"]["upsampled"]["train_rows"] == 12
    f1 = made["arms"]["upsampled"]["metrics"]["target_slot_f1"]
    assert f1 == {
        "mean": pytest.approx(0.6),
        "std": pytest.approx(0.1414, abs=1e-4),
        "students": 2,
        "values": [0.5, 0.7],
    }
    assert (made["task"], made["test_rows"], made["uplift"], made["gap_closed"]) == ("intent_slots", 9, {}, None)


def test_the_baseline_is_the_best_of_those_named():
    scores = (score("upsampled", 0.5), score("slot_resampling", 0.6), score("real_only", 0.9))
    assert report(*scores)["baseline"] == "slot_resampling"
    assert report(*scores, baselines=("upsampled", "absent"))["baseline"] == "upsampled"


def test_uplift_pairs_by_cell_and_seed():
    made = report(
        *(score("upsampled", f1, cell, seed) for cell, seed, f1 in [("a", 0, 0.1), ("a", 1, 0.2), ("b", 0, 0.6)]),
        *(score("linguist", f1, cell, seed) for cell, seed, f1 in [("b", 0, 0.7), ("a", 1, 0.4), ("a", 0, 0.1)]),
    )
    gain = made["uplift"]["linguist"]["target_slot_f1"]
    assert gain["mean"] == pytest.approx(0.1)
    assert gain["ci95"] == [pytest.approx(0.1 - 0.24841, abs=1e-5), pytest.approx(0.1 + 0.24841, abs=1e-5)]
    assert gain["pairs"] == 3
    assert set(made["uplift"]) == {"linguist"}


def test_an_arm_without_some_cells_is_compared_on_those_it_shares():
    made = report(
        score("upsampled", 0.2, "a"),
        score("upsampled", 0.8, "b"),
        score("full_data", 0.9, "b"),
        score("other", 1, "c"),
    )
    assert made["uplift"]["full_data"]["target_slot_f1"] == {
        "mean": pytest.approx(0.1),
        "ci95": None,
        "pairs": 1,
        "interval": None,
    }
    assert made["uplift"]["other"] == {}


def with_outcomes(arm, cell, right):
    """A score whose rows are right or wrong as told."""
    outcomes = record_outcomes([("ab"[not good], []) for good in right], [("a", [])] * len(right), ["a"])
    metrics = {name: outcomes.score(name) for name in ("target_intent_recall", "intent_accuracy")}
    return Score(cell, "a", 0, arm, 0, 10, metrics, outcomes)


def test_with_outcomes_the_interval_is_the_bootstraps():
    rows = [number % 2 for number in range(60)]
    base = [with_outcomes("upsampled", cell, rows) for cell in "xyz"]
    better = [with_outcomes("linguist", cell, [1] * 50 + rows[50:]) for cell in "xyz"]
    same = [with_outcomes("slot_resampling", cell, rows) for cell in "xyz"]
    uplift = report(*base, *better, *same, baselines=("upsampled",))["uplift"]
    for gain in uplift["linguist"].values():
        assert (gain["interval"], gain["pairs"]) == ("bootstrap", 3)
        assert gain["mean"] == pytest.approx(25 / 60)
        assert 0.2 < gain["ci95"][0] < gain["mean"] < gain["ci95"][1] < 0.6
    assert all(gain["ci95"] == [0.0, 0.0] for gain in uplift["slot_resampling"].values())


def test_one_score_without_outcomes_leaves_the_t_interval():
    scores = [with_outcomes(arm, cell, [1, 0, 1]) for arm in ("upsampled", "linguist") for cell in "xyz"]
    scores[0] = replace(scores[0], outcomes=None)
    gain = report(*scores)["uplift"]["linguist"]["intent_accuracy"]
    assert (gain["interval"], gain["ci95"]) == ("t", [0.0, 0.0])


def test_other_test_rows_leave_the_t_interval():
    scores = [with_outcomes(arm, "x", [1, 0, 1]) for arm in ("upsampled", "linguist")]
    scores += [with_outcomes(arm, "y", [1, 0]) for arm in ("upsampled", "linguist")]
    assert report(*scores)["uplift"]["linguist"]["intent_accuracy"]["interval"] == "t"


def test_a_metric_that_a_score_lacks_is_left_out():
    made = report(score("upsampled", 0.2, other_slot_f1=0.9), score("linguist", 0.3))
    assert "other_slot_f1" not in made["uplift"]["linguist"]
    assert "other_slot_f1" not in made["arms"]["linguist"]["metrics"]


def test_by_target_and_gap_closed():
    made = report(
        score("upsampled", 0.5, "a"), score("linguist", 0.6, "a"), score("full_data", 0.9, "a"),
        score("upsampled", 0.1, "b"), score("linguist", 0.9, "b"),
    )  # fmt: skip
    assert made["by_target"]["b"]["linguist"]["target_slot_f1"]["mean"] == 0.9
    assert set(made["by_target"]["b"]) == {"upsampled", "linguist"}
    assert made["gap_closed"] == pytest.approx(0.25), "target b has no ceiling and does not count"


def test_no_gap_is_closed_below_the_baseline():
    made = report(score("upsampled", 0.9), score("linguist", 0.6), score("full_data", 0.8))
    assert made["gap_closed"] is None


def test_no_score_of_a_baseline():
    with pytest.raises(ConfigError, match="none of the baselines"):
        report(score("linguist", 0.5))


def test_a_score_given_twice():
    with pytest.raises(ConfigError, match="two scores of arm 'linguist' in cell 'a' with seed 0"):
        report(score("upsampled", 0.5), score("linguist", 0.5), score("linguist", 0.6))


def test_the_order_of_scores_does_not_count():
    backwards = make_report(some_scores()[::-1], ["upsampled", "slot_resampling"], GENERATION, {}, 700)
    assert backwards == {**some_report(), "versions": {}}
    assert list(backwards["arms"]) == ["real_only", "upsampled", "slot_resampling", "linguist", "full_data"]


def test_files(tmp_path):
    files = write_report(some_report(), tmp_path / "run")
    figures = ["figures/arms.png", "figures/by_target.png", "figures/rejects.png"]
    names = ["report.json", "report.md", "report.html", *figures]
    assert [file.relative_to(tmp_path / "run").as_posix() for file in files] == names
    text = files[0].read_text(encoding="utf-8")
    assert json.loads(text) == some_report()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert all(f"]({name})" in files[1].read_text(encoding="utf-8") for name in figures)
    assert files[2].read_text(encoding="utf-8").count('src="data:image/png;base64,') == 3
    assert all(f"| {target} |" in files[1].read_text(encoding="utf-8") for target in TARGETS)
